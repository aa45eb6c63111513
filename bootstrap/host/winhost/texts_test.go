package winhost

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

func TestPortProxyKeepsRulesInTheRegistry(t *testing.T) {
	t.Parallel()
	notified := 0
	registry := fakeRegistry{}
	proxy := portProxy{registry: registry, notify: func(context.Context) error { notified++; return nil }}
	ctx := t.Context()
	if rules, err := proxy.Rules(ctx); err != nil || len(rules) != 0 {
		t.Errorf("Rules of a machine that never had one = %v, %v", rules, err)
	}
	rule := host.ProxyRule{Listen: netip.MustParseAddrPort("169.254.170.2:80"), Connect: netip.MustParseAddrPort("127.0.0.1:51679")}
	if err := proxy.Add(ctx, rule); err != nil || notified != 1 {
		t.Errorf("Add = %v, notified %d times; want once", err, notified)
	}
	// As `netsh interface portproxy add v4tov4` leaves it.
	if v, err := registry.Value(ctx, `HKLM\SYSTEM\CurrentControlSet\Services\PortProxy\v4tov4\tcp`, "169.254.170.2/80"); err != nil || v.Text != "127.0.0.1/51679" || v.Kind != host.KindString {
		t.Errorf("the registry holds %+v, %v", v, err)
	}
	registry.with(portProxyKey, "*/8080", "10.0.0.5/80").with(portProxyKey, "stray", "text")
	rules, err := proxy.Rules(ctx)
	same(t, "Rules", rules, err, []host.ProxyRule{
		{Listen: netip.MustParseAddrPort("0.0.0.0:8080"), Connect: netip.MustParseAddrPort("10.0.0.5:80")}, rule,
	})
	foreign := rule
	foreign.Connect = netip.MustParseAddrPort("127.0.0.1:1")
	if err := proxy.Remove(ctx, foreign); err != nil || notified != 1 {
		t.Errorf("Remove of another program's rule = %v, notified %d times; want nothing done", err, notified)
	}
	if err := proxy.Remove(ctx, rule); err != nil || notified != 2 {
		t.Errorf("Remove = %v, notified %d times; want twice", err, notified)
	}
	if _, err := registry.Value(ctx, portProxyKey, "169.254.170.2/80"); !errors.Is(err, host.ErrNotFound) {
		t.Errorf("after Remove the registry says %v", err)
	}
}

func TestProxyAddressRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := netip.AddrPortFrom(netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "address"))), rapid.Uint16().Draw(t, "port"))
		if got, ok := parseProxyAddress(formatProxyAddress(a)); !ok || got != a {
			t.Fatalf("%s came back as %s, %t", a, got, ok)
		}
	})
}

const credentialsRule = "v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=51679|LPort=80|LA4=169.254.170.2|RA4=172.22.0.0/255.255.240.0|Name=ecs|"

