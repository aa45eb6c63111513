package netphase

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// endpointsPhase asks every AWS endpoint that the node will talk to, name and TLS, all at the same time. What keeps the node
// from joining fails; what tasks alone need is warned of.
type endpointsPhase struct{}

// tryTimeout bounds one try of one endpoint.
const tryTimeout = 10 * time.Second

// Describe implements phase.Phase.
func (endpointsPhase) Describe(d *nodeconfig.Document) phase.Description {
	desc := phase.Description{
		ID: "endpoints", Title: "AWS endpoints can be reached",
		Needs: []phase.ID{"imds", "dns"}, Timeout: d.Timeouts.Endpoints + slack,
	}
	if !d.Endpoints.Check {
		desc.Off = "endpoints.check is false"
	}
	return desc
}

// Probe implements phase.Phase. It asks, so that a plan tells too; Verify has nothing to add in the same run.
func (endpointsPhase) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	facts, err := reachAll(ctx, n)
	if err == nil {
		n.Found.Set(func(f *phase.Found) { f.Reached = facts })
	}
	return observation{facts: facts}, err
}

// Verify implements phase.Phase.
func (endpointsPhase) Verify(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	if facts := n.Found.Get().Reached; facts != nil {
		return facts, nil
	}
	return reachAll(ctx, n)
}

// reachAll asks every endpoint, and returns the first failure that counts, in the order of the list.
func reachAll(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	in := n.Found.Get().Instance
	all := Endpoints(n.Doc, in)
	errs := make([]error, len(all))
	together(ctx, n.Host.Clock, len(all), func(i int) { errs[i] = reach(ctx, n, all[i]) })
	var facts []phase.Fact
	var first error
	for i, e := range all {
		if errs[i] == nil {
			facts = append(facts, fact("endpoint "+e.Service, e.Host+way(e)))
			continue
		}
		f := e.fault(errs[i], region(n))
		facts = append(facts, fact("endpoint "+e.Service, "%s: %s", e.Host, f.Code))
		switch {
		case e.Needed && first == nil:
			first = f
		case !e.Needed && first == nil:
			// Where the node does not join at all, the cause is probably the same.
			n.Warn("%s: %s: %s", f.Code, f.Seen, f.Remedy)
		}
	}
	if in.Partition == "aws-us-gov" {
		facts = append(facts, fact("FIPS", "the ECS agent on Windows does not switch to FIPS endpoints by itself; agent.backend_host can name one"))
	}
	return facts, first
}

func way(e Endpoint) string {
	if e.Proxy != "" {
		return ", through the proxy"
	}
	return ""
}

// reachError is why an endpoint could not be reached.
type reachError struct {
	step string
	// addresses are those that the name stands for.
	addresses []netip.Addr
	err       error
}

func (e *reachError) Error() string { return e.err.Error() }
func (e *reachError) Unwrap() error { return e.err }

// reach tries an endpoint until it answers or the document's time is over, for a network that has just come up may take a
// moment. Through a proxy it is the proxy that resolves the name.
func reach(ctx context.Context, n *phase.Node, e Endpoint) error {
	var last *reachError
	err := until(ctx, n, wait.Every(200*time.Millisecond, n.Doc.Timeouts.Endpoints), e.Host, func() (bool, string, error) {
		trying, end := within(ctx, n.Host.Clock, tryTimeout)
		defer end()
		if last = tryOnce(trying, n, e); last != nil {
			return false, last.Error(), nil
		}
		return true, "", nil
	})
	if err != nil && last != nil {
		return &reachError{step: last.step, addresses: last.addresses, err: err}
	}
	return err
}

func tryOnce(ctx context.Context, n *phase.Node, e Endpoint) *reachError {
	var failed reachError
	if e.Proxy == "" {
		if failed.addresses, failed.err = n.Host.Lookup.Resolve(ctx, hostname(e)); failed.err != nil {
			failed.step = host.StepDNS
			return &failed
		}
	}
	if failed.err = n.Host.Lookup.TLS(ctx, e.address(), e.Proxy); failed.err == nil {
		return nil
	}
	failed.step = host.StepConnect
	var dial *host.DialError
	if errors.As(failed.err, &dial) {
		failed.step = dial.Step
	}
	return &failed
}

// hostname is the endpoint's host without a port.
func hostname(e Endpoint) string {
	if name, _, err := net.SplitHostPort(e.Host); err == nil {
		return name
	}
	return e.Host
}

// fault names the failure by its step, and the remedy by what the addresses tell: a private address is a VPC endpoint's, so
// its security group is in the way; a public one needs a way out.
func (e Endpoint) fault(err error, region string) *fault.Fault {
	var failed *reachError
	step := ""
	if errors.As(err, &failed) {
		step = failed.step
	}
	endpoint := fmt.Sprintf("the interface VPC endpoint com.amazonaws.%s.%s", region, e.Service)
	if e.Gateway {
		endpoint = fmt.Sprintf("a gateway VPC endpoint for %s", e.Service)
	}
	code, remedy := fault.Code("E_ENDPOINT_CONNECT"), ""
	switch {
	case step == host.StepDNS:
		code, remedy = "E_ENDPOINT_DNS", "create "+endpoint+" with private DNS and switch the VPC's enableDnsSupport and enableDnsHostnames on, or let the name servers forward to the VPC's"
	case step == host.StepProxy:
		code, remedy = "E_ENDPOINT_PROXY", "check that the proxy runs, that the instance reaches it, and that it allows CONNECT to "+e.address()+"; or name the host in no_proxy and create "+endpoint
	case step == host.StepCertificate:
		code, remedy = "E_ENDPOINT_CERTIFICATE", "have TLS inspection leave "+e.Host+" alone, or put its root into the machine's store; check the clock"
	case e.Proxy != "":
		remedy = "the proxy does not get through to " + e.address() + ": open it there, or name the host in no_proxy and create " + endpoint
	case failed != nil && private(failed.addresses):
		remedy = "let the security group of the VPC endpoint for " + e.Service + " take TCP port 443 from the instance's security group or subnet"
	default:
		remedy = "give the instance's subnet a route to a NAT gateway, or create " + endpoint + ", or set proxy.agent and proxy.docker; the instance's security group has to let TCP port 443 out"
	}
	return &fault.Fault{Code: code, Seen: e.Host + " (" + e.For + ")", Remedy: remedy, Err: err}
}

// private reports whether there are addresses and all are private.
func private(addresses []netip.Addr) bool {
	for _, a := range addresses {
		if !a.IsPrivate() {
			return false
		}
	}
	return len(addresses) > 0
}
