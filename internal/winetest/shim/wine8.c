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
    HMODULE ntdll = GetModuleHandleA("ntdll.dll"), ws2_32 = GetModuleHandleA("ws2_32.dll");
    ioctl = WSAIoctl; /* and so the import stays */
    set_information = (set_information_fn)patch_export(ntdll, "NtSetInformationFile", (void *)set_information_or_say);
    query_system = (query_system_fn)patch_export(ntdll, "NtQuerySystemInformation", (void *)query_system_of_boot);
    patch_export(ws2_32, "WSAIoctl", (void *)ioctl_or_ignore);
    keep_service_config();
}
