package hostphase_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/hostphase"
)

// TestFaultsOfTheHost gives each fault its name, and what comes close to it another one or none.
func TestFaultsOfTheHost(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		phase   phase.ID
		options sim.Options
		change  func(*bench)
		code    fault.Code
		// within is how long it may take, warned a part of a warning.
		within time.Duration
		warned string
	}{
		"platform":                        {phase: hostphase.Platform},
		"platform, not elevated":          {phase: hostphase.Platform, options: with("not-elevated"), code: "E_NOT_ELEVATED"},
		"platform, no Containers":         {phase: hostphase.Platform, options: with("no-containers"), code: "E_CONTAINERS_FEATURE"},
		"platform, 2016":                  {phase: hostphase.Platform, options: sim.Options{AMI: sim.AMI{Windows: "2016"}}, code: "E_OS_NO_AWSVPC"},
		"platform, 2016 without awsvpc":   {phase: hostphase.Platform, options: sim.Options{AMI: sim.AMI{Windows: "2016"}}, change: func(b *bench) { b.doc.AWSVPC.Enabled = false }},
		"platform, 100 bytes free":        {phase: hostphase.Platform, options: with("disk-full"), code: "E_DISK_FULL"},
		"platform, a GiB free":            {phase: hostphase.Platform, change: func(b *bench) { b.SetFreeBytes(1 << 30) }, warned: "E_DISK_FULL"},
		"platform, a byte less":           {phase: hostphase.Platform, change: func(b *bench) { b.SetFreeBytes(1<<30 - 1) }, code: "E_DISK_FULL"},
		"platform, German":                {phase: hostphase.Platform, options: with("localized"), warned: "de-DE"},
		"imds":                            {phase: hostphase.IMDS},
		"imds, turned off":                {phase: hostphase.IMDS, options: with("imds-disabled"), code: "E_IMDS_DISABLED", within: time.Second},
		"imds, no token":                  {phase: hostphase.IMDS, options: with("imds-no-token"), code: "E_IMDS_TOKEN"},
		"imds, no route":                  {phase: hostphase.IMDS, options: with("imds-no-route"), within: 6 * time.Second},
		"imds, another subnet's route":    {phase: hostphase.IMDS, options: with("imds-bad-route"), within: 6 * time.Second},
		"imds, no default route":          {phase: hostphase.IMDS, change: func(b *bench) { b.Effect("drop-imds-route"); b.Effect("drop-default-route") }, code: "E_IMDS_UNREACHABLE"},
		"imds, late":                      {phase: hostphase.IMDS, options: sim.Options{Faults: []sim.Fault{{On: "metadata.Get", Times: 40, Err: "unreachable"}}}, within: 11 * time.Second},
		"imds, of another instance":       {phase: hostphase.IMDS, change: func(b *bench) { b.kept.id = "i-0fedcba9876543210" }, warned: "another instance's"},
		"credentials":                     {phase: hostphase.Credentials},
		"credentials, no profile":         {phase: hostphase.Credentials, options: with("no-role"), code: "E_NO_CREDENTIALS"},
		"credentials, metadata lost":      {phase: hostphase.Credentials, options: sim.Options{Faults: []sim.Fault{{On: "identity.Caller", Effect: "drop-address"}}}, code: "E_IMDS_UNREACHABLE"},
		"credentials, refused":            {phase: hostphase.Credentials, options: sim.Options{Faults: []sim.Fault{{On: "identity.Caller", Err: "InvalidClientTokenId"}}}, code: "E_CREDENTIALS_REFUSED"},
		"credentials, no way to STS":      {phase: hostphase.Credentials, options: with("no-internet"), warned: "STS does not answer"},
		"credentials, clock behind":       {phase: hostphase.Credentials, options: with("clock-behind"), code: "E_CLOCK_SKEW"},
		"credentials, clock syncs":        {phase: hostphase.Credentials, options: with("clock-syncs"), within: 20*time.Second + 250*time.Millisecond},
		"credentials, shadowed":           {phase: hostphase.Credentials, options: with("shadow-credentials"), warned: "systemprofile"},
		"bootgate":                        {phase: hostphase.BootGate},
		"bootgate, Setup ends":            {phase: hostphase.BootGate, options: with("setup-runs"), within: 2*time.Minute + 250*time.Millisecond},
		"bootgate, Setup does not end":    {phase: hostphase.BootGate, options: with("setup-runs"), change: endless, code: "E_SETUP_RUNNING"},
		"bootgate, Windows does not say":  {phase: hostphase.BootGate, options: sim.Options{Faults: []sim.Fault{{On: "system.Pending", Err: "denied"}}}, code: "E_STEP_FAILED"},
		"bootgate, rename":                {phase: hostphase.BootGate, options: with("rename-pending"), code: "E_REBOOT_PENDING"},
		"bootgate, join":                  {phase: hostphase.BootGate, options: with("join-pending"), code: "E_REBOOT_PENDING"},
		"domain, none required":           {phase: hostphase.Domain},
		"domain":                          {phase: hostphase.Domain, options: with("in-domain"), change: require("corp.example.com")},
		"domain, by any name":             {phase: hostphase.Domain, options: with("in-domain"), change: require("")},
		"domain, in capitals, with a dot": {phase: hostphase.Domain, options: with("in-domain"), change: require("CORP.example.com.")},
		"domain, another":                 {phase: hostphase.Domain, options: with("in-domain"), change: require("other.example.com"), code: "E_DOMAIN_OTHER"},
		"domain, none":                    {phase: hostphase.Domain, change: require("corp.example.com"), code: "E_DOMAIN_NOT_JOINED"},
		"domain, slow channel":            {phase: hostphase.Domain, options: with("slow-channel"), change: require("corp.example.com"), within: 90*time.Second + 250*time.Millisecond},
		"domain, dead channel":            {phase: hostphase.Domain, options: with("dead-channel"), change: require("corp.example.com"), code: "E_DOMAIN_CHANNEL"},
		"netsnapshot":                     {phase: hostphase.NetSnapshot},
		"netsnapshot, no default route":   {phase: hostphase.NetSnapshot, change: func(b *bench) { b.Effect("drop-default-route") }, code: "E_NO_PRIMARY_ROUTE"},
		"netsnapshot, renamed adapter":    {phase: hostphase.NetSnapshot, options: with("renamed-nic"), within: 6 * time.Second},
		"boot-path":                       {phase: hostphase.BootPath},
		"boot-path, refused":              {phase: hostphase.BootPath, options: sim.Options{Faults: []sim.Fault{{On: "services.Configure", Err: "denied"}}}, code: "E_BOOT_PATH"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, test.options)
			if test.change != nil {
				test.change(b)
			}
			out := b.apply(test.phase)
			if out.code != test.code {
				t.Fatalf("%s, want %q: %s", out.code, test.code, out.seen)
			}
			if info, known := fault.Find(out.code); out.code != "" && (!known || info.Remedy == "") {
				t.Errorf("%s has no remedy", out.code)
			}
			if test.code == "" && out.took > test.within {
				t.Errorf("it took %s, at most %s", out.took, test.within)
			}
			if test.warned == "" && len(out.warnings) > 0 || test.warned != "" && !out.warned(test.warned) {
				t.Errorf("warnings %q, want %q", out.warnings, test.warned)
			}
			if test.code != "" {
				return
			}
			if out = b.apply(test.phase); out.code != "" || out.writes > 0 || len(out.changes) > 0 {
				t.Errorf("the second time: %s, %d writes, %v", out.code, out.writes, out.changes)
			}
		})
	}
}

