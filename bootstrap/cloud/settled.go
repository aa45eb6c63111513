package cloud

import (
	"context"
	"fmt"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// Settled is what a document says of the way to AWS.
type Settled struct {
	// Region is where the calls go; empty: the instance's.
	Region string
	// HTTPProxy, HTTPSProxy and NoProxy are as the environment variables of these names.
	HTTPProxy, HTTPSProxy string
	NoProxy               []string
}

// SettledBy is what this document says: its Region, and the agent's proxies. A proxy that is a reference still is left out,
// as nobody knows where it leads.
func SettledBy(d *nodeconfig.Document) Settled {
	known := func(proxy string) string {
		if _, err := nodeconfig.ParseReference(proxy); err == nil {
			return ""
		}
		return proxy
	}
	proxy := d.Proxy.Agent
	return Settled{Region: d.Region, HTTPProxy: known(proxy.HTTP), HTTPSProxy: known(proxy.HTTPS), NoProxy: proxy.NoProxy}
}

// WithProxies returns a copy of the document in which the proxies that it gives as references are what these stand for. The
// copy holds secrets: do not encode it, do not show it.
func (c *Cloud) WithProxies(ctx context.Context, d *nodeconfig.Document) (*nodeconfig.Document, error) {
	d = d.Clone()
	for _, proxy := range []*string{&d.Proxy.Agent.HTTP, &d.Proxy.Agent.HTTPS, &d.Proxy.Docker.HTTP, &d.Proxy.Docker.HTTPS} {
		reference, err := nodeconfig.ParseReference(*proxy)
		if err != nil {
			continue // it is one itself, or none
		}
		if *proxy, err = c.Secrets.Resolve(ctx, reference.String()); err != nil {
			return nil, fmt.Errorf("resolving a proxy of the document, %s: %w", reference, err)
		}
	}
	return d, nil
}
