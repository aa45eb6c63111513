/*
 * The shim is a DLL for Wine 8 that every Go program loads before its main
 * function runs, because it bears the name of one that the Go runtime wants:
 * bcryptprimitives.dll. It supplies what Wine 8 lacks, and lets a test end a
 * program at a chosen write. It is for tests only and knows no C library.
 */
#ifndef WINETEST_SHIM_H
#define WINETEST_SHIM_H

#include <winsock2.h>
#include <windows.h>

/* patch.c */

/* Makes GetProcAddress answer fn for an export of mod, and returns what it
 * answered before; NULL if mod does not export the name. */
void *patch_export(HMODULE mod, const char *name, void *fn);

/* Replaces from by to wherever mod's import tables hold it. */
void patch_import(HMODULE mod, void *from, void *to);

/* wine8.c: what Wine 8 answers otherwise than Windows. */
void mend_wine(void);

/* services.c: keeps what Wine 8 does not keep of a service's configuration. */
void keep_service_config(void);

/* scm.c: lets threads talk to the service control manager at the same time. */
void keep_scm_open(void);

/* iphelper.c: lets the program find iphlpapi.dll's functions in the fake. */
void redirect_ip_helper(void);

/* kill.c: ends the program at the write that C:\winetest\kill names. */
void arm_kill(void);

/* Counts a write, and ends the program if it is the one. Returns its number, for
 * after_write, which ends the program if it was. */
LONG at_write(const char *function, LPCWSTR what);
void after_write(LONG n);

#endif
