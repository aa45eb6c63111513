#include "shim.h"

/*
 * C:\winetest\kill holds the name of a program, a number, and "before" or
 * "after", in three lines. Each write of that program (registry, services, a file
 * put in another's place) is counted and written to C:\winetest\writes; before or
 * after the one with the number the program ends as if by kill -9. Number 0 only
 * counts. What the fakes write themselves, below C:\winetest, does not count.
 */

static const char order_path[] = "C:\\winetest\\kill", log_path[] = "C:\\winetest\\writes";

static volatile LONG writes;
static LONG last;  /* the write at which the program ends */
static BOOL after; /* it has taken place */
static BOOL armed;

static char lower(char c) { return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c; }

/* Appends at most n characters of a text, as ASCII, and returns the new end. */
static char *append(char *to, LPCWSTR from, int n)
{
    for (; from && *from && n > 0; n--, from++) *to++ = *from < 128 && *from > 31 ? (char)*from : '?';
    return to;
}

static char *append_ascii(char *to, const char *from)
{
    while (*from) *to++ = *from++;
    return to;
}

static char *append_number(char *to, LONG n)
{
    if (n > 9) to = append_number(to, n / 10);
    *to++ = (char)('0' + n % 10);
    return to;
}

static BOOL is_of_fakes(LPCWSTR what)
{
    const WCHAR *own = L"C:\\winetest\\";
    for (; what && *own && *what == *own; what++, own++) {}
    return what && !*own;
}

LONG at_write(const char *function, LPCWSTR what)
{
    char line[256], *end = line;
    DWORD written;
    if (!armed || is_of_fakes(what)) return 0;
    LONG n = InterlockedIncrement(&writes);
    end = append_number(end, n);
    *end++ = ' ';
    end = append_ascii(end, function);
    *end++ = ' ';
    end = append(end, what, 128);
    *end++ = '\n';
    HANDLE log = CreateFileA(log_path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS, 0, NULL);
    WriteFile(log, line, (DWORD)(end - line), &written, NULL);
    CloseHandle(log);
    if (n == last && !after) TerminateProcess(GetCurrentProcess(), 137);
    return n;
}

void after_write(LONG n)
{
    if (n && n == last && after) TerminateProcess(GetCurrentProcess(), 137);
}

/* A counted function: the same arguments, then the real one. */
#define COUNTED(name, result, params, args, what)   \
    typedef result(WINAPI *name##_fn) params;       \
    static name##_fn real_##name;                   \
    static result WINAPI counted_##name params      \
    {                                               \
        LONG number = at_write(#name, what);        \
        result returned = real_##name args;         \
        after_write(number);                        \
        return returned;                            \
    }

COUNTED(RegSetValueExW, LSTATUS, (HKEY k, LPCWSTR name, DWORD r, DWORD type, const BYTE *data, DWORD len), (k, name, r, type, data, len), name)
COUNTED(RegDeleteValueW, LSTATUS, (HKEY k, LPCWSTR name), (k, name), name)
COUNTED(RegCreateKeyExW, LSTATUS,
        (HKEY k, LPCWSTR name, DWORD r, LPWSTR class, DWORD options, REGSAM access, LPSECURITY_ATTRIBUTES sa, PHKEY made, LPDWORD disposition),
        (k, name, r, class, options, access, sa, made, disposition), name)
COUNTED(RegDeleteKeyW, LSTATUS, (HKEY k, LPCWSTR name), (k, name), name)
COUNTED(RegDeleteKeyExW, LSTATUS, (HKEY k, LPCWSTR name, REGSAM access, DWORD r), (k, name, access, r), name)
COUNTED(CreateServiceW, SC_HANDLE,
        (SC_HANDLE m, LPCWSTR name, LPCWSTR display, DWORD access, DWORD type, DWORD start, DWORD error, LPCWSTR path, LPCWSTR group, LPDWORD tag,
         LPCWSTR dependencies, LPCWSTR account, LPCWSTR password),
        (m, name, display, access, type, start, error, path, group, tag, dependencies, account, password), name)
COUNTED(ChangeServiceConfigW, BOOL,
        (SC_HANDLE s, DWORD type, DWORD start, DWORD error, LPCWSTR path, LPCWSTR group, LPDWORD tag, LPCWSTR dependencies, LPCWSTR account,
         LPCWSTR password, LPCWSTR display),
        (s, type, start, error, path, group, tag, dependencies, account, password, display), path)
COUNTED(DeleteService, BOOL, (SC_HANDLE s), (s), NULL)
COUNTED(StartServiceW, BOOL, (SC_HANDLE s, DWORD n, LPCWSTR *args), (s, n, args), NULL)
COUNTED(ControlService, BOOL, (SC_HANDLE s, DWORD control, LPSERVICE_STATUS status), (s, control, status), NULL)
COUNTED(MoveFileExW, BOOL, (LPCWSTR from, LPCWSTR to, DWORD flags), (from, to, flags), to)

/* Reads the order; FALSE if there is none, or it is for another program. */
static BOOL read_order(void)
{
    char order[300], self[MAX_PATH];
    DWORD n = 0;
    HANDLE f = CreateFileA(order_path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    if (f == INVALID_HANDLE_VALUE) return FALSE;
    ReadFile(f, order, sizeof order - 1, &n, NULL);
    CloseHandle(f);
    order[n] = 0;
    const char *name = self, *p = order;
    for (DWORD i = 0, len = GetModuleFileNameA(NULL, self, sizeof self); i < len; i++)
        if (self[i] == '\\') name = self + i + 1;
    for (; *p && *p != '\n'; p++, name++)
        if (lower(*p) != lower(*name)) return FALSE;
    if (*p != '\n' || *name) return FALSE;
    for (p++; *p >= '0' && *p <= '9'; p++) last = last * 10 + *p - '0';
    after = p[0] == '\n' && p[1] == 'a';
    return TRUE;
}

void arm_kill(void)
{
    if (!read_order()) return;
    HMODULE advapi32 = GetModuleHandleA("advapi32.dll"), kernel32 = GetModuleHandleA("kernel32.dll");
#define COUNT(dll, name) real_##name = (name##_fn)patch_export(dll, #name, (void *)counted_##name)
    COUNT(advapi32, RegSetValueExW);
    COUNT(advapi32, RegDeleteValueW);
    COUNT(advapi32, RegCreateKeyExW);
    COUNT(advapi32, RegDeleteKeyW);
    COUNT(advapi32, RegDeleteKeyExW);
    COUNT(advapi32, CreateServiceW);
    COUNT(advapi32, ChangeServiceConfigW);
    COUNT(advapi32, DeleteService);
    COUNT(advapi32, StartServiceW);
    COUNT(advapi32, ControlService);
    COUNT(kernel32, MoveFileExW);
    armed = TRUE;
}
