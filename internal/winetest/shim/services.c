#include "shim.h"

/*
 * Wine 8 does not know these levels of a service's configuration. They are kept
 * where Windows keeps them, in the values of the service's key. Wine reads from
 * there that a service is started late; nobody restarts one that has failed.
 */
static const DWORD failure_actions = SERVICE_CONFIG_FAILURE_ACTIONS, delayed_auto_start = 3, failure_actions_flag = 4, sid_info = 5,
                   required_privileges = 6;

typedef SC_HANDLE(WINAPI *open_fn)(SC_HANDLE, LPCWSTR, DWORD);
typedef SC_HANDLE(WINAPI *create_fn)(SC_HANDLE, LPCWSTR, LPCWSTR, DWORD, DWORD, DWORD, DWORD, LPCWSTR, LPCWSTR, LPDWORD, LPCWSTR, LPCWSTR, LPCWSTR);
typedef BOOL(WINAPI *close_fn)(SC_HANDLE);
typedef BOOL(WINAPI *query_fn)(SC_HANDLE, DWORD, LPBYTE, DWORD, LPDWORD);
typedef BOOL(WINAPI *change_fn)(SC_HANDLE, DWORD, LPVOID);
typedef BOOL(WINAPI *query_main_fn)(SC_HANDLE, QUERY_SERVICE_CONFIGW *, DWORD, LPDWORD);
typedef BOOL(WINAPI *change_main_fn)(SC_HANDLE, DWORD, DWORD, DWORD, LPCWSTR, LPCWSTR, LPDWORD, LPCWSTR, LPCWSTR, LPCWSTR, LPCWSTR);
typedef BOOL(WINAPI *start_fn)(SC_HANDLE, DWORD, LPCWSTR *);
static open_fn open_service;
static create_fn create_service;
static close_fn close_handle;
static query_fn query_config;
static change_fn change_config;
static query_main_fn query_main;
static change_main_fn change_main;
static start_fn start_service;

/* The keys of the services that the program holds handles of. */
#define MOST 64
static struct {
    SC_HANDLE handle;
    WCHAR key[256];
} held[MOST];
static volatile LONG busy;

static void lock(void)
{
    while (InterlockedExchange(&busy, 1)) SwitchToThread();
}

static void unlock(void) { InterlockedExchange(&busy, 0); }

static WCHAR *append_wide(WCHAR *to, const WCHAR *end, const WCHAR *from)
{
    while (*from && to < end) *to++ = *from++;
    *to = 0;
    return to;
}

static SC_HANDLE hold(SC_HANDLE service, LPCWSTR name)
{
    lock();
    for (int i = 0; service && name && i < MOST; i++) {
        if (held[i].handle && held[i].handle != service) continue;
        const WCHAR *end = held[i].key + 255;
        append_wide(append_wide(held[i].key, end, L"SYSTEM\\CurrentControlSet\\Services\\"), end, name);
        held[i].handle = service;
        break;
    }
    unlock();
    return service;
}

static SC_HANDLE WINAPI open_and_hold(SC_HANDLE manager, LPCWSTR name, DWORD access) { return hold(open_service(manager, name, access), name); }

static SC_HANDLE WINAPI create_and_hold(SC_HANDLE m, LPCWSTR name, LPCWSTR display, DWORD access, DWORD type, DWORD start, DWORD error, LPCWSTR path,
                                        LPCWSTR group, LPDWORD tag, LPCWSTR dependencies, LPCWSTR account, LPCWSTR password)
{
    return hold(create_service(m, name, display, access, type, start, error, path, group, tag, dependencies, account, password), name);
}

static BOOL WINAPI close_and_forget(SC_HANDLE handle)
{
    lock();
    for (int i = 0; i < MOST; i++)
        if (held[i].handle == handle) held[i].handle = NULL;
    unlock();
    return close_handle(handle);
}

