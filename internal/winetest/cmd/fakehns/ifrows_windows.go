//go:build cgo

package main

import "C"

import (
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

func adapterRow(a hnsstore.Adapter) windows.MibIfRow2 {
	const up, down = 1, 2
	row := windows.MibIfRow2{
		InterfaceLuid: luidOf(a.Index), InterfaceIndex: a.Index, InterfaceGuid: guidOf(a.Index), Mtu: a.MTU, Type: ethernet,
		OperStatus: status(a), AdminStatus: up, MediaConnectState: up,
	}
	if a.Down {
		row.AdminStatus = down
	}
	setWide(row.Alias[:], a.Name)
	setWide(row.Description[:], a.Description)
	row.PhysicalAddressLength = uint32(copy(row.PhysicalAddress[:], macOf(a)))
	copy(row.PermanentPhysicalAddress[:], macOf(a))
	return row
}

func setWide(to []uint16, s string) {
	encoded, err := windows.UTF16FromString(s)
	if err == nil {
		copy(to[:len(to)-1], encoded)
	}
}

// GetIfTable2Ex is iphlpapi.dll's.
//
//export GetIfTable2Ex
func GetIfTable2Ex(_ uint32, out *unsafe.Pointer) uintptr {
	host, err := process().store.LookAtHost("GetIfTable2Ex")
	if err != nil {
		return win32(err)
	}
	var rows []windows.MibIfRow2
	for _, a := range host.Adapters {
		rows = append(rows, adapterRow(a))
	}
	return table(rows, out)
}

// GetIfEntry2 is iphlpapi.dll's.
//
//export GetIfEntry2
func GetIfEntry2(p unsafe.Pointer) uintptr {
	row := (*windows.MibIfRow2)(p)
	return lookUp("GetIfEntry2", row.InterfaceLuid, row.InterfaceIndex, func(a hnsstore.Adapter) { *row = adapterRow(a) })
}

// GetIfEntry2Ex is iphlpapi.dll's.
//
//export GetIfEntry2Ex
func GetIfEntry2Ex(_ uint32, p unsafe.Pointer) uintptr {
	return GetIfEntry2(p)
}

// ConvertInterfaceIndexToLuid is iphlpapi.dll's.
//
//export ConvertInterfaceIndexToLuid
func ConvertInterfaceIndexToLuid(index uint32, luid *uint64) uintptr {
	*luid = luidOf(index)
	return 0
}

// ConvertInterfaceLuidToIndex is iphlpapi.dll's.
//
//export ConvertInterfaceLuidToIndex
func ConvertInterfaceLuidToIndex(luid *uint64, index *uint32) uintptr {
	*index = interfaceIndex(*luid, 0)
	return 0
}

// ConvertInterfaceLuidToGuid is iphlpapi.dll's.
//
//export ConvertInterfaceLuidToGuid
func ConvertInterfaceLuidToGuid(luid *uint64, p unsafe.Pointer) uintptr {
	id := (*windows.GUID)(p)
	*id = guidOf(interfaceIndex(*luid, 0))
	return 0
}

// ConvertInterfaceGuidToLuid is iphlpapi.dll's.
//
//export ConvertInterfaceGuidToLuid
func ConvertInterfaceGuidToLuid(p unsafe.Pointer, luid *uint64) uintptr {
	id := (*windows.GUID)(p)
	*luid = luidOf(id.Data1)
	return 0
}

// ConvertInterfaceAliasToLuid is iphlpapi.dll's.
//
//export ConvertInterfaceAliasToLuid
func ConvertInterfaceAliasToLuid(alias unsafe.Pointer, luid *uint64) uintptr {
	host, err := process().store.LookAtHost("ConvertInterfaceAliasToLuid")
	if err != nil {
		return win32(err)
	}
	a := host.ByName(text(alias))
	if a == nil {
		return uintptr(windows.ERROR_INVALID_PARAMETER)
	}
	*luid = luidOf(a.Index)
	return 0
}
