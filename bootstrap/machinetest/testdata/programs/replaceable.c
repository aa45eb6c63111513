/* replaceable.exe DLL...: tells Wine that it may take another DLL of that name for its own, as Windows may. */
#include <windows.h>

int main(int argc, char **argv)
{
	static const char order[] = "native,builtin";
	HKEY key;
	int i;

	if (RegCreateKeyExA(HKEY_CURRENT_USER, "Software\\Wine\\DllOverrides", 0, NULL, 0, KEY_SET_VALUE, NULL, &key, NULL))
		return 1;
	for (i = 1; i < argc; i++)
		if (RegSetValueExA(key, argv[i], 0, REG_SZ, (const BYTE *)order, sizeof order))
			return 1;
	return RegCloseKey(key) != 0;
}
