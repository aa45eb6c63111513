package hnsstore

import "fmt"

// Error is a call's failure: an HRESULT, and the text of HNS's error record.
type Error struct {
	HRESULT uint32
	Message string
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("%s (0x%08x)", e.Message, e.HRESULT) }

// HRESULTs that HNS answers with. The 0x803bxxxx are HCN's own, as Windows' SDK names them in winerror.h.
const (
	NotFound               uint32 = 0x80070490 // ERROR_NOT_FOUND, "Element not found."
	InvalidParameter       uint32 = 0x80070057
	InvalidHandle          uint32 = 0x80070006
	ServiceNotActive       uint32 = 0x80070426 // "The service has not been started."
	Unspecified            uint32 = 0x80004005 // E_FAIL
	NetworkNotFound        uint32 = 0x803B0001
	EndpointNotFound       uint32 = 0x803B0002
	AdapterNotFound        uint32 = 0x803B0006
	InvalidNetworkType     uint32 = 0x803B000B
	InvalidPolicy          uint32 = 0x803B000D
	NetworkAlreadyExists   uint32 = 0x803B0010
	PortAlreadyExists      uint32 = 0x803B0013
	EndpointAttached       uint32 = 0x803B0014
	RequestUnsupported     uint32 = 0x803B0015
	InvalidJSON            uint32 = 0x803B001B
	InvalidIP              uint32 = 0x803B001E
	AddressInvalidReserved uint32 = 0x803B002F
)

// Win32 error codes of the IP Helper functions.
const (
	ErrorInvalidParameter = 87
	ErrorNotFound         = 1168
	ErrorObjectExists     = 5010
)

func failure(code uint32, format string, args ...any) *Error {
	return &Error{HRESULT: code, Message: fmt.Sprintf(format, args...)}
}

// win32 is a failure whose HRESULT wraps a Win32 error code.
func win32(code uint32, format string, args ...any) *Error {
	return failure(0x80070000|code, format, args...)
}
