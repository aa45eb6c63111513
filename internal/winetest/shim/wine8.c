#include "shim.h"
#include <winternl.h>

/* Wine 8 does not implement two ways to change a file that Go tries first. It
 * says so with a status at which Go does not fall back to the older ways. */
typedef NTSTATUS(NTAPI *set_information_fn)(HANDLE, PIO_STATUS_BLOCK, PVOID, ULONG, int);
static set_information_fn set_information;

static NTSTATUS NTAPI set_information_or_say(HANDLE file, PIO_STATUS_BLOCK io, PVOID data, ULONG len, int class)
{
    const int disposition_ex = 64, rename_ex = 65;
    const NTSTATUS not_implemented = (NTSTATUS)0xC0000002, invalid_info_class = (NTSTATUS)0xC0000003;
    NTSTATUS status = set_information(file, io, data, len, class);
    if ((class == disposition_ex || class == rename_ex) && status == not_implemented) return invalid_info_class;
    return status;
}

/* Go sets SIO_UDP_NETRESET on every UDP socket; Wine 8 does not know it. */
typedef int(WSAAPI *ioctl_fn)(SOCKET, DWORD, LPVOID, DWORD, LPVOID, DWORD, LPDWORD, LPWSAOVERLAPPED, LPWSAOVERLAPPED_COMPLETION_ROUTINE);
static ioctl_fn ioctl;

static int WSAAPI ioctl_or_ignore(SOCKET s, DWORD code, LPVOID in, DWORD inlen, LPVOID out, DWORD outlen, LPDWORD got,
                                  LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
{
    const DWORD udp_netreset = 0x9800000F;
    if (code != udp_netreset) return ioctl(s, code, in, inlen, out, outlen, got, overlapped, done);
    if (got) *got = 0;
    return 0;
}

/* Wine 8 refuses the newer levels of a service's configuration (delayed start,
 * failure actions on non-crash failures, SID type). Here setting one succeeds,
 * and reading one back gives zeros. */
typedef BOOL(WINAPI *query_config2_fn)(SC_HANDLE, DWORD, LPBYTE, DWORD, LPDWORD);
typedef BOOL(WINAPI *change_config2_fn)(SC_HANDLE, DWORD, LPVOID);
static query_config2_fn query_config2;
static change_config2_fn change_config2;

static const DWORD last_level = 7; /* SERVICE_CONFIG_PRESHUTDOWN_INFO */

static BOOL WINAPI query_config2_or_zero(SC_HANDLE service, DWORD level, LPBYTE data, DWORD len, LPDWORD need)
{
    if (query_config2(service, level, data, len, need)) return TRUE;
    if (GetLastError() != ERROR_INVALID_LEVEL || level > last_level) return FALSE;
    *need = sizeof(DWORD);
    if (len < sizeof(DWORD)) {
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
        return FALSE;
    }
    for (DWORD i = 0; i < len; i++) data[i] = 0;
    return TRUE;
}

static BOOL WINAPI change_config2_or_ignore(SC_HANDLE service, DWORD level, LPVOID info)
{
    at_write("ChangeServiceConfig2W", NULL);
    return change_config2(service, level, info) || (GetLastError() == ERROR_INVALID_LEVEL && level <= last_level);
}

/* The machine's boots are all one boot to Wine, which tells Linux's. The file
 * C:\\winetest\\boot holds their number, and each one moves the time of boot by a
 * second. */
typedef NTSTATUS(NTAPI *query_system_fn)(int, PVOID, ULONG, PULONG);
static query_system_fn query_system;

static LONGLONG boots(void)
{
    char text[16];
    DWORD len = 0;
    LONGLONG n = 0;
    HANDLE f = CreateFileA("C:\\winetest\\boot", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    if (f == INVALID_HANDLE_VALUE) return 0;
    ReadFile(f, text, sizeof text, &len, NULL);
    CloseHandle(f);
    for (DWORD i = 0; i < len && text[i] >= '0' && text[i] <= '9'; i++) n = n * 10 + text[i] - '0';
    return n;
}

static NTSTATUS NTAPI query_system_of_boot(int class, PVOID data, ULONG len, PULONG got)
{
    const int time_of_day = 3;
    const LONGLONG second = 10000000; /* in units of 100 ns */
    NTSTATUS status = query_system(class, data, len, got);
    if (class == time_of_day && status == 0 && len >= sizeof(LONGLONG)) *(LONGLONG *)data += boots() * second;
    return status;
}

void mend_wine(void)
{
    /* Loaded already, since the shim imports from them. */
    HMODULE ntdll = GetModuleHandleA("ntdll.dll"), ws2_32 = GetModuleHandleA("ws2_32.dll"), advapi32 = GetModuleHandleA("advapi32.dll");
    ioctl = WSAIoctl; /* and so the import stays */
    set_information = (set_information_fn)patch_export(ntdll, "NtSetInformationFile", (void *)set_information_or_say);
    query_system = (query_system_fn)patch_export(ntdll, "NtQuerySystemInformation", (void *)query_system_of_boot);
    patch_export(ws2_32, "WSAIoctl", (void *)ioctl_or_ignore);
    query_config2 = (query_config2_fn)patch_export(advapi32, "QueryServiceConfig2W", (void *)query_config2_or_zero);
    change_config2 = (change_config2_fn)patch_export(advapi32, "ChangeServiceConfig2W", (void *)change_config2_or_ignore);
}