func TestFirewall(t *testing.T) {
	t.Parallel()
	rule := host.FirewallRule{
		Name: "ecs", Ports: []uint16{80, 51679},
		LocalAddresses:  []netip.Prefix{netip.MustParsePrefix("169.254.170.2/32")},
		RemoteAddresses: []netip.Prefix{netip.MustParsePrefix("172.22.0.0/20")},
	}
	const bounds = "action=allow enable=yes profile=any protocol=TCP localport=80,51679 localip=169.254.170.2/32 remoteip=172.22.0.0/20"
	const netsh = `C:\Windows\System32\netsh.exe advfirewall firewall `
	none, once := fakeRegistry{}, fakeRegistry{}.with(firewallKey, "{1}", credentialsRule)
	twice := fakeRegistry{}.with(firewallKey, "{1}", credentialsRule).with(firewallKey, "{2}", credentialsRule)
	for name, test := range map[string]struct {
		there fakeRegistry
		set   []string
	}{
		"none":  {none, []string{netsh + "add rule name=ecs dir=in " + bounds}},
		"one":   {once, []string{netsh + "set rule name=ecs new " + bounds}},
		"twice": {twice, []string{netsh + "delete rule name=ecs", netsh + "add rule name=ecs dir=in " + bounds}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			programs := &fakePrograms{}
			f := firewall{registry: test.there, programs: programs, netsh: `C:\Windows\System32\netsh.exe`}
			err := f.Set(t.Context(), rule)
			same(t, "what Set runs", programs.ran, err, test.set)
		})
	}
	f := firewall{registry: once, programs: &fakePrograms{result: host.Result{ExitCode: 1, Stdout: "\r\nZugriff verweigert\r\n"}}}
	got, err := f.Rule(t.Context(), "ECS")
	same(t, "Rule", got, err, rule)
	if err := f.Delete(t.Context(), "ecs"); err == nil || !strings.Contains(err.Error(), "Zugriff verweigert") {
		t.Errorf("Delete = %v; want what netsh said", err)
	}
	if err := f.Delete(t.Context(), "other"); err != nil {
		t.Errorf("Delete of a rule that is not there = %v", err)
	}
	if _, err := f.Rule(t.Context(), "other"); !errors.Is(err, host.ErrNotFound) {
		t.Errorf("Rule of no name = %v; want ErrNotFound", err)
	}
	unbounded := rule
	unbounded.RemoteAddresses = nil
	if err := f.Set(t.Context(), unbounded); err == nil || !strings.Contains(err.Error(), "open them all") {
		t.Errorf("Set of an unbounded rule = %v; want a refusal", err)
	}
}

func TestFirewallRulesThatAreNoMatch(t *testing.T) {
	t.Parallel()
	for _, change := range [][2]string{
		{"Action=Allow", "Action=Block"}, {"Active=TRUE", "Active=FALSE"}, {"Dir=In", "Dir=Out"}, {"Protocol=6", "Protocol=17"},
		{"LPort=80", "LPort=RPC"}, {"RA4=172.22.0.0/255.255.240.0", "RA4=LocalSubnet"}, {"255.255.240.0", "255.0.255.0"}, {"Name=ecs", "App=x"},
	} {
		if _, ok := parseFirewallRule(strings.Replace(credentialsRule, change[0], change[1], 1)); ok {
			t.Errorf("a rule with %s passes for one that allows incoming TCP", change[1])
		}
	}
}

func utf16Bytes(order binary.AppendByteOrder, text string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

func TestScheduledTasks(t *testing.T) {
	t.Parallel()
	const head, tail = `<?xml version="1.0" encoding="UTF-16"?><Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">`, `</Task>`
	disabled := head + `<Settings><Enabled>false</Enabled></Settings>` + tail
	registry := fakeRegistry{}.with(taskTreeKey+`\Initialize-ECSHostReboot`, "Id", "{1}")
	for name, test := range map[string]struct {
		out   string
		want  bool
		fails bool
	}{
		"disabled":                       {out: disabled},
		"enabled":                        {out: head + `<Settings><Enabled>true</Enabled></Settings>` + tail, want: true},
		"silent":                         {out: head + `<Settings/>` + tail, want: true},
		"only a trigger is off":          {out: head + `<Triggers><BootTrigger><Enabled>false</Enabled></BootTrigger></Triggers>` + tail, want: true},
		"UTF-16, little end first":       {out: utf16Bytes(binary.LittleEndian, disabled)},
		"UTF-16, big end first":          {out: utf16Bytes(binary.BigEndian, disabled)},
		"a description in the code page": {out: head + "<RegistrationInfo><Author>M\xfcller</Author></RegistrationInfo>" + tail, want: true},
		"no XML":                         {out: "FEHLER", fails: true},
		"another document":               {out: "<Rule/>", fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tasks := scheduledTasks{registry: registry, programs: &fakePrograms{result: host.Result{Stdout: test.out}}}
			got, err := tasks.Enabled(t.Context(), `\Initialize-ECSHostReboot`)
			if (err != nil) != test.fails || got != test.want {
				t.Errorf("Enabled = %t, %v; want %t, fails %t", got, err, test.want, test.fails)
			}
		})
	}
	programs := &fakePrograms{}
	tasks := scheduledTasks{registry: registry, programs: programs, schtasks: `C:\Windows\System32\schtasks.exe`}
	if _, err := tasks.Enabled(t.Context(), `\Other`); !errors.Is(err, host.ErrNotFound) {
		t.Errorf("Enabled of no task = %v; want ErrNotFound", err)
	}
	if err := tasks.SetEnabled(t.Context(), `\Initialize-ECSHostReboot`, false); err != nil {
		t.Error(err)
	}
	same(t, "what SetEnabled runs", programs.ran, nil, []string{`C:\Windows\System32\schtasks.exe /change /tn \Initialize-ECSHostReboot /disable`})
}