func with(conditions ...string) sim.Options { return sim.Options{Conditions: conditions} }

func require(name string) func(*bench) {
	return func(b *bench) {
		b.doc.Domain.Require, b.doc.Domain.Name, b.doc.Domain.Wait = true, name, 5*time.Minute
	}
}

// endless begins Setup anew whenever it has ended, before anybody looks.
func endless(b *bench) {
	if err := b.Advance(10 * time.Millisecond); err != nil {
		b.t.Fatal(err)
	}
	for _, at := range []time.Duration{119995 * time.Millisecond, 239996 * time.Millisecond} {
		b.Do(at, func(m *sim.Machine) { m.Apply("setup-runs") })
	}
}

// TestDomainJoinNeedsAReboot: a join that takes effect at the next boot is not waited for, and is there after it.
func TestDomainJoinNeedsAReboot(t *testing.T) {
	t.Parallel()
	b := newBench(t, with("join-pending"))
	require("corp.example.com")(b)
	if out := b.apply(hostphase.Domain); out.code != "E_REBOOT_PENDING" || out.took > time.Second {
		t.Fatalf("%s after %s", out.code, out.took)
	}
	b.Reboot()
	if err := b.Advance(10 * time.Minute); err != nil {
		t.Fatal(err)
	}
	if out := b.apply(hostphase.Domain); out.code != "" || out.facts["domain"] != "corp.example.com" {
		t.Errorf("after the reboot: %s %v", out.code, out.facts)
	}
}

