#include "shim.h"

BOOLEAN NTAPI SystemFunction036(PVOID buf, ULONG len); /* RtlGenRandom, of advapi32 */

/* The one function that the Go runtime wants of bcryptprimitives.dll. */
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T len)
{
    const SIZE_T most = 1 << 28;
    while (len) {
        ULONG n = (ULONG)(len < most ? len : most);
        if (!SystemFunction036(data, n)) return FALSE;
        data += n;
        len -= n;
    }
    return TRUE;
}

BOOL WINAPI DllMainCRTStartup(HINSTANCE self, DWORD reason, LPVOID reserved)
{
    (void)self;
    (void)reserved;
    if (reason == DLL_PROCESS_ATTACH) {
        mend_wine();
        redirect_ip_helper();
        keep_scm_open();
        arm_kill();
    }
    return TRUE;
}
