#include "shim.h"

/* The program gets what the fake exports from the fake, and the rest of
 * iphlpapi.dll from Wine. Only the program itself is redirected: the fake, Wine
 * and its services see Wine's. */

static const char fake_path[] = "C:\\windows\\system32\\fakehns.dll";
static HMODULE iphlpapi, fake;

static FARPROC WINAPI get_proc_address(HMODULE mod, LPCSTR name)
{
    if (mod == iphlpapi && (ULONG_PTR)name > 0xffff) { /* a name, not an ordinal */
        if (!fake) fake = LoadLibraryExA(fake_path, NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
        FARPROC found = fake ? GetProcAddress(fake, name) : NULL;
        if (found) return found;
    }
    return GetProcAddress(mod, name);
}

void redirect_ip_helper(void)
{
    if (GetFileAttributesA(fake_path) == INVALID_FILE_ATTRIBUTES) return;
    iphlpapi = LoadLibraryExA("iphlpapi.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32); /* not one that lies beside the program */
    if (!iphlpapi) return;
    patch_import(GetModuleHandleA(NULL), (void *)GetProcAddress(GetModuleHandleA("kernel32.dll"), "GetProcAddress"), (void *)get_proc_address);
}
