#include "shim.h"

static int same(const char *a, const char *b)
{
    for (; *a && *a == *b; a++, b++) {}
    return *a == *b;
}

static IMAGE_DATA_DIRECTORY *directory(BYTE *base, int which)
{
    IMAGE_NT_HEADERS *nt = (IMAGE_NT_HEADERS *)(base + ((IMAGE_DOS_HEADER *)base)->e_lfanew);
    return &nt->OptionalHeader.DataDirectory[which];
}

/* Export tables hold 32-bit offsets from the module's base, so a function of
 * another module is reached through a jump that lies within 4 GiB above it. */
static BYTE *jump_near(BYTE *base, void *fn)
{
    const ULONGLONG step = 0x100000, reach = 0xfff00000;
    ULONGLONG first = ((ULONGLONG)base + step) & ~(step - 1);
    for (ULONGLONG at = first; at < (ULONGLONG)base + reach; at += step) {
        BYTE *code = VirtualAlloc((void *)at, 16, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READWRITE);
        if (!code) continue;
        code[0] = 0x48, code[1] = 0xb8; /* mov rax, fn */
        for (int i = 0; i < 8; i++) code[2 + i] = (BYTE)((ULONGLONG)fn >> (8 * i));
        code[10] = 0xff, code[11] = 0xe0; /* jmp rax */
        return code;
    }
    return NULL;
}

void *patch_export(HMODULE mod, const char *name, void *fn)
{
    BYTE *base = (BYTE *)mod;
    if (!base) return NULL;
    void *before = (void *)GetProcAddress(mod, name);
    IMAGE_EXPORT_DIRECTORY *exports = (IMAGE_EXPORT_DIRECTORY *)(base + directory(base, IMAGE_DIRECTORY_ENTRY_EXPORT)->VirtualAddress);
    DWORD *names = (DWORD *)(base + exports->AddressOfNames);
    DWORD *functions = (DWORD *)(base + exports->AddressOfFunctions);
    WORD *ordinals = (WORD *)(base + exports->AddressOfNameOrdinals);
    for (DWORD i = 0; before && i < exports->NumberOfNames; i++) {
        if (!same((char *)base + names[i], name)) continue;
        DWORD *slot = &functions[ordinals[i]], protection;
        BYTE *code = jump_near(base, fn);
        if (!code || !VirtualProtect(slot, sizeof *slot, PAGE_READWRITE, &protection)) return NULL;
        *slot = (DWORD)(code - base);
        VirtualProtect(slot, sizeof *slot, protection, &protection);
        return before;
    }
    return NULL;
}

void patch_import(HMODULE mod, void *from, void *to)
{
    BYTE *base = (BYTE *)mod;
    IMAGE_DATA_DIRECTORY *imports = directory(base, IMAGE_DIRECTORY_ENTRY_IMPORT);
    if (!imports->VirtualAddress) return;
    for (IMAGE_IMPORT_DESCRIPTOR *dll = (IMAGE_IMPORT_DESCRIPTOR *)(base + imports->VirtualAddress); dll->Name; dll++)
        for (void **slot = (void **)(base + dll->FirstThunk); *slot; slot++) {
            DWORD protection;
            if (*slot != from || !VirtualProtect(slot, sizeof *slot, PAGE_READWRITE, &protection)) continue;
            *slot = to;
            VirtualProtect(slot, sizeof *slot, protection, &protection);
        }
}
