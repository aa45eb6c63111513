package sim_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

// join does by hand what the bootstrap does for a machine with an installed agent.
func join(t *testing.T, m *sim.Machine) {
	t.Helper()
	ctx, h := t.Context(), m.Host()
	nat, err := h.Docker.Network(ctx, "nat")
	if err != nil {
		t.Fatal(err)
	}
	address := netip.MustParsePrefix("169.254.170.2/32")
	for name, text := range map[string]string{"ECS_CLUSTER": "prod", "ECS_ENABLE_TASK_ENI": "true", "ECS_ENABLE_TASK_IAM_ROLE": "true"} {
		must(t, h.Registry.SetValue(ctx, host.MachineEnvironmentKey, name, host.Value{Kind: host.KindString, Text: text}))
	}
	must(t, h.Adapters.AddAddress(ctx, "vEthernet (nat)", address))
	waitPreferred(t, h, address)
	must(t, h.PortProxy.Add(ctx, host.ProxyRule{Listen: netip.AddrPortFrom(address.Addr(), 80), Connect: netip.MustParseAddrPort("127.0.0.1:51679")}))
	must(t, h.Firewall.Set(ctx, host.FirewallRule{Name: "test", Ports: []uint16{80}, LocalAddresses: []netip.Prefix{address}, RemoteAddresses: nat.Subnets}))
	must(t, h.Services.Start(ctx, "AmazonECS"))
	must(t, h.Clock.Sleep(ctx, time.Minute))
}

func waitPreferred(t *testing.T, h *host.Host, address netip.Prefix) {
	t.Helper()
	for range 100 {
		adapters, err := h.Adapters.Adapters(t.Context())
		must(t, err)
		for _, a := range adapters {
			for _, x := range a.Addresses {
				if x.Prefix == address && x.State == host.AddressPreferred {
					return
				}
			}
		}
		must(t, h.Clock.Sleep(t.Context(), 250*time.Millisecond))
	}
	t.Fatalf("%s never turned Preferred", address)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func installed(o sim.Options) sim.Options {
	o.AMI.Agent = sim.AgentInstalled
	return o
}

func TestCleanNodeJoins(t *testing.T) {
	t.Parallel()
	for name, latencies := range map[string]sim.Latencies{"at once": {}, "published": sim.Published()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := sim.New(installed(sim.Options{Latencies: latencies}))
			join(t, m)
			h := m.Host()
			got, err := h.Web.Get(t.Context(), "http://localhost:51678/v1/metadata")
			must(t, err)
			if !strings.Contains(string(got.Body), `"Cluster":"prod"`) {
				t.Errorf("introspection says %s", got.Body)
			}
			got, err = h.Web.Get(t.Context(), "http://169.254.170.2:80/")
			must(t, err)
			if got.Status != 404 || got.Server != "" {
				t.Errorf("the credentials server answers %d of %q", got.Status, got.Server)
			}
			for _, want := range []string{"Instance registration completed successfully", "Connected to ACS endpoint"} {
				if !strings.Contains(m.AgentLog(), want) {
					t.Errorf("the agent's log lacks %q:\n%s", want, m.AgentLog())
				}
			}
			for arn, i := range m.Account().Instances {
				if !i.AgentConnected || i.Attributes["ecs.os-family"] != "WINDOWS_SERVER_2022_CORE" {
					t.Errorf("%s is %+v", arn, i.Member)
				}
			}
			if len(m.Account().Instances) != 1 {
				t.Errorf("%d container instances, want 1", len(m.Account().Instances))
			}
		})
	}
}

func TestEveryInterfaceAnswers(t *testing.T) {
	t.Parallel()
	ctx, m := t.Context(), sim.New(sim.Options{})
	h, c := m.Host(), m.Cloud()
	check := func(what string, err error) {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	os, err := h.System.OS(ctx)
	check("OS", err)
	if os.Build != 20348 || !os.Elevated || !os.Containers {
		t.Errorf("OS() = %+v", os)
	}
	_, err = h.System.Boot(ctx)
	check("Boot", err)
	networks, err := h.HNS.Networks(ctx)
	check("Networks", err)
	nat, err := h.Docker.Network(ctx, "nat")
	check("Network", err)
	if len(networks) != 1 || networks[0].ID != nat.HNSID || networks[0].Adapter != "vEthernet (nat)" {
		t.Errorf("HNS has %+v, Docker has %+v", networks, nat)
	}
	check("Ping", h.Docker.Ping(ctx))
	_, err = h.Metadata.Get(ctx, "dynamic/instance-identity/document")
	check("identity document", err)
	check("TLS", h.Lookup.TLS(ctx, "ecs.eu-central-1.amazonaws.com:443", ""))
	_, err = h.Lookup.Resolve(ctx, "ecs.eu-central-1.amazonaws.com")
	check("Resolve", err)
	_, err = c.Identity.Caller(ctx)
	check("Caller", err)
	names, err := h.Files.List(ctx, `C:\ProgramData\Amazon\ECS\cache`)
	check("List", err)
	if len(names) != 3 {
		t.Errorf("the cache holds %q", names)
	}
	if _, err := h.Services.Service(ctx, "AmazonECS"); !errors.Is(err, host.ErrNotFound) {
		t.Errorf("AmazonECS is there before anybody installed it: %v", err)
	}
}

func TestKilledAtAWrite(t *testing.T) {
	t.Parallel()
	for name, done := range map[string]bool{"before it": false, "after it": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, m := t.Context(), sim.New(sim.Options{})
			h := m.Host()
			if _, err := h.Locks.Acquire(ctx, "one"); err != nil {
				t.Fatal(err)
			}
			m.KillAtWrite(2, done)
			must(t, h.Files.Write(ctx, `C:\a`, nil))
			if err := h.Files.Write(ctx, `C:\b`, nil); !errors.Is(err, sim.ErrKilled) {
				t.Errorf("second write: %v, want the process killed", err)
			}
			if _, err := h.System.OS(ctx); !errors.Is(err, sim.ErrKilled) {
				t.Errorf("a killed process got %v", err)
			}
			if _, ok := m.File(`c:\B`); ok != done {
				t.Errorf("the second file is there: %t, want %t", ok, done)
			}
			next := m.Host()
			if _, err := next.Locks.Acquire(ctx, "one"); err != nil {
				t.Errorf("the lock of a killed process: %v", err)
			}
			must(t, next.Files.Write(ctx, `C:\c`, nil))
			must(t, next.Files.Write(ctx, `C:\d`, nil))
		})
	}
}