/* Opens the key of a service; NULL, with the error set, if the handle is not known. */
static HKEY key_of(SC_HANDLE service, REGSAM access)
{
    HKEY key = NULL;
    LSTATUS status = ERROR_INVALID_HANDLE;
    lock();
    for (int i = 0; i < MOST; i++)
        if (service && held[i].handle == service) status = RegOpenKeyExW(HKEY_LOCAL_MACHINE, held[i].key, 0, access, &key);
    unlock();
    SetLastError(status);
    return key;
}

static const WCHAR *value_of(DWORD level)
{
    if (level == delayed_auto_start) return L"DelayedAutostart";
    if (level == failure_actions_flag) return L"FailureActionsOnNonCrashFailures";
    if (level == sid_info) return L"ServiceSidType";
    return L"RequiredPrivileges";
}

/* The value FailureActions: the header, then the actions. */
struct actions {
    DWORD reset_period, reboot_message, command, count, offset;
    SC_ACTION action[16];
};

static DWORD size_of(const struct actions *a) { return (DWORD)((BYTE *)(a->action + a->count) - (BYTE *)a); }

static LSTATUS write_actions(HKEY key, const SERVICE_FAILURE_ACTIONSW *wanted)
{
    struct actions a = {wanted->dwResetPeriod, 0, 0, wanted->cActions, 0x14, {{0, 0}}};
    if (!wanted->lpsaActions) return ERROR_SUCCESS; /* stay as they are */
    if (a.count > 16) return ERROR_INVALID_PARAMETER;
    for (DWORD i = 0; i < a.count; i++) a.action[i] = wanted->lpsaActions[i];
    return RegSetValueExW(key, L"FailureActions", 0, REG_BINARY, (BYTE *)&a, size_of(&a));
}

static BOOL change_kept(SC_HANDLE service, DWORD level, LPVOID info)
{
    if (level < failure_actions || level > required_privileges) return change_config(service, level, info);
    HKEY key = key_of(service, KEY_SET_VALUE);
    if (!key) return FALSE;
    LSTATUS status = ERROR_SUCCESS;
    if (level == failure_actions) status = write_actions(key, info);
    else if (level != required_privileges) status = RegSetValueExW(key, value_of(level), 0, REG_DWORD, info, sizeof(DWORD));
    RegCloseKey(key);
    SetLastError(status);
    return status == ERROR_SUCCESS;
}

static BOOL WINAPI change_and_keep(SC_HANDLE service, DWORD level, LPVOID info)
{
    LONG n = at_write("ChangeServiceConfig2W", NULL);
    BOOL ok = change_kept(service, level, info);
    after_write(n);
    return ok;
}

static BOOL give_actions(HKEY key, BYTE *data, DWORD len, DWORD *need)
{
    struct actions a = {0, 0, 0, 0, 0, {{0, 0}}};
    DWORD size = sizeof a;
    if (RegQueryValueExW(key, L"FailureActions", NULL, NULL, (BYTE *)&a, &size) || size_of(&a) != size) a.count = a.reset_period = 0;
    SERVICE_FAILURE_ACTIONSW *out = (SERVICE_FAILURE_ACTIONSW *)data;
    *need = sizeof *out + a.count * sizeof(SC_ACTION);
    if (len < *need) {
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
        return FALSE;
    }
    out->dwResetPeriod = a.reset_period, out->lpRebootMsg = NULL, out->lpCommand = NULL, out->cActions = a.count;
    out->lpsaActions = a.count ? (SC_ACTION *)(out + 1) : NULL;
    for (DWORD i = 0; i < a.count; i++) out->lpsaActions[i] = a.action[i];
    return TRUE;
}

static BOOL WINAPI query_kept(SC_HANDLE service, DWORD level, LPBYTE data, DWORD len, LPDWORD need)
{
    if (level < failure_actions || level > required_privileges) return query_config(service, level, data, len, need);
    HKEY key = key_of(service, KEY_QUERY_VALUE);
    if (!key) return FALSE;
    BOOL ok = FALSE;
    if (level == failure_actions) {
        ok = give_actions(key, data, len, need);
    } else if (*need = sizeof(DWORD), len < sizeof(DWORD)) {
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
    } else {
        DWORD size = sizeof(DWORD);
        for (DWORD i = 0; i < len; i++) data[i] = 0;
        if (RegQueryValueExW(key, value_of(level), NULL, NULL, data, &size)) *(DWORD *)data = 0;
        ok = TRUE;
    }
    RegCloseKey(key);
    return ok;
}

