/* victim.exe PROGRAM DLL...: runs a program and loads DLLs by their bare names, as a careless program does. */
#include <windows.h>

int main(int argc, char **argv)
{
	STARTUPINFOA startup = { .cb = sizeof startup };
	PROCESS_INFORMATION process;
	int i;

	if (argc < 2)
		return 2;
	for (i = 2; i < argc; i++)
		LoadLibraryA(argv[i]);
	if (!CreateProcessA(NULL, argv[1], NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process))
		return 1;
	WaitForSingleObject(process.hProcess, INFINITE);
	return 0;
}
