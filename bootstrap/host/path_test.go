package host_test

import (
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

func TestFullPath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		`C:\Windows\System32\netsh.exe`: true, `d:/x`: true, `C:\Zürich\ß`: true, `C:\..a`: true,
		`netsh.exe`: false, `\Windows\netsh.exe`: false, `C:netsh.exe`: false, `C:\a\..\b`: false, `C:\a/./b`: false,
		`\\server\share\x`: false, `\\?\C:\x`: false, `C:\a.txt:stream`: false, "C:\\a\x00b": false, ``: false, `1:\x`: false,
	} {
		if got := host.FullPath(path) == nil; got != want {
			t.Errorf("FullPath(%q) passes: %t, want %t", path, got, want)
		}
	}
}

func TestServiceErrorKinds(t *testing.T) {
	t.Parallel()
	for code, want := range map[uint32]error{1060: host.ErrNotFound, 5: host.ErrDenied, 1058: nil} {
		if got := (&host.ServiceError{Verb: "start", Service: "x", Code: code}).Unwrap(); got != want { //nolint:errorlint // exactly this error
			t.Errorf("code %d is %v, want %v", code, got, want)
		}
	}
}