/* Wine 8 takes a service's dependencies, and reads back none. They stay in the
 * key of the service, too. */
static BOOL WINAPI change_and_keep_dependencies(SC_HANDLE service, DWORD type, DWORD start, DWORD error, LPCWSTR path, LPCWSTR group, LPDWORD tag,
                                                LPCWSTR dependencies, LPCWSTR account, LPCWSTR password, LPCWSTR display)
{
    if (!change_main(service, type, start, error, path, group, tag, dependencies, account, password, display)) return FALSE;
    HKEY key = dependencies ? key_of(service, KEY_SET_VALUE) : NULL;
    if (!key) return !dependencies;
    const WCHAR *end = dependencies;
    while (*end) {
        while (*end) end++;
        end++;
    }
    LSTATUS status = RegSetValueExW(key, L"DependOnService", 0, REG_MULTI_SZ, (const BYTE *)dependencies, (DWORD)((const BYTE *)(end + 1) - (const BYTE *)dependencies));
    RegCloseKey(key);
    SetLastError(status);
    return status == ERROR_SUCCESS;
}

static BOOL WINAPI query_with_dependencies(SC_HANDLE service, QUERY_SERVICE_CONFIGW *config, DWORD len, LPDWORD need)
{
    WCHAR dependencies[512];
    DWORD size = sizeof dependencies;
    HKEY key = key_of(service, KEY_QUERY_VALUE);
    if (!key) return query_main(service, config, len, need);
    if (RegQueryValueExW(key, L"DependOnService", NULL, NULL, (BYTE *)dependencies, &size)) size = 0;
    RegCloseKey(key);
    len &= ~1u;
    if (!query_main(service, config, len > size ? len - size : 0, need)) {
        if (GetLastError() == ERROR_INSUFFICIENT_BUFFER) *need += size;
        return FALSE;
    }
    if (!size) return TRUE;
    config->lpDependencies = (WCHAR *)((BYTE *)config + len - size);
    for (DWORD i = 0; i < size / sizeof(WCHAR); i++) config->lpDependencies[i] = dependencies[i];
    return TRUE;
}

/* Under load, Wine 8 now and then fails the start of a service with an internal
 * error of its own. Asked again, it starts it, or has it running. */
static BOOL WINAPI start_patiently(SC_HANDLE service, DWORD n, LPCWSTR *args)
{
    const int tries = 20;
    for (int i = 0; i < tries; i++) {
        if (start_service(service, n, args)) return TRUE;
        if (i > 0 && GetLastError() == ERROR_SERVICE_ALREADY_RUNNING) return TRUE;
        if (GetLastError() != ERROR_INTERNAL_ERROR) return FALSE;
        Sleep(50);
    }
    return FALSE;
}

void keep_service_config(void)
{
    HMODULE advapi32 = GetModuleHandleA("advapi32.dll");
    open_service = (open_fn)patch_export(advapi32, "OpenServiceW", (void *)open_and_hold);
    create_service = (create_fn)patch_export(advapi32, "CreateServiceW", (void *)create_and_hold);
    close_handle = (close_fn)patch_export(advapi32, "CloseServiceHandle", (void *)close_and_forget);
    query_config = (query_fn)patch_export(advapi32, "QueryServiceConfig2W", (void *)query_kept);
    change_config = (change_fn)patch_export(advapi32, "ChangeServiceConfig2W", (void *)change_and_keep);
    start_service = (start_fn)patch_export(advapi32, "StartServiceW", (void *)start_patiently);
    query_main = (query_main_fn)patch_export(advapi32, "QueryServiceConfigW", (void *)query_with_dependencies);
    change_main = (change_main_fn)patch_export(advapi32, "ChangeServiceConfigW", (void *)change_and_keep_dependencies);
}
