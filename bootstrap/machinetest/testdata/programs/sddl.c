/* sddl.exe PATH: prints owner, group and DACL of a file or folder. */
#include <windows.h>
#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	const SECURITY_INFORMATION what = OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
	PSECURITY_DESCRIPTOR descriptor;
	char *text;

	if (argc != 2 || GetNamedSecurityInfoA(argv[1], SE_FILE_OBJECT, what, NULL, NULL, NULL, NULL, &descriptor))
		return 1;
	if (!ConvertSecurityDescriptorToStringSecurityDescriptorA(descriptor, SDDL_REVISION_1, what, &text, NULL))
		return 1;
	puts(text);
	return 0;
}