// TestGuardBringsBackWhatAPhaseTook: link-local routes at once, address and default route once DHCP had its time to.
func TestGuardBringsBackWhatAPhaseTook(t *testing.T) {
	t.Parallel()
	for effect, test := range map[string]struct {
		lost   string
		within time.Duration
	}{
		"drop-imds-route":    {"route 169.254.169.254/32", time.Second},
		"drop-default-route": {"route 0.0.0.0/0", 11 * time.Second},
		"drop-address":       {"address 10.0.0.25/24", 11 * time.Second},
	} {
		b := newBench(t, sim.Options{})
		if out := b.apply(hostphase.NetSnapshot); out.code != "" {
			t.Fatal(out.seen)
		}
		whole := len(b.Routes())
		b.Effect(effect)
		if len(b.Routes()) == whole {
			t.Fatalf("%s did nothing", effect)
		}
		n := &phase.Node{Host: b.Host(), Doc: b.doc, Found: &phase.Findings{}, Memory: b.kept}
		n.Found.Set(func(f *phase.Found) { *f = b.found })
		began := b.Clock().Now()
		var err error
		if stuck := b.Run(func() { err = hostphase.Guard(t.Context(), n, "phase x") }); stuck != nil {
			t.Fatal(stuck)
		}
		warnings := strings.Join(n.Found.Get().Warnings, "\n")
		if err != nil || len(b.Routes()) != whole || !strings.Contains(warnings, "phase x took away") || !strings.Contains(warnings, test.lost) {
			t.Errorf("%s: %v; %d routes of %d; %q", effect, err, len(b.Routes()), whole, warnings)
		}
		if took := b.Clock().Now().Sub(began); took > test.within {
			t.Errorf("%s: it took %s", effect, took)
		}
		// Another machine's snapshot, as an image carries it, is not forced upon this one.
		b.Effect("drop-imds-route")
		b.kept.snapshot.MAC = "0a:99:99:99:99:99"
		if stuck := b.Run(func() { err = hostphase.Guard(t.Context(), n, "phase x") }); stuck != nil || err != nil || len(b.Routes()) == whole {
			t.Errorf("with another machine's snapshot: %v, %v, %d routes", stuck, err, len(b.Routes()))
		}
	}
}

// TestSnapshotKeepsWhatWasThere: routes lost since do not replace those that are kept, new ones do.
func TestSnapshotKeepsWhatWasThere(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{})
	b.apply(hostphase.NetSnapshot)
	whole := len(b.kept.snapshot.Routes)
	for _, r := range b.Routes() {
		if r.Destination.String() == "169.254.169.123/32" {
			if err := b.Run(func() { _ = b.Host().Routes.Remove(t.Context(), r) }); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.apply(hostphase.NetSnapshot)
	if len(b.kept.snapshot.Routes) != whole {
		t.Errorf("%d routes are kept, not %d", len(b.kept.snapshot.Routes), whole)
	}
}

// TestBootPathIsThatOfThisProgram: another command or start type is replaced, what is right is left.
func TestBootPathIsThatOfThisProgram(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{})
	b.apply(hostphase.BootPath)
	right, _ := b.Service(hostphase.ServiceName)
	for name, change := range map[string]func(*host.ServiceConfig){
		"another program": func(c *host.ServiceConfig) { c.Command = `"C:\old.exe" service run` },
		"not at boot":     func(c *host.ServiceConfig) { c.StartType = host.StartManual },
		"no recovery":     func(c *host.ServiceConfig) { c.Restarts = nil },
	} {
		b.ConfigureService(hostphase.ServiceName, change)
		if out := b.apply(hostphase.BootPath); out.code != "" || len(out.changes) != 1 {
			t.Errorf("%s: %s %v", name, out.code, out.changes)
		}
		if now, _ := b.Service(hostphase.ServiceName); now.Config.Command != right.Config.Command || now.Config.StartType != host.StartAutomatic {
			t.Errorf("%s: %+v", name, now.Config)
		}
	}
	// It is told where the document and the state are; a run that was told neither leaves that, another one changes it.
	for _, step := range []struct {
		flags   []string
		command string
		changes int
	}{
		{nil, right.Config.Command, 0},
		{[]string{"--config", `C:\my nodes\`, "--state-dir", `D:\state`}, right.Config.Command + ` --config "C:\my nodes\\" --state-dir D:\state`, 1},
		{[]string{"--config", `C:\my nodes\`, "--state-dir", `D:\state`}, right.Config.Command + ` --config "C:\my nodes\\" --state-dir D:\state`, 0},
		{nil, right.Config.Command + ` --config "C:\my nodes\\" --state-dir D:\state`, 0},
		{[]string{"--config-source", "ssm:///prod/node"}, right.Config.Command + ` --config-source ssm:///prod/node`, 1},
		{[]string{"--config-source", "ssm:///Prod/node"}, right.Config.Command + ` --config-source ssm:///Prod/node`, 1},
		{[]string{}, right.Config.Command, 1},
	} {
		b.flags = step.flags
		out := b.apply(hostphase.BootPath)
		if now, _ := b.Service(hostphase.ServiceName); now.Config.Command != step.command || len(out.changes) != step.changes || out.code != "" {
			t.Errorf("flags %q: %s, %s %v", step.flags, now.Config.Command, out.code, out.changes)
		}
	}
	b.doc.BootPath = false
	b.ConfigureService(hostphase.ServiceName, func(c *host.ServiceConfig) { c.StartType = host.StartManual })
	if out := b.apply(hostphase.BootPath); len(out.changes) > 0 {
		t.Errorf("turned off: %v", out.changes)
	}
}
