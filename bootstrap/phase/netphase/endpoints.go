package netphase

import (
	"context"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/endpoint"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// endpointsPhase asks every AWS endpoint that the node will talk to, name and TLS, all at the same time. What keeps the node
// from joining fails; what tasks alone need is warned of.
type endpointsPhase struct{}

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
	all := endpoint.List(n.Doc, endpoint.Place{Region: in.Region, Partition: in.Partition, Account: in.Account})
	failures := make([]*endpoint.Failure, len(all))
	host.Together(ctx, n.Host.Clock, len(all), func(i int) { failures[i] = reach(ctx, n, all[i]) })
	var facts []phase.Fact
	var first error
	for i, e := range all {
		if failures[i] == nil {
			facts = append(facts, fact("endpoint "+e.Service, e.Way()))
			continue
		}
		f := e.Fault(failures[i])
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

// reach tries an endpoint until it answers or the document's time is over, for a network that has just come up may take a
// moment.
func reach(ctx context.Context, n *phase.Node, e endpoint.Endpoint) *endpoint.Failure {
	var last endpoint.Failure
	err := until(ctx, n, wait.Every(200*time.Millisecond, n.Doc.Timeouts.Endpoints), e.Host, func() (bool, string, error) {
		failure := e.Try(ctx, n.Host)
		if failure == nil {
			return true, "", nil
		}
		if ctx.Err() == nil || last.Err == nil {
			// What is tried after the phase's time tells of its end, and not of the endpoint.
			last = *failure
		}
		return false, failure.Error(), nil
	})
	if err == nil {
		return nil
	}
	return &endpoint.Failure{Step: last.Step, Addresses: last.Addresses, Err: err}
}
