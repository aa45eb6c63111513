/* Writes down in C:\winetest\hostile that it was loaded, as a DLL, or run, as a program: its own path and the program's. */
#include <windows.h>

static void tell(HMODULE self)
{
	char own[MAX_PATH], program[MAX_PATH], text[2 * MAX_PATH + 8];
	DWORD written;
	HANDLE out;

	if (!GetModuleFileNameA(self, own, sizeof own) || !GetModuleFileNameA(NULL, program, sizeof program))
		return;
	out = CreateFileA("C:\\winetest\\hostile", FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS, 0, NULL);
	if (out == INVALID_HANDLE_VALUE)
		return;
	lstrcpyA(text, own);
	lstrcatA(text, " in ");
	lstrcatA(text, program);
	lstrcatA(text, "\n");
	WriteFile(out, text, lstrlenA(text), &written, NULL);
	CloseHandle(out);
}

#ifdef DLL
BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved)
{
	(void)reserved;
	if (reason == DLL_PROCESS_ATTACH)
		tell(self);
	return TRUE;
}
#else
int main(void)
{
	tell(NULL);
	return 0;
}
#endif
