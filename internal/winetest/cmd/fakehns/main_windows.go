//go:build cgo

// Command fakehns, built as a C library, stands in for HNS's DLLs and for the IP Helper functions that Wine lacks. System32
// gets it as fakehns.dll; computenetwork.dll and vmcompute.dll there forward to it, and the shim redirects iphlpapi.dll's
// functions. What it answers and keeps is internal/winetest/hnsstore's; here are only the C signatures.
//
// All functions but HNSCall return an HRESULT (HCN) or a Win32 error code (IP Helper).
package main

import "C"

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"unicode/utf16"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

func main() {}

// process is what the DLL keeps in a process that has loaded it. A DLL's functions have no receiver, so its only state
// hangs here.
var process = sync.OnceValue(func() *loaded {
	return &loaded{
		store: hnsstore.Store{Dir: `C:\winetest`, Exit: func() {
			_ = windows.TerminateProcess(windows.CurrentProcess(), 137) // sudden, as kill -9 is
		}},
		alloc:   windows.NewLazySystemDLL("ole32.dll").NewProc("CoTaskMemAlloc"),
		handles: map[uintptr]handle{},
	}
})

type loaded struct {
	store hnsstore.Store
	alloc *windows.LazyProc

	mu      sync.Mutex
	handles map[uintptr]handle
	last    uintptr
}

// handle is what an HCN handle stands for.
type handle struct {
	kind hnsstore.Kind
	id   string
}

func (l *loaded) open(k hnsstore.Kind, id string) uintptr {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last += 8
	l.handles[l.last] = handle{kind: k, id: id}
	return l.last
}

func (l *loaded) find(h uintptr) (handle, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	found, ok := l.handles[h]
	if !ok {
		return handle{}, &hnsstore.Error{HRESULT: hnsstore.InvalidHandle, Message: "The handle is invalid."}
	}
	return found, nil
}

func (l *loaded) close(h uintptr) error {
	_, err := l.find(h)
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.handles, h)
	return err
}

// allocate returns zeroed memory that the caller of the API frees with CoTaskMemFree, nil if there is none.
func (l *loaded) allocate(size uintptr) unsafe.Pointer {
	address, _, _ := l.alloc.Call(size) //nolint:errcheck // a null address says it
	p := *(*unsafe.Pointer)(unsafe.Pointer(&address))
	if p != nil {
		clear(unsafe.Slice((*byte)(p), size))
	}
	return p
}

// giveText stores a copy of s, as UTF-16, where the caller wants it.
func (l *loaded) giveText(to unsafe.Pointer, s string) {
	if to == nil {
		return
	}
	encoded := append(utf16.Encode([]rune(s)), 0)
	p := l.allocate(uintptr(len(encoded)) * 2)
	if p != nil {
		copy(unsafe.Slice((*uint16)(p), len(encoded)), encoded)
	}
	*(*unsafe.Pointer)(to) = p
}

func text(p unsafe.Pointer) string {
	if p == nil {
		return ""
	}
	return windows.UTF16PtrToString((*uint16)(p))
}

func guid(p unsafe.Pointer) string {
	if p == nil {
		return ""
	}
	return strings.Trim((*windows.GUID)(p).String(), "{}")
}

// hresult turns a call's error into its HRESULT, and fills in the error record.
func hresult(err error, record unsafe.Pointer) uintptr {
	if record != nil {
		*(*unsafe.Pointer)(record) = nil
	}
	if err == nil {
		return 0
	}
	code, message := hnsstore.Unspecified, err.Error()
	if e, ok := errors.AsType[*hnsstore.Error](err); ok {
		code, message = e.HRESULT, e.Message
	}
	body, err := json.Marshal(map[string]any{"Success": false, "Error": message, "ErrorCode": code})
	if err == nil {
		process().giveText(record, string(body))
	}
	return uintptr(code)
}

func enumerate(k hnsstore.Kind, query, out, record unsafe.Pointer) uintptr {
	ids, err := process().store.Enumerate(k, text(query))
	if err == nil {
		process().giveText(out, ids)
	}
	return hresult(err, record)
}

func create(k hnsstore.Kind, parent uintptr, id, settings, out, record unsafe.Pointer) uintptr {
	var network handle
	if k == hnsstore.Endpoint {
		var err error
		if network, err = process().find(parent); err != nil {
			return hresult(err, record)
		}
	}
	made, err := process().store.Create(k, guid(id), network.id, text(settings))
	if err == nil {
		*(*uintptr)(out) = process().open(k, made)
	}
	return hresult(err, record)
}

func open(k hnsstore.Kind, id, out, record unsafe.Pointer) uintptr {
	err := process().store.Open(k, guid(id))
	if err == nil {
		*(*uintptr)(out) = process().open(k, guid(id))
	}
	return hresult(err, record)
}

func modify(h uintptr, settings, record unsafe.Pointer) uintptr {
	object, err := process().find(h)
	if err == nil {
		err = process().store.Modify(object.kind, object.id, text(settings))
	}
	return hresult(err, record)
}

func query(h uintptr, question, out, record unsafe.Pointer) uintptr {
	object, err := process().find(h)
	if err != nil {
		return hresult(err, record)
	}
	properties, err := process().store.Query(object.kind, object.id, text(question))
	if err == nil {
		process().giveText(out, properties)
	}
	return hresult(err, record)
}

func remove(k hnsstore.Kind, id, record unsafe.Pointer) uintptr {
	return hresult(process().store.Delete(k, guid(id)), record)
}

func closeHandle(h uintptr) uintptr { return hresult(process().close(h), nil) }

// HNSCall is the interface V1. Its failures are in the response.
//
//export HNSCall
func HNSCall(method, path, request, response unsafe.Pointer) uintptr {
	process().giveText(response, process().store.HNSCall(text(method), text(path), text(request)))
	return 0
}
