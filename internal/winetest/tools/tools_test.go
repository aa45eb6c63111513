package tools_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/tools"
)

func TestCall(t *testing.T) {
	t.Parallel()
	f := tools.Folder(t.TempDir())
	if err := f.Announce(tools.Announced{Match: `netsh interface portproxy show \w+`, Stdout: "none\r\n"}); err != nil {
		t.Fatal(err)
	}
	if err := f.Announce(tools.Announced{Match: `netsh .*`, ExitCode: 1, Stderr: "no"}); err != nil {
		t.Fatal(err)
	}
	if got, err := f.Call("netsh", []string{"interface", "PORTPROXY", "show", "all"}); err != nil || got.Stdout != "none\r\n" {
		t.Errorf("the first announced call: %+v, %v", got, err)
	}
	if got, err := f.Call("netsh", []string{"interface", "portproxy", "show", "all", "more"}); err != nil || got.ExitCode != 1 {
		t.Errorf("the second announced call: %+v, %v", got, err)
	}
	if got, err := f.Call("powershell", []string{"-Command", "netsh interface portproxy show all"}); err == nil {
		t.Errorf("a call that nobody announced: %+v", got)
	}
	if err := f.Announce(tools.Announced{Match: "("}); err == nil {
		t.Error("announced what is no pattern")
	}
	seen, err := f.Seen()
	if err != nil {
		t.Fatal(err)
	}
	want := []tools.Seen{
		{Tool: "netsh", Args: []string{"interface", "PORTPROXY", "show", "all"}, Announced: true},
		{Tool: "netsh", Args: []string{"interface", "portproxy", "show", "all", "more"}, Announced: true},
		{Tool: "powershell", Args: []string{"-Command", "netsh interface portproxy show all"}},
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}
