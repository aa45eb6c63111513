package netphase

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/hns"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// awsvpcPhase looks at what the agent needs to take tasks in awsvpc mode: the CNI plugin and what it can do, the pause image,
// adapters for the attached network interfaces. Without the first two the agent stops for good or restarts for ever.
type awsvpcPhase struct{}

const (
	pluginCan      = "awsvpc-network-mode"
	pluginPatience = 30 * time.Second
)

// Describe implements phase.Phase.
func (awsvpcPhase) Describe(d *nodeconfig.Document) phase.Description {
	desc := phase.Description{
		ID: "awsvpc", Title: "What tasks in awsvpc mode need is there",
		// Docker is asked, which hns-nat may restart, and HNS too.
		Needs: []phase.ID{"docker", "hns-nat", "agent-install"}, Timeout: time.Minute,
	}
	if !d.AWSVPC.Enabled {
		desc.Off = "awsvpc.enabled is false"
	}
	return desc
}

// Probe implements phase.Phase.
func (awsvpcPhase) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	facts, err := lookAwsvpc(ctx, n)
	return observation{facts: facts}, err
}

// Verify implements phase.Phase. The probe has looked at everything; what an agent that runs has taken since counts too.
func (awsvpcPhase) Verify(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	return inventory(ctx, n)
}

// lookAwsvpc looks at both, whatever is wrong with the first: in a plan, Docker may have yet to be started, and the
// installation of the agent may have yet to bring the plugin.
func lookAwsvpc(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	image, plugin := checkImage(ctx, n), checkPlugin(ctx, n)
	if err := standing(image, plugin); err != nil {
		return nil, err
	}
	return []phase.Fact{fact("CNI plugin", agent.PluginFile+", "+pluginCan), fact("pause image", agent.PauseImage)}, nil
}

// standing returns the first failure that stands whatever is done about the others, else the first.
func standing(errs ...error) error {
	for _, err := range errs {
		if info, known := fault.Find(fault.Of(err).Code); err != nil && known && info.Settled {
			return err
		}
	}
	return cmp.Or(errs...)
}

func checkImage(ctx context.Context, n *phase.Node) error {
	there, err := n.Host.Docker.HasImage(ctx, agent.PauseImage)
	switch {
	case err != nil:
		return fault.New("E_DOCKER_NO_ANSWER", err, "asked for the image %s", agent.PauseImage)
	case !there:
		return fault.New("E_PAUSE_IMAGE_MISSING", nil, "")
	}
	return nil
}

func checkPlugin(ctx context.Context, n *phase.Node) error {
	path := agent.Plugin(n.Doc.Agent.Environment)
	switch _, err := n.Host.Files.Stat(ctx, path); {
	case errors.Is(err, host.ErrNotFound) && n.Mode == phase.ModePlan && n.Found.Get().Agent.PluginComes:
		return errors.New("the installation of the agent has yet to bring the CNI plugin")
	case errors.Is(err, host.ErrNotFound):
		return fault.New("E_CNI_MISSING", nil, "%s", path)
	case err != nil:
		return fault.New("E_CNI_BROKEN", err, "")
	}
	running, end := host.Within(ctx, n.Host.Clock, pluginPatience)
	defer end()
	r, err := n.Host.Programs.Run(running, host.Command{Path: path, Args: []string{"--capabilities"}})
	switch {
	case err != nil:
		return fault.New("E_CNI_BROKEN", err, "ran %s --capabilities", path)
	case r.ExitCode != 0:
		return fault.New("E_CNI_BROKEN", nil, "%s --capabilities ended with exit code %d", path, r.ExitCode)
	case !strings.Contains(r.Stdout, pluginCan):
		return fault.New("E_CNI_CAPABILITY", nil, "%s --capabilities does not list it", path)
	}
	return nil
}

// inventory compares the attached network interfaces with the adapters. One that Windows does not show keeps its task from
// starting, not the node from joining.
func inventory(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	macs := n.Found.Get().Instance.MACs
	if len(macs) < 2 {
		return []phase.Fact{fact("network interfaces", "%d attached", len(macs))}, nil
	}
	adapters, err := n.Host.Adapters.Adapters(ctx)
	if err != nil {
		return nil, fault.New("E_ENI_NO_ADAPTER", err, "could not look at the adapters")
	}
	networks, err := n.Host.HNS.Networks(ctx)
	if err != nil {
		return nil, fault.New("E_HNS_NO_ANSWER", err, "")
	}
	unusable := 0
	for _, i := range hns.Inventory(macs, adapters, networks) {
		if i.Usable() {
			continue
		}
		unusable++
		n.Warn("E_ENI_NO_ADAPTER: the network interface with MAC %s is attached and %s; run `pnputil /scan-devices` and `Restart-Service AmazonECS`", i.MAC, describeInterface(i))
	}
	return []phase.Fact{fact("network interfaces", "%d attached, %d without a usable adapter", len(macs), unusable)}, nil
}

func describeInterface(i hns.Interface) string {
	if i.Adapter == "" {
		return "Windows shows no adapter for it"
	}
	return fmt.Sprintf("its adapter %s is %s", i.Adapter, i.State)
}