func TestFaultsHitTheNthCall(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	m := sim.New(sim.Options{Faults: []sim.Fault{{On: "registry.Value HKLM\\Software", Nth: 2, Err: "denied", Delay: time.Second, Effect: "drop-imds-route"}}})
	h := m.Host()
	before := h.Clock.Now()
	for i, want := range []error{host.ErrNotFound, host.ErrDenied, host.ErrNotFound} {
		if _, err := h.Registry.Value(ctx, `HKLM\SOFTWARE\x`, "y"); !errors.Is(err, want) {
			t.Errorf("call %d: %v, want %v", i+1, err, want)
		}
	}
	if got := h.Clock.Now().Sub(before); got != time.Second {
		t.Errorf("took %s, want 1s", got)
	}
	if _, err := h.Metadata.Get(ctx, "meta-data/instance-id"); !errors.Is(err, host.ErrUnreachable) {
		t.Errorf("metadata without a route: %v", err)
	}
}

// told is a metadata service elsewhere.
type told struct{ asked int }

func (s *told) Get(path string) (string, error) {
	s.asked++
	if path != "meta-data/instance-id" {
		return "", host.ErrNotFound
	}
	return "i-elsewhere", nil
}

func TestAnotherMetadataServiceLiesBehindTheSameRoute(t *testing.T) {
	t.Parallel()
	ctx, service := t.Context(), &told{}
	m := sim.New(sim.Options{Metadata: service})
	h := m.Host()
	if got, err := h.Metadata.Get(ctx, "meta-data/instance-id"); err != nil || got != "i-elsewhere" {
		t.Errorf("the instance is %q, %v", got, err)
	}
	if _, err := h.Metadata.Get(ctx, "meta-data/instance-type"); !errors.Is(err, host.ErrNotFound) {
		t.Errorf("what the service does not tell: %v", err)
	}
	m.Effect("drop-imds-route")
	asked := service.asked
	if _, err := h.Metadata.Get(ctx, "meta-data/instance-id"); !errors.Is(err, host.ErrUnreachable) || service.asked != asked {
		t.Errorf("without a route: %v, asked %d times more", err, service.asked-asked)
	}
	if _, err := m.Cloud().Identity.Caller(ctx); !errors.Is(err, cloud.ErrNoCredentials) {
		t.Errorf("a call without a role: %v", err)
	}
}

func TestEndedContextEndsACall(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Host().System.OS(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("OS() = %v, want %v", err, context.Canceled)
	}
}

func TestEveryConditionAndEffectCanBe(t *testing.T) {
	t.Parallel()
	for name := range sim.Conditions() {
		sim.New(installed(sim.Options{Conditions: []string{name}}))
	}
	for name := range sim.Effects() {
		m := sim.New(installed(sim.Options{Faults: []sim.Fault{{On: "system.OS", Effect: name}}}))
		_, _ = m.Host().System.OS(t.Context())
		must(t, m.Advance(5*time.Minute))
	}
}

func TestFaultsOfEachKind(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	m := sim.New(sim.Options{Faults: []sim.Fault{
		{On: "services.Start Docker", Err: "1053"},
		{On: "identity.Caller", Nth: 1, Err: "ExpiredToken"}, {On: "identity.Caller", Nth: 2, Err: "unreachable"}, {On: "identity.Caller", Nth: 3, Err: "no credentials"},
		{On: "metadata.Get meta-data/mac", Err: "no token"},
		{On: "files.Write", Err: "in use", After: true},
	}})
	h, c := m.Host(), m.Cloud()
	if got := code(h.Services.Start(ctx, "Docker")); got != host.ErrorServiceRequestTimeout {
		t.Errorf("Windows error %d, want 1053", got)
	}
	for _, want := range []string{"ExpiredToken", ""} {
		_, err := c.Identity.Caller(ctx)
		var refused *cloud.CallError
		if !errors.As(err, &refused) || refused.Code != want || refused.Action != "sts:GetCallerIdentity" {
			t.Errorf("Caller() = %v, want code %q", err, want)
		}
	}
	if _, err := c.Identity.Caller(ctx); !errors.Is(err, cloud.ErrNoCredentials) {
		t.Errorf("Caller() = %v, want %v", err, cloud.ErrNoCredentials)
	}
	if _, err := h.Metadata.Get(ctx, "meta-data/mac"); !errors.Is(err, host.ErrMetadataToken) {
		t.Errorf("Get() = %v, want %v", err, host.ErrMetadataToken)
	}
	if err := h.Files.Write(ctx, `C:\x`, nil); !errors.Is(err, host.ErrInUse) {
		t.Errorf("Write() = %v, want %v", err, host.ErrInUse)
	}
	if _, there := m.File(`C:\x`); !there {
		t.Error("a fault after the call undid the call")
	}
}
