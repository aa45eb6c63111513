package endpoint

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// TryTimeout bounds one try of one endpoint.
const TryTimeout = 10 * time.Second

// Failure is why an endpoint could not be reached.
type Failure struct {
	// Step is one of the steps of a connection in package host.
	Step string
	// Addresses are those that the name stands for.
	Addresses []netip.Addr
	Err       error
}

// Error implements error.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// Try looks the endpoint's name up and makes a connection, once; nil says that it can be reached. Through a proxy it is the
// proxy that resolves the name.
func (e Endpoint) Try(ctx context.Context, h *host.Host) *Failure {
	ctx, end := host.Within(ctx, h.Clock, TryTimeout)
	defer end()
	var f Failure
	if e.Proxy == "" {
		if f.Addresses, f.Err = h.Lookup.Resolve(ctx, e.name()); f.Err != nil {
			f.Step = host.StepDNS
			return &f
		}
	}
	if f.Err = h.Lookup.TLS(ctx, e.address(), e.Proxy); f.Err == nil {
		return nil
	}
	f.Step = host.StepConnect
	if dial, ok := errors.AsType[*host.DialError](f.Err); ok {
		f.Step = dial.Step
	}
	return &f
}

// Fault names the failure by its step, and the remedy by what the addresses tell: a private address is a VPC endpoint's, so
// its security group is in the way; a public one needs a way out.
func (e Endpoint) Fault(f *Failure) *fault.Fault {
	vpcEndpoint := fmt.Sprintf("the interface VPC endpoint com.amazonaws.%s.%s", e.Region, e.Service)
	if e.Gateway {
		vpcEndpoint = "a gateway VPC endpoint for " + e.Service
	}
	code, remedy := fault.Code("E_ENDPOINT_CONNECT"), ""
	switch {
	case f.Step == host.StepDNS:
		code, remedy = "E_ENDPOINT_DNS", "create "+vpcEndpoint+" with private DNS and switch the VPC's enableDnsSupport and enableDnsHostnames on, or let the name servers forward to the VPC's"
	case f.Step == host.StepProxy:
		code, remedy = "E_ENDPOINT_PROXY", "check that the proxy runs, that the instance reaches it, and that it allows CONNECT to "+e.address()+"; or name the host in no_proxy and create "+vpcEndpoint
	case f.Step == host.StepCertificate:
		code, remedy = "E_ENDPOINT_CERTIFICATE", "have TLS inspection leave "+e.Host+" alone, or put its root into the machine's store; check the clock"
	case e.Proxy != "":
		remedy = "the proxy does not get through to " + e.address() + ": open it there, or name the host in no_proxy and create " + vpcEndpoint
	case private(f.Addresses):
		remedy = "let the security group of the VPC endpoint for " + e.Service + " take TCP port 443 from the instance's security group or subnet"
	default:
		remedy = "give the instance's subnet a route to a NAT gateway, or create " + vpcEndpoint + ", or set proxy.agent and proxy.docker; the instance's security group has to let TCP port 443 out"
	}
	return &fault.Fault{Code: code, Seen: e.Host + " (" + e.For + ")", Remedy: remedy, Err: f}
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
