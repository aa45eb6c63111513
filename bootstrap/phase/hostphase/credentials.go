package hostphase

import (
	"context"
	"errors"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// credentials proves that the instance has a role, and a clock that AWS accepts.
type credentials struct{}

const (
	// mostSkew is safely below the five minutes after which AWS refuses a signature
	// (IAM User Guide, "Troubleshoot Signature Version 4 requests").
	mostSkew = 4 * time.Minute
	// syncing is how long the time service gets to set the clock of a fresh boot, and EC2 to hand out a new role.
	syncing = 45 * time.Second
	// shadow are credentials that a program of LocalSystem takes before it asks the instance metadata.
	shadow = `C:\Windows\System32\config\systemprofile\.aws\credentials`
)

// Describe implements phase.Phase.
func (credentials) Describe(*nodeconfig.Document) phase.Description {
	return phase.Description{ID: Credentials, Title: "The instance has a role", Needs: []phase.ID{IMDS}, Timeout: 2 * quick}
}

// Probe implements phase.Phase.
func (credentials) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	s := &seen{}
	if _, err := n.Host.Files.Stat(ctx, shadow); err == nil {
		s.add("shadowed by", shadow)
		n.Warn("%s is there: the agent takes it before the instance's role; remove it, unless it is meant", shadow)
	}
	caller, answered, err := callerOf(ctx, n)
	if err != nil {
		return nil, err
	}
	if !answered {
		s.add("role", "not looked up: sts does not answer")
		return s, nil
	}
	s.add("role", caller.ARN)
	s.add("clock skew", caller.Skew.Round(time.Second).String())
	n.Found.Set(func(f *phase.Found) { f.Instance.AccountARN = caller.ARN })
	return s, nil
}

// Verify implements phase.Phase.
func (credentials) Verify(context.Context, *phase.Node) ([]phase.Fact, error) { return nil, nil }

// callerOf asks AWS who the instance is. A network without a way to STS is none that a node cannot join from, so silence
// is no failure; no credentials, refused ones and a wrong clock are.
func callerOf(ctx context.Context, n *phase.Node) (caller cloud.Caller, answered bool, err error) {
	var last error
	err = wait.Until(ctx, n.Host.Clock, every(syncing), "the instance's role and clock", func(time.Duration) (bool, string, error) {
		caller, last = n.Cloud.Identity.Caller(ctx)
		switch {
		case last == nil && caller.Skew.Abs() <= mostSkew:
			return true, "", nil
		case caller.Skew.Abs() > mostSkew:
			// AWS refuses what was signed too long ago. The role may be in order.
			return false, "a clock that is " + off(caller.Skew), nil
		case errors.Is(last, cloud.ErrNoCredentials):
			return false, last.Error(), nil
		}
		return false, "", last
	})
	var refused *cloud.CallError
	switch {
	case err == nil:
		return caller, true, nil
	case caller.Skew.Abs() > mostSkew:
		return caller, true, fault.New("E_CLOCK_SKEW", err, "")
	case errors.Is(last, cloud.ErrNoCredentials):
		return caller, false, withoutCredentials(ctx, n, err)
	case errors.As(last, &refused) && refused.Code != "":
		return caller, false, fault.New("E_CREDENTIALS_REFUSED", last, "")
	case ctx.Err() != nil, errors.Is(last, host.ErrDenied):
		return caller, false, err
	}
	n.Warn("STS does not answer, so the instance's role was not looked up: the node can join without it, through the other endpoints")
	return caller, false, nil
}

// withoutCredentials is why there are none. They come with the instance metadata: as long as those do not answer, nothing is
// known of the role.
func withoutCredentials(ctx context.Context, n *phase.Node, err error) error {
	if _, silent := n.Host.Metadata.Get(ctx, instanceIDPath); errors.Is(silent, host.ErrUnreachable) {
		return fault.New("E_IMDS_UNREACHABLE", errors.Join(err, silent), "")
	}
	return fault.New("E_NO_CREDENTIALS", err, "")
}

// off says how a clock differs from AWS's by a skew, which is AWS's clock minus it.
func off(skew time.Duration) string {
	where := " behind AWS's"
	if skew < 0 {
		where = " ahead of AWS's"
	}
	return skew.Abs().Round(time.Second).String() + where
}
