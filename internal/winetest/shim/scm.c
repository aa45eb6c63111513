#include "shim.h"

/*
 * In Wine 8 the first connections to the service control manager that threads
 * of a program make at the same time each get an association of their own, and
 * a handle of one is not valid on the other. A first connection that nobody
 * else makes at the same time, and that stays, avoids that.
 */
typedef SC_HANDLE(WINAPI *open_manager_fn)(LPCWSTR, LPCWSTR, DWORD);
static open_manager_fn open_manager;
static SC_HANDLE kept;
static volatile LONG connecting;

static SC_HANDLE WINAPI open_after_first(LPCWSTR machine, LPCWSTR database, DWORD access)
{
    while (InterlockedExchange(&connecting, 1)) Sleep(1);
    if (!kept) kept = open_manager(NULL, NULL, SC_MANAGER_CONNECT);
    InterlockedExchange(&connecting, 0);
    return open_manager(machine, database, access);
}

void keep_scm_open(void)
{
    open_manager = (open_manager_fn)patch_export(GetModuleHandleA("advapi32.dll"), "OpenSCManagerW", (void *)open_after_first);
}