func TestPending(t *testing.T) {
	t.Parallel()
	quiet := func() fakeRegistry {
		return fakeRegistry{}.with(imageStateKey, "ImageState", "IMAGE_STATE_COMPLETE").
			with(nameKey, "ComputerName", "EC2AMAZ-1").with(activeNameKey, "ComputerName", "ec2amaz-1")
	}
	for name, test := range map[string]struct {
		registry fakeRegistry
		want     host.Pending
	}{
		"nothing":     {quiet(), host.Pending{}},
		"bare":        {fakeRegistry{}, host.Pending{}},
		"sysprep":     {quiet().with(imageStateKey, "ImageState", "IMAGE_STATE_SPECIALIZE_RESEAL_TO_OOBE"), host.Pending{Setup: true}},
		"rename":      {quiet().with(nameKey, "ComputerName", "NODE-7"), host.Pending{Rename: "NODE-7"}},
		"domain join": {quiet().with(netlogonKey, "JoinDomain", "corp"), host.Pending{DomainJoin: true}},
		"servicing":   {quiet().with(servicingKey, "x", ""), host.Pending{Updates: true}},
		"updates":     {quiet().with(updateKey, "x", ""), host.Pending{Updates: true}},
	} {
		got, err := pending(t.Context(), test.registry)
		same(t, name, got, err, test.want)
	}
	setup := quiet()
	if err := setup.SetValue(t.Context(), setupKey, "SystemSetupInProgress", host.Value{Kind: host.KindDWord, Number: 1}); err != nil {
		t.Fatal(err)
	}
	got, err := pending(t.Context(), setup)
	same(t, "setup", got, err, host.Pending{Setup: true})
}

func TestSecurityDescriptors(t *testing.T) {
	t.Parallel()
	for sddl, want := range map[string]bool{
		folderSDDL: true,
		"O:BAG:S-1-5-21-1-2-3-513D:PAI(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)": true,
		"O:SYG:SYD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)S:AI(AU;;FA;;;WD)":  true,
		"O:BAG:BAD:AI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)":                  false, // not protected
		"O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;BU)":   false,
		"O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;SY)":                   false,
		"O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FR;;;BA)":                   false,
		"O:BAG:BAD:P":                 false,
		"O:BAG:BAD:NO_ACCESS_CONTROL": false,
		"O:BA":                        false,
		"":                            false,
	} {
		if got := sameDACL(sddl, folderSDDL); got != want {
			t.Errorf("sameDACL(%q) = %t, want %t", sddl, got, want)
		}
	}
	if flags, entries := sddlDACL(lockSDDL); flags != "P" || len(entries) != 2 || entries[0] != "A;;GA;;;SY" || entries[1] != "A;;GA;;;BA" {
		t.Errorf("a lock is open to %v, %q", entries, flags)
	}
	for sddl, want := range map[string]bool{
		folderSDDL: true, "O:SYG:SYD:": true, "O:S-1-5-32-544G:BAD:P": true, "O:BA": true,
		"O:S-1-5-21-1-2-3-1001G:BAD:": false, "O:BUG:BA": false, "G:BAD:": false, "": false,
	} {
		if got := trustedOwner(sddlOwner(sddl)); got != want {
			t.Errorf("owner %q of %q trusted: %t, want %t", sddlOwner(sddl), sddl, got, want)
		}
	}
}

