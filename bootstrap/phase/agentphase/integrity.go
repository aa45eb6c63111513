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
	digest, err := programDigest(ctx, n)
	if err != nil {
		return nil, err
	}
	n.Found.Set(func(f *phase.Found) { f.Agent.SHA256 = digest })
	var s seen
	s.fact("sha256", digest)
	return s, checkDigest(n.Doc, digest)
}

// Verify implements phase.Phase. Nothing was changed, and the probe has compared.
func (integrity) Verify(_ context.Context, n *phase.Node) ([]phase.Fact, error) {
	pinned := map[bool]string{true: "yes", false: "no"}[n.Doc.AgentInstall.SHA256 != ""]
	return []phase.Fact{{Name: "sha256", Value: n.Found.Get().Agent.SHA256}, {Name: "pinned", Value: pinned}}, nil
}

// programDigest is the digest of the agent's program as it is installed.
func programDigest(ctx context.Context, n *phase.Node) (string, error) {
	content, err := n.Host.Files.Read(ctx, agent.Program)
	if errors.Is(err, host.ErrNotFound) {
		return "", fault.New("E_AGENT_NOT_INSTALLED", err, "%s is not there", agent.Program)
	}
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", agent.Program, err)
	}
	return digestOf(content), nil
}

// digestOf is the SHA-256 in lower-case hexadecimal digits.
func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// checkDigest compares a digest with the document's pin, if there is one.
func checkDigest(d *nodeconfig.Document, digest string) error {
	if wanted := d.AgentInstall.SHA256; wanted != "" && !strings.EqualFold(wanted, digest) {
		return fault.New("E_AGENT_DIGEST", nil, "it is %s, %s is asked for", digest, strings.ToLower(wanted))
	}
	return nil
}
