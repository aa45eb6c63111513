package agentphase

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// integrity knows which program is about to be started, and compares it with the pin.
type integrity struct{}

// Describe implements phase.Phase.
func (integrity) Describe(d *nodeconfig.Document) phase.Description {
	return phase.Description{ID: IntegrityID, Title: "The agent's program is the one that was asked for", Needs: []phase.ID{InstallID}, Timeout: d.Timeouts.AgentInstall}
}

// Probe implements phase.Phase.
func (integrity) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	content, err := n.Host.Files.Read(ctx, agent.Program)
	if errors.Is(err, host.ErrNotFound) {
		return nil, fault.New("E_AGENT_NOT_INSTALLED", err, "%s is not there", agent.Program)
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", agent.Program, err)
	}
	sum := sha256.Sum256(content)
	digest := hex.EncodeToString(sum[:])
	n.Found.Set(func(f *phase.Found) { f.Agent.SHA256 = digest })
	var s seen
	s.fact("sha256", digest)
	if wanted := n.Doc.AgentInstall.SHA256; wanted != "" && !strings.EqualFold(wanted, digest) {
		return s, fault.New("E_AGENT_DIGEST", nil, "it is %s, %s is asked for", digest, strings.ToLower(wanted))
	}
	return s, nil
}

// Verify implements phase.Phase. Nothing was changed, and what is compared was compared by Plan; alone, it compares too.
func (i integrity) Verify(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	wanted, digest := n.Doc.AgentInstall.SHA256, n.Found.Get().Agent.SHA256
	facts := []phase.Fact{{Name: "sha256", Value: digest}, {Name: "pinned", Value: map[bool]string{true: "yes", false: "no"}[wanted != ""]}}
	if wanted != "" && !strings.EqualFold(wanted, digest) {
		return facts, fault.New("E_AGENT_DIGEST", nil, "it is %s, %s is asked for", digest, strings.ToLower(wanted))
	}
	return facts, nil
}
