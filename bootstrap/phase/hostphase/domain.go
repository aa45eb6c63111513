package hostphase

import (
	"context"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// domain waits until the machine is in its Active Directory domain and a controller vouches for it: tasks with a gMSA, and
// the name servers that the agent reads at its start, depend on it.
type domain struct{}

// Describe implements phase.Phase.
func (domain) Describe(d *nodeconfig.Document) phase.Description {
	desc := phase.Description{ID: Domain, Title: "The machine is in its domain", Needs: []phase.ID{BootGate}, Timeout: d.Domain.Wait + quick}
	if !d.Domain.Require {
		desc.Off = "the document requires no domain"
	}
	return desc
}

// Probe implements phase.Phase.
func (domain) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	var now host.Domain
	err := wait.Until(ctx, n.Host.Clock, every(n.Doc.Domain.Wait), "the domain", func(time.Duration) (bool, string, error) {
		var err error
		if now, err = n.Host.System.Domain(ctx); err != nil {
			return notYet(err.Error())
		}
		if joined(now, n.Doc.Domain.Name) && now.SecureChannel {
			return true, "", nil
		}
		if now.Name == "" {
			// Whoever joins it may leave the join for the next boot.
			if pending, err := n.Host.System.Pending(ctx); err == nil {
				return false, "in a workgroup", rebootFirst(pending)
			}
			return false, "in a workgroup", nil
		}
		return false, "in " + now.Name + ", secure channel " + map[bool]string{true: "up", false: "down"}[now.SecureChannel], nil
	})
	switch {
	case err == nil:
		s := &seen{}
		s.add("domain", now.Name)
		s.add("secure channel", "up")
		return s, nil
	case fault.Of(err).Code == "E_REBOOT_PENDING":
		return nil, err
	case now.Name == "":
		return nil, fault.New("E_DOMAIN_NOT_JOINED", err, "")
	case !joined(now, n.Doc.Domain.Name):
		return nil, fault.New("E_DOMAIN_OTHER", err, "it is in %s", now.Name)
	}
	return nil, fault.New("E_DOMAIN_CHANNEL", err, "")
}

// Verify implements phase.Phase.
func (domain) Verify(context.Context, *phase.Node) ([]phase.Fact, error) { return nil, nil }

// joined reports whether the machine is in the domain of this name, or in any if there is no name.
func joined(d host.Domain, name string) bool {
	return d.Name != "" && (name == "" || strings.EqualFold(strings.TrimSuffix(d.Name, "."), strings.TrimSuffix(name, ".")))
}
