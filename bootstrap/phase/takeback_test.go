package phase_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
)

// TestTakeBack makes each kind of change and takes it back: once, and once more, as after a kill.
func TestTakeBack(t *testing.T) {
	t.Parallel()
	address := netip.MustParsePrefix("169.254.170.2/32")
	rule := host.ProxyRule{Listen: netip.MustParseAddrPort("169.254.170.2:80"), Connect: netip.MustParseAddrPort("127.0.0.1:51679")}
	other := host.ProxyRule{Listen: rule.Listen, Connect: netip.MustParseAddrPort("127.0.0.1:8080")}
	wall := host.FirewallRule{Name: "rule", Ports: []uint16{80}, LocalAddresses: []netip.Prefix{address}, RemoteAddresses: []netip.Prefix{netip.MustParsePrefix("172.16.0.0/12")}}
	wider := wall
	wider.Ports = []uint16{80, 443}
	value := host.Value{Kind: host.KindString, Text: "old"}
	const key, file, task = `HKLM\SOFTWARE\Test`, `C:\ProgramData\docker\config\test.json`, `\Initialize-ECSHostReboot`
	for name, tt := range map[string]struct {
		before, change func(h *host.Host) error
		undo           func(h *host.Host) *phase.Undo
	}{
		"value that was not there": {
			change: func(h *host.Host) error { return h.Registry.SetValue(t.Context(), key, "name", value) },
			undo:   func(*host.Host) *phase.Undo { return phase.RestoreRegistryValue(key, "name", nil) },
		},
		"value": {
			before: func(h *host.Host) error { return h.Registry.SetValue(t.Context(), key, "name", value) },
			change: func(h *host.Host) error {
				return h.Registry.SetValue(t.Context(), key, "name", host.Value{Kind: host.KindMultiString, List: []string{"new"}})
			},
			undo: func(*host.Host) *phase.Undo { return phase.RestoreRegistryValue(key, "name", &value) },
		},
		"service that was not there": {
			change: func(h *host.Host) error {
				return h.Services.Configure(t.Context(), "test", host.ServiceConfig{Command: `"C:\test.exe"`, StartType: host.StartManual})
			},
			undo: func(*host.Host) *phase.Undo { return phase.RemoveService("test") },
		},
		"service": {
			change: func(h *host.Host) error {
				s, err := h.Services.Service(t.Context(), "docker")
				s.Config.StartType = host.StartDisabled
				if err != nil {
					return err
				}
				return h.Services.Configure(t.Context(), "docker", s.Config)
			},
			undo: func(h *host.Host) *phase.Undo {
				s, err := h.Services.Service(t.Context(), "docker")
				if err != nil {
					t.Error(err)
				}
				return phase.RestoreService("docker", s.Config)
			},
		},
		"file that was not there": {
			change: func(h *host.Host) error { return h.Files.Write(t.Context(), file, []byte("new")) },
			undo:   func(*host.Host) *phase.Undo { return phase.RemoveFile(file) },
		},
		"empty file": {
			before: func(h *host.Host) error { return h.Files.Write(t.Context(), file, nil) },
			change: func(h *host.Host) error {
				for _, content := range []string{"new", "newer"} {
					if err := phase.ReplaceFile(t.Context(), h, file, []byte(content)); err != nil {
						return err
					}
				}
				return nil
			},
			undo: func(*host.Host) *phase.Undo { return phase.RestoreFile(file) },
		},
		"member of a file that was not there": {
			change: func(h *host.Host) error { return phase.SetJSONMember(t.Context(), h, file, "a", []byte("1")) },
			undo:   func(*host.Host) *phase.Undo { return phase.RestoreJSONMember(file, "a", nil, false) },
		},
		"member that was not there": {
			before: func(h *host.Host) error { return h.Files.Write(t.Context(), file, []byte("{ \"b\" : 2 }")) },
			change: func(h *host.Host) error { return phase.SetJSONMember(t.Context(), h, file, "a", []byte("1")) },
			undo:   func(*host.Host) *phase.Undo { return phase.RestoreJSONMember(file, "a", nil, true) },
		},
		"member": {
			before: func(h *host.Host) error {
				return h.Files.Write(t.Context(), file, []byte("{ \"b\" : 2, \"a\": [1, \"<\"] }"))
			},
			change: func(h *host.Host) error { return phase.SetJSONMember(t.Context(), h, file, "a", []byte("1")) },
			undo:   func(*host.Host) *phase.Undo { return phase.RestoreJSONMember(file, "a", []byte("[1, \"<\"]"), true) },
		},
		"variable of a service that had none": {
			change: func(h *host.Host) error { return phase.SetServiceVariable(t.Context(), h, "docker", "NAME", "new") },
			undo:   func(*host.Host) *phase.Undo { return phase.RestoreServiceVariable("docker", "NAME", "") },
		},
		"variable of a service": {
			before: func(h *host.Host) error {
				return h.Registry.SetValue(t.Context(), host.ServicesKey+`\docker`, "Environment", host.Value{Kind: host.KindMultiString, List: []string{"Name=old", "OTHER=1"}})
			},
			change: func(h *host.Host) error { return phase.SetServiceVariable(t.Context(), h, "docker", "NAME", "new") },
			undo:   func(*host.Host) *phase.Undo { return phase.RestoreServiceVariable("docker", "NAME", "Name=old") },
		},
		"address": {
			change: func(h *host.Host) error { return h.Adapters.AddAddress(t.Context(), "vEthernet (nat)", address) },
			undo:   func(*host.Host) *phase.Undo { return phase.RemoveAddress("vEthernet (nat)", address) },
		},
		"name servers by DHCP": {
			change: func(h *host.Host) error {
				return h.Adapters.SetDNS(t.Context(), "Ethernet", []netip.Addr{netip.MustParseAddr("10.0.0.9")})
			},
			undo: func(*host.Host) *phase.Undo { return phase.RestoreDNS("0A-1B-2C-3D-4E-5F", nil) },
		},
		"port proxy that was not there": {
			change: func(h *host.Host) error { return h.PortProxy.Add(t.Context(), rule) },
			undo:   func(*host.Host) *phase.Undo { return phase.RestorePortProxy(rule, nil) },
		},
		"port proxy": {
			before: func(h *host.Host) error { return h.PortProxy.Add(t.Context(), other) },
			change: func(h *host.Host) error { return h.PortProxy.Add(t.Context(), rule) },
			undo:   func(*host.Host) *phase.Undo { return phase.RestorePortProxy(rule, &other) },
		},
		"firewall rule that was not there": {
			change: func(h *host.Host) error { return h.Firewall.Set(t.Context(), wall) },
			undo:   func(*host.Host) *phase.Undo { return phase.RestoreFirewallRule("rule", nil) },
		},
		"firewall rule": {
			before: func(h *host.Host) error { return h.Firewall.Set(t.Context(), wall) },
			change: func(h *host.Host) error { return h.Firewall.Set(t.Context(), wider) },
			undo:   func(*host.Host) *phase.Undo { return phase.RestoreFirewallRule("rule", &wall) },
		},
		"scheduled task": {
			change: func(h *host.Host) error { return h.Tasks.SetEnabled(t.Context(), task, false) },
			undo:   func(*host.Host) *phase.Undo { return phase.RestoreScheduledTask(task, true) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := sim.New(sim.Options{Conditions: []string{"ecstools-task"}})
			h := m.Host()
			if tt.before != nil {
				check(t, tt.before(h))
			}
			untouched := m.Snapshot()
			undo := tt.undo(h)
			check(t, tt.change(h))
			if cmp.Diff(untouched, m.Snapshot()) == "" {
				t.Fatal("the change changed nothing")
			}
			for range 2 {
				check(t, phase.TakeBack(t.Context(), h, *undo))
				if diff := cmp.Diff(untouched, m.Snapshot()); diff != "" {
					t.Fatal(diff)
				}
			}
		})
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestTakeBackOfWhatIsGone: after a boot an adapter, a service or a task may not be there any more.
func TestTakeBackOfWhatIsGone(t *testing.T) {
	t.Parallel()
	h := sim.New(sim.Options{}).Host()
	for _, u := range []*phase.Undo{
		phase.RestoreService("gone", host.ServiceConfig{}), phase.RemoveService("gone"), phase.RemoveFile(`C:\gone`),
		phase.RestoreFile(`C:\gone`), phase.RestoreJSONMember(`C:\gone`, "a", []byte("1"), true), phase.RestoreServiceVariable("gone", "NAME", ""),
		phase.RemoveAddress("gone", netip.MustParsePrefix("10.9.9.9/32")),
		phase.RestoreDNS("0a:00:00:00:00:01", nil), phase.RestoreFirewallRule("gone", nil), phase.RestoreScheduledTask(`\gone`, true),
	} {
		if err := phase.TakeBack(t.Context(), h, *u); err != nil {
			t.Errorf("%s: %v", u.Kind, err)
		}
	}
	for _, u := range []phase.Undo{{Kind: "magic", Target: "x"}, {Kind: phase.UndoAddress, Target: "x"}, {Kind: phase.UndoFile, Target: "x", Before: "{"}} {
		if err := phase.TakeBack(t.Context(), h, u); err == nil {
			t.Errorf("%+v was taken back", u)
		}
	}
}