func TestRegistryPath(t *testing.T) {
	t.Parallel()
	if got, err := registryPath(`hklm\SOFTWARE\x`); err != nil || got != `SOFTWARE\x` {
		t.Errorf("registryPath = %q, %v", got, err)
	}
	for _, key := range []string{`HKCU\SOFTWARE`, `HKLM`, `HKLM\`, ``} {
		if _, err := registryPath(key); err == nil {
			t.Errorf("registryPath(%q) passes", key)
		}
	}
}

func TestAdapterState(t *testing.T) {
	t.Parallel()
	for want, status := range map[string][2]uint32{
		host.AdapterUp: {1, 1}, host.AdapterDisconnected: {2, 1}, host.AdapterDisabled: {6, 2}, host.AdapterGhost: {6, 1},
	} {
		if got := adapterState(status[0], status[1]); got != want {
			t.Errorf("adapterState(%d, %d) = %s, want %s", status[0], status[1], got, want)
		}
	}
}

func FuzzParseFirewallRule(f *testing.F) {
	f.Add(credentialsRule)
	f.Fuzz(func(t *testing.T, text string) {
		r, ok := parseFirewallRule(text)
		if ok && (r.Name == "" || !strings.Contains(text, "Action=Allow")) {
			t.Errorf("%q passes as %+v", text, r)
		}
		for _, p := range append(r.LocalAddresses, r.RemoteAddresses...) {
			if !p.IsValid() {
				t.Errorf("%q holds an address that is none", text)
			}
		}
	})
}

func FuzzParseTask(f *testing.F) {
	f.Add([]byte(`<Task><Settings><Enabled>false</Enabled></Settings></Task>`))
	f.Add([]byte(utf16Bytes(binary.LittleEndian, "<Task/>")))
	f.Fuzz(func(t *testing.T, document []byte) {
		if enabled, err := parseTaskEnabled(document); err != nil && enabled {
			t.Errorf("enabled, and yet %v", err)
		}
	})
}

func FuzzSDDL(f *testing.F) {
	f.Add(folderSDDL)
	f.Add("O:BAG:BAD:PAI(A;;FA;;;BA)S:(AU;;FA;;;WD)")
	f.Fuzz(func(t *testing.T, sddl string) {
		if owner := sddlOwner(sddl); owner != "" && !strings.Contains(sddl, "O:"+owner) {
			t.Errorf("owner %q is not in %q", owner, sddl)
		}
		if !sameDACL(sddl, sddl) {
			t.Errorf("%q differs from itself", sddl)
		}
		if sameDACL(sddl, folderSDDL) != sameDACL(folderSDDL, sddl) {
			t.Errorf("%q: sameDACL depends on the order", sddl)
		}
	})
}

// TestOutputIsBounded: what is copied from a program's pipe is cut like what is written, and the program is never held up.
func TestOutputIsBounded(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]io.Reader{
		"from a reader":              io.LimitReader(endless{}, 3*maxBody),
		"from what writes by itself": bytes.NewReader(make([]byte, 3*maxBody)),
	} {
		var b bounded
		if n, err := io.Copy(&b, source); n != 3*maxBody || err != nil {
			t.Errorf("%s: took %d bytes, %v; want all of them", name, n, err)
		}
		if len(b.String()) != maxBody {
			t.Errorf("%s: kept %d bytes, want %d", name, len(b.String()), maxBody)
		}
	}
}

// endless is a source that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestEventText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "phase docker is done", strings.Repeat("ü", eventLimit)} {
		if got := eventText(text); got != text {
			t.Errorf("a text of %d bytes that fits became one of %d", len(text), len(got))
		}
	}
	if got := eventText("before\x00after"); got != "before\ufffdafter" {
		t.Errorf("a zero became %q", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(0, 20, -1).Draw(t, "text")
		got := eventText(strings.Repeat(text, eventLimit/3))
		if units := len(utf16.Encode([]rune(got))); units > eventLimit || strings.ContainsRune(got, 0) {
			t.Errorf("%d units of %q", units, text)
		}
	})
}
