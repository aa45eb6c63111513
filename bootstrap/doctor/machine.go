package doctor

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// families are the builds that the agent knows and that ECS offers in awsvpc mode (agent/config/os_family_windows.go;
// 14393, Windows Server 2016, has no awsvpc mode).
func families() map[int]string {
	return map[int]string{17763: "Windows Server 2019", 20348: "Windows Server 2022", 26100: "Windows Server 2025"}
}

const windows2016 = 14393

func windows(ctx context.Context, s *Subject) Finding {
	os, err := s.Host.System.OS(ctx)
	if err != nil {
		return unknown("asking which Windows this is", err)
	}
	family, known := families()[os.Build]
	var f Finding
	switch {
	case os.Build == windows2016:
		f = bad("E_OS_NO_AWSVPC", "Windows Server 2016 has no awsvpc mode")
	case !known:
		f = bad("E_OS_UNSUPPORTED", "build %d is none that ECS takes in awsvpc mode", os.Build)
	case !os.Containers:
		f = bad("E_CONTAINERS_FEATURE", "the feature Containers is not installed")
	case !os.Elevated:
		f = warn("this command does not run elevated: what it cannot see, it cannot judge").remedy("run it as an administrator")
	case !strings.HasPrefix(os.Locale, "en"):
		f = note("%s in %s: the agent's check for Windows Server 2016 reads English text, and fails on other systems", family, os.Locale)
	default:
		f = ok("%s, %s", family, os.InstallationType)
	}
	return f.with("build", "%d.%d", os.Build, os.Revision).with("free space", "%d GiB", os.FreeBytes>>30)
}

func pending(ctx context.Context, s *Subject) Finding {
	p, err := s.Host.System.Pending(ctx)
	if err != nil {
		return unknown("asking what Windows has to finish", err)
	}
	switch {
	case p.Setup:
		return warn("Windows setup still runs").remedy("wait until it has ended")
	case p.Rename != "":
		return warn("the machine gets another name at its next boot").remedy("reboot")
	case p.DomainJoin:
		return warn("a domain join takes effect at the next boot").remedy("reboot")
	case p.Updates:
		return note("updates wait for a reboot")
	}
	return ok("")
}

func domain(ctx context.Context, s *Subject) Finding {
	d, err := s.Host.System.Domain(ctx)
	if err != nil {
		return unknown("asking for the machine's domain", err)
	}
	wanted := s.Doc != nil && s.Doc.Domain.Require
	switch {
	case d.Name == "" && wanted:
		return bad("E_DOMAIN_NOT_JOINED", "the machine is in no domain, and the document asks for one")
	case d.Name == "":
		return ok("the machine is in no domain, and none is asked for")
	case wanted && s.Doc.Domain.Name != "" && !strings.EqualFold(d.Name, s.Doc.Domain.Name):
		return bad("E_DOMAIN_OTHER", "the machine is in domain %s, and the document asks for %s", d.Name, s.Doc.Domain.Name)
	case !d.SecureChannel && wanted:
		return bad("E_DOMAIN_CHANNEL", "no domain controller of %s vouches for the machine", d.Name)
	case !d.SecureChannel:
		return warn("no domain controller of %s vouches for the machine", d.Name).remedy("check the way to a domain controller: nltest /sc_verify:" + d.Name)
	}
	return ok("the machine is in domain %s, and a domain controller vouches for it", d.Name)
}

func bootstrap(ctx context.Context, s *Subject) Finding {
	_, err := s.Host.Services.Service(ctx, agent.Service)
	last := s.LastRun
	switch {
	case last == nil && errors.Is(err, host.ErrNotFound):
		return bad("E_NOT_APPLIED", "no run of the bootstrap is recorded, and there is no service %s", agent.Service)
	case last == nil:
		return note("no run of the bootstrap is recorded; somebody else has set up the agent")
	case last.Error != nil:
		return warn("the last run failed: %s: %s", last.Error.Code, last.Error.Message).remedy(last.Error.Remedy)
	case !s.SameBoot:
		return warn("the last run was in another boot; Docker's nat network and 169.254.170.2 do not survive one").
			remedy("run `ecswin-bootstrap apply`, and leave `boot_path` on, which does so at each boot")
	}
	return ok("%s: %s", last.Command, last.Result)
}

// foreignTask is what ECSTools registers (facts about it are from users' logs: ECSTools is not public).
const foreignTask = `\Initialize-ECSHostReboot`

func foreignBoot(ctx context.Context, s *Subject) Finding {
	enabled, err := s.Host.Tasks.Enabled(ctx, foreignTask)
	switch {
	case errors.Is(err, host.ErrNotFound):
		return ok("there is none")
	case err != nil:
		return unknown("looking for the scheduled task "+foreignTask, err)
	case !enabled:
		return ok("%s is disabled", foreignTask)
	case s.Doc != nil && s.Doc.Coexist == "yield":
		return note("%s is enabled, and the document yields to it", foreignTask)
	}
	return warn("%s of ECSTools is enabled: it sets the network up at each boot too", foreignTask).
		remedy("let `coexist: takeover` disable it, or say `coexist: yield` in the document")
}

func metadataAddress() netip.Addr { return netip.AddrFrom4([4]byte{169, 254, 169, 254}) }

const addRoutes = "run `ecswin-bootstrap apply`, or `EC2Launch.exe run-task add-routes` where EC2Launch v2 is installed"

func imdsRoute(ctx context.Context, s *Subject) Finding {
	routes, err := s.Host.Routes.Routes(ctx)
	if err != nil {
		return unknown("reading the routes", err)
	}
	adapters, err := s.Host.Adapters.Adapters(ctx)
	if err != nil {
		return unknown("reading the adapters", err)
	}
	var through []string
	for _, r := range routes {
		if r.Destination == netip.PrefixFrom(metadataAddress(), 32) {
			through = append(through, r.Alias)
		}
	}
	slices.Sort(through)
	through = slices.Compact(through)
	f := ok("169.254.169.254 goes through %s", strings.Join(through, ", "))
	for _, alias := range through {
		up := slices.ContainsFunc(adapters, func(a host.Adapter) bool { return a.Alias == alias && a.State == host.AdapterUp })
		if !up {
			f = bad("E_IMDS_UNREACHABLE", "the route to 169.254.169.254 goes through %s, which is not up", alias).remedy(addRoutes)
		}
	}
	switch len(through) {
	case 0:
		f = bad("E_IMDS_UNREACHABLE", "no route leads to 169.254.169.254").remedy(addRoutes)
	case 1:
	default:
		f = warn("routes to 169.254.169.254 go through several adapters: %s", strings.Join(through, ", ")).
			remedy("run `ecswin-bootstrap apply`, which keeps the one of the primary interface")
	}
	return f
}

func imds(ctx context.Context, s *Subject) Finding {
	id, err := s.Host.Metadata.Get(ctx, "meta-data/instance-id")
	switch {
	case errors.Is(err, host.ErrMetadataDisabled):
		return bad("E_IMDS_DISABLED", "%v", err)
	case errors.Is(err, host.ErrMetadataToken):
		return bad("E_IMDS_TOKEN", "%v", err)
	case errors.Is(err, host.ErrUnreachable):
		return bad("E_IMDS_UNREACHABLE", "%v", err)
	case err != nil:
		return unknown("asking the instance metadata", err)
	}
	return ok("this is %s", id)
}
