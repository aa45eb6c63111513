package netphase_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

func TestEndpointsAnswer(t *testing.T) {
	t.Parallel()
	o := installed()
	o.Latencies.Connect = time.Second
	b := newBench(o)
	out := b.apply(t, "endpoints")
	if out.err != nil || len(out.warnings) > 0 || out.fact("endpoint ecr.dkr") != "123456789012.dkr.ecr.eu-central-1.amazonaws.com" {
		t.Errorf("%v, warnings %q, %v", out.facts, out.warnings, out.err)
	}
	if out.took != 2*time.Second {
		t.Errorf("took %s; name and connection of all at the same time take 2s", out.took)
	}
	out.callsAre(t, map[string]int{"lookup.Resolve": 8, "lookup.TLS": 8})
}

// TestEndpointsFaults gives each fault its name and its remedy, and what comes close to it another one or none.
func TestEndpointsFaults(t *testing.T) {
	t.Parallel()
	only := func(name string, err *host.DialError) func(*bench) {
		return func(b *bench) { b.swap = func(h *host.Host) { h.Lookup = broken{h.Lookup, name, err, nil} } }
	}
	refuse := &host.DialError{Step: host.StepConnect, Address: "x", Err: context.DeadlineExceeded}
	for name, test := range map[string]struct {
		conditions []string
		change     func(*bench)
		code       fault.Code
		remedy     string
		warned     string
	}{
		"no way out":                   {conditions: []string{"no-internet"}, code: "E_ENDPOINT_CONNECT", remedy: "NAT gateway"},
		"no VPC endpoint of the agent": {conditions: []string{"no-acs-endpoint"}, code: "E_ENDPOINT_CONNECT", remedy: "com.amazonaws.eu-central-1.ecs-agent"},
		"a name that is not known":     {change: only("ecs.eu-central-1.amazonaws.com", &host.DialError{Step: host.StepDNS}), code: "E_ENDPOINT_DNS", remedy: "private DNS"},
		"a VPC endpoint's security group": {change: func(b *bench) {
			b.swap = func(h *host.Host) {
				h.Lookup = broken{h.Lookup, "ecs-a.eu-central-1.amazonaws.com", refuse, []netip.Addr{netip.MustParseAddr("10.0.3.4")}}
			}
		}, code: "E_ENDPOINT_CONNECT", remedy: "security group of the VPC endpoint for ecs-agent"},
		"something opens TLS":          {conditions: []string{"intercepted"}, code: "E_ENDPOINT_CERTIFICATE", remedy: "TLS inspection"},
		"only a proxy, and none given": {conditions: []string{"proxy-only"}, code: "E_ENDPOINT_CONNECT", remedy: "proxy.agent"},
		"only a proxy, given": {conditions: []string{"proxy-only"}, change: func(b *bench) {
			b.doc.Proxy.Agent.HTTPS, b.doc.Proxy.Docker.HTTPS = "http://proxy.example.com:3128", "http://proxy.example.com:3128"
		}},
		"only a proxy, Docker has none": {conditions: []string{"proxy-only"}, change: func(b *bench) { b.doc.Proxy.Agent.HTTPS = "http://proxy.example.com:3128" }, warned: "dkr.ecr"},
		"another proxy":                 {conditions: []string{"proxy-only"}, change: func(b *bench) { b.doc.Proxy.Agent.HTTPS = "http://other.example.com:3128" }, code: "E_ENDPOINT_PROXY", remedy: "CONNECT to ecs.eu-central-1.amazonaws.com:443"},
		"only the logs fail":            {change: only("logs.eu-central-1.amazonaws.com", refuse), warned: "log driver awslogs"},
		"only the layers fail":          {change: only("s3.eu-central-1.amazonaws.com", refuse), warned: "gateway VPC endpoint"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(installed(test.conditions...))
			if test.change != nil {
				test.change(b)
			}
			out := b.apply(t, "endpoints")
			if out.code() != test.code {
				t.Fatalf("%s (%v), want %q", out.code(), out.err, test.code)
			}
			if out.err != nil && !strings.Contains(fault.Of(out.err).Remedy, test.remedy) {
				t.Errorf("remedy %q, want it to tell of %s", fault.Of(out.err).Remedy, test.remedy)
			}
			if test.warned != "" && !out.warned(test.warned) || test.warned == "" && len(out.warnings) > 0 {
				t.Errorf("warnings %q, want %q", out.warnings, test.warned)
			}
			if out.took > b.doc.Timeouts.Endpoints+time.Second {
				t.Errorf("took %s", out.took)
			}
		})
	}
}

// broken fails for one name.
type broken struct {
	host.Lookup
	name      string
	err       *host.DialError
	addresses []netip.Addr
}

func (b broken) Resolve(ctx context.Context, name string) ([]netip.Addr, error) {
	switch {
	case name == b.name && b.err.Step == host.StepDNS:
		return nil, host.ErrNotFound
	case name == b.name && b.addresses != nil:
		return b.addresses, nil
	}
	return b.Lookup.Resolve(ctx, name)
}

func (b broken) TLS(ctx context.Context, address, proxy string) error {
	if address == b.name+":443" {
		return b.err
	}
	return b.Lookup.TLS(ctx, address, proxy)
}

func TestEndpointsComeUpLate(t *testing.T) {
	t.Parallel()
	o := installed()
	o.Faults = []sim.Fault{{On: "lookup.TLS ecs.", Nth: 1, Times: 20, Err: "unreachable"}}
	b := newBench(o)
	if out := b.apply(t, "endpoints"); out.err != nil || out.took != 4*time.Second {
		t.Errorf("took %s, %v", out.took, out.err)
	}
}

func TestGovCloudIsToldOfFIPS(t *testing.T) {
	t.Parallel()
	b := newBench(installed())
	b.found.Instance.Partition = "aws-us-gov"
	if out := b.apply(t, "endpoints"); !strings.Contains(out.fact("FIPS"), "agent.backend_host") {
		t.Errorf("%v", out.facts)
	}
}
