package hostphase

import (
	"context"
	"fmt"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// platform looks whether this Windows can be a container instance at all.
type platform struct{}

// builds are the Windows builds that the ECS agent knows and that still get updates.
// Source: amazon-ecs-agent, agent/config/os_family_windows.go.
func builds() map[int]string {
	return map[int]string{
		build2016: "Windows Server 2016",
		17763:     "Windows Server 2019",
		20348:     "Windows Server 2022",
		26100:     "Windows Server 2025",
	}
}

// build2016 has no awsvpc mode. Source: ECS Developer Guide, "Task networking for tasks that are hosted on Amazon EC2".
const build2016 = 14393

const (
	// leastFree is without which not even logs and the agent's database fit.
	leastFree = 1 << 30
	// scarceFree is what a Windows base image takes when it is unpacked, roughly.
	scarceFree = 10 << 30
)

// Describe implements phase.Phase.
func (platform) Describe(*nodeconfig.Document) phase.Description {
	return phase.Description{ID: Platform, Title: "Windows can be a container instance", Timeout: quick}
}

// Probe implements phase.Phase.
func (platform) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	os, err := n.Host.System.OS(ctx)
	if err != nil {
		return nil, err
	}
	boot, err := n.Host.System.Boot(ctx)
	if err != nil {
		return nil, err
	}
	n.Found.Set(func(f *phase.Found) { f.OS, f.Boot = os, boot })
	s := &seen{}
	s.add("windows", fmt.Sprintf("%s %s, build %d.%d", builds()[os.Build], os.InstallationType, os.Build, os.Revision))
	s.add("computer", os.Computer)
	s.add("locale", os.Locale)
	s.add("free space", gib(os.FreeBytes))
	return s, unfit(os, n)
}

// Verify implements phase.Phase.
func (platform) Verify(context.Context, *phase.Node) ([]phase.Fact, error) { return nil, nil }

// unfit says why this Windows will not do, and warns of what will be missing.
func unfit(os host.OS, n *phase.Node) error {
	_, known := builds()[os.Build]
	switch {
	case !os.Elevated:
		return fault.New("E_NOT_ELEVATED", nil, "")
	case !known:
		return fault.New("E_OS_UNSUPPORTED", nil, "build %d", os.Build)
	case os.Build == build2016 && n.Doc.AWSVPC.Enabled:
		return fault.New("E_OS_NO_AWSVPC", nil, "build %d", os.Build)
	case !os.Containers:
		return fault.New("E_CONTAINERS_FEATURE", nil, "the services hns and vmcompute are not there")
	case os.FreeBytes < leastFree:
		return fault.New("E_DISK_FULL", nil, "%s free on C:", gib(os.FreeBytes))
	}
	if os.FreeBytes < scarceFree {
		n.Warn("E_DISK_FULL: %s free on C:; an unpacked Windows image takes about 9 GiB", gib(os.FreeBytes))
	}
	if os.Locale != "" && !strings.HasPrefix(strings.ToLower(os.Locale), "en") {
		// The agent reads the output of systeminfo, whose labels Windows translates (agent/config/parse_windows.go).
		n.Warn("Windows speaks %s: the agent may not see that it can use FSx for Windows File Server, and may not register; use an English AMI", os.Locale)
	}
	return nil
}

func gib(bytes uint64) string {
	return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))
}
