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

func TestFirewall(t *testing.T) {
	t.Parallel()
	args := func(verb string, more ...string) []string {
		return append([]string{"advfirewall", "firewall", verb, "rule", "name=my rule"}, more...)
	}
	got, err := tools.Firewall(args("set", "new", "action=allow", "enable=yes", "profile=any", "protocol=TCP", "localport=80,51679",
		"localip=169.254.170.2/32", "remoteip=172.29.0.0/20,10.0.0.1"))
	want := tools.FirewallRule{Verb: "set", Name: "my rule", Value: "v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=80|LPort=51679|" +
		"LA4=169.254.170.2|RA4=172.29.0.0/255.255.240.0|RA4=10.0.0.1|Name=my rule|"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if got, err := tools.Firewall(args("delete")); err != nil || got != (tools.FirewallRule{Verb: "delete", Name: "my rule"}) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, refused := range [][]string{
		{"winsock", "reset"}, args("add", "action=block", "protocol=tcp"),
		args("add", "action=allow", "protocol=tcp", "localport=80", "localip=any", "remoteip=10.0.0.1"),
	} {
		if got, err := tools.Firewall(refused); err == nil {
			t.Errorf("%v: %+v", refused, got)
		}
	}
}
