package hostphase

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// metadata learns from the instance metadata who the instance is. Where the service is silent because its route is
// missing or wrong, it sets the route.
type metadata struct{}

// Describe implements phase.Phase.
func (metadata) Describe(d *nodeconfig.Document) phase.Description {
	return phase.Description{
		ID: IMDS, Title: "The instance metadata answers", Needs: []phase.ID{Platform},
		// The wait, once more after a repair, and the questions after it.
		Timeout: d.Timeouts.IMDS + quick,
	}
}

// Probe implements phase.Phase.
func (metadata) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	s := &seen{}
	_, err := Ask(ctx, n.Host, instanceIDPath, min(settling, n.Doc.Timeouts.IMDS))
	if err != nil && fault.Of(err).Code == "E_IMDS_UNREACHABLE" && ctx.Err() == nil {
		repair, looked := repairOf(ctx, n.Host)
		if looked == nil && repair.needed() {
			s.changes = routeChanges(repair)
			s.add("answer", "none, and the route to it is missing or wrong")
			return s, nil
		}
		if n.Doc.Timeouts.IMDS > settling {
			_, err = Ask(ctx, n.Host, instanceIDPath, n.Doc.Timeouts.IMDS-settling)
		}
		if looked != nil && err != nil {
			err = errors.Join(err, looked)
		}
	}
	if errors.Is(err, host.ErrNotFound) {
		return nil, fault.New("E_IMDS_CONTENT", err, "there is no instance id")
	}
	if err != nil {
		return nil, err
	}
	if err := identify(ctx, n); err != nil {
		return nil, err
	}
	s.facts = identity(n.Found.Get().Instance)
	return s, nil
}

// Verify implements phase.Phase.
func (metadata) Verify(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	if n.Found.Get().Instance.ID == "" {
		if _, err := Ask(ctx, n.Host, instanceIDPath, n.Doc.Timeouts.IMDS); err != nil {
			return nil, err
		}
		if err := identify(ctx, n); err != nil {
			return nil, err
		}
	}
	return identity(n.Found.Get().Instance), nil
}

func routeChanges(r repair) []phase.Change {
	change := phase.Change{What: "route to the instance metadata", From: "missing", To: "through " + r.target(), Do: func(ctx context.Context, n *phase.Node) error {
		return r.make(ctx, n.Host)
	}}
	if len(r.remove) > 0 {
		change.From = "through " + r.remove[0].NextHop.String() + " on " + r.remove[0].Alias
	}
	// There is nothing to take back: without the route the instance is lost.
	return []phase.Change{change}
}

func (r repair) target() string {
	if r.add == nil {
		return "the route that is right already"
	}
	return r.add.NextHop.String() + " on " + r.add.Alias
}

// document is what is read of the instance identity document.
type document struct {
	InstanceID       string `json:"instanceId"`
	InstanceType     string `json:"instanceType"`
	Region           string `json:"region"`
	AccountID        string `json:"accountId"`
	AvailabilityZone string `json:"availabilityZone"`
	ImageID          string `json:"imageId"`
}

// identify reads who the instance is, and tells the state at once: what it remembers of another instance must not count,
// not even for a plan or for phases that only look.
func identify(ctx context.Context, n *phase.Node) error {
	r := reader{ctx: ctx, host: n.Host}
	var d document
	if err := json.Unmarshal([]byte(r.get("dynamic/instance-identity/document")), &d); err != nil && r.err == nil {
		return fault.New("E_IMDS_CONTENT", nil, "the instance identity document is no JSON")
	}
	mac := strings.ToLower(r.get("meta-data/mac"))
	of := "meta-data/network/interfaces/macs/" + mac + "/"
	found := phase.Instance{
		ID: d.InstanceID, Type: d.InstanceType, Region: d.Region, Account: d.AccountID, Zone: d.AvailabilityZone, ImageID: d.ImageID,
		MAC: mac, Partition: r.get("meta-data/services/partition"),
		VPC: r.get(of + "vpc-id"), Subnet: r.get(of + "subnet-id"),
		TargetLifecycle: r.optional("meta-data/autoscaling/target-lifecycle-state"),
	}
	for _, other := range lines(r.get("meta-data/network/interfaces/macs/")) {
		found.MACs = append(found.MACs, strings.ToLower(other))
	}
	for _, block := range lines(r.get(of + "vpc-ipv4-cidr-blocks")) {
		prefix, err := netip.ParsePrefix(block)
		if err != nil {
			return fault.New("E_IMDS_CONTENT", err, "a block of the VPC")
		}
		found.Blocks = append(found.Blocks, prefix)
	}
	if r.err != nil {
		return r.err
	}
	if found.ID == "" || found.Region == "" || found.MAC == "" {
		return fault.New("E_IMDS_CONTENT", nil, "instance id, region or MAC is empty")
	}
	n.Found.Set(func(f *phase.Found) {
		found.AccountARN = f.Instance.AccountARN
		f.Instance = found
	})
	foreign, err := n.Memory.Identify(ctx, found.ID)
	if foreign && err == nil {
		n.Warn("the state was another instance's, baked into the AMI: the run started from zero, and kept the records of what the image carries")
	}
	return err
}

// reader reads several paths and keeps the first error.
type reader struct {
	ctx  context.Context
	host *host.Host
	err  error
}

func (r *reader) get(path string) string {
	text := r.optional(path)
	if text == "" && r.err == nil {
		r.err = fault.New("E_IMDS_CONTENT", nil, "%s is not there", path)
	}
	return text
}

func (r *reader) optional(path string) string {
	if r.err != nil {
		return ""
	}
	text, err := Ask(r.ctx, r.host, path, settling)
	if err != nil && !errors.Is(err, host.ErrNotFound) {
		r.err = err
	}
	return strings.TrimSpace(text)
}

func identity(i phase.Instance) []phase.Fact {
	s := &seen{}
	s.add("instance", i.ID)
	s.add("type", i.Type)
	s.add("region", i.Region)
	s.add("zone", i.Zone)
	s.add("image", i.ImageID)
	s.add("mac", i.MAC)
	s.add("vpc", i.VPC)
	s.add("lifecycle", i.TargetLifecycle)
	return s.facts
}
