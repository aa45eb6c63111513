package agentphase

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// The sources of the agent.
const (
	sourceExisting = "existing"
	sourceECSTools = "ecstools"
)

// install brings the agent's program, its plugin and its service about.
type install struct{}

// Describe implements phase.Phase.
func (install) Describe(d *nodeconfig.Document) phase.Description {
	return phase.Description{ID: InstallID, Title: "The ECS agent is installed", Needs: []phase.ID{"platform"}, Timeout: d.Timeouts.AgentInstall}
}

// Probe implements phase.Phase.
func (install) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	var s seen
	installed, err := exists(ctx, n.Host, agent.Program)
	if err != nil {
		return nil, err
	}
	service, err := n.Host.Services.Service(ctx, agent.Service)
	hasService := err == nil
	if err != nil && !errors.Is(err, host.ErrNotFound) {
		return nil, lookingUp(err)
	}
	s.fact("program", map[bool]string{true: agent.Program, false: "not installed"}[installed])
	if installed {
		v, err := agentVersion(ctx, n)
		if err != nil {
			return s, err
		}
		s.fact("version", v)
		if err := checkVersion(n.Doc, v); err != nil {
			return s, err
		}
	}
	switch source := n.Doc.AgentInstall.Source; {
	case source == sourceECSTools && (!installed || !hasService):
		s.changes = []phase.Change{ecsTools(n.Doc)}
		n.Found.Set(func(f *phase.Found) { f.Agent.PluginComes = true })
		return s, nil
	case source == sourceExisting && !installed:
		return s, fault.New("E_AGENT_NOT_INSTALLED", nil, "%s is not there, and `agent_install.source` is existing", agent.Program)
	case source == sourceExisting || source == sourceECSTools:
	default:
		if err := s.unpack(ctx, n, installed); err != nil {
			return s, err
		}
	}
	s.announcePlugin(n)
	s.service(n.Doc, service, hasService)
	return s, nil
}

// announcePlugin tells later phases whether the files that are planned bring the plugin.
func (s *seen) announcePlugin(n *phase.Node) {
	path := fileChange(agent.Plugin(n.Doc.Agent.Environment))
	comes := slices.ContainsFunc(s.changes, func(c phase.Change) bool { return strings.EqualFold(c.What, path) })
	n.Found.Set(func(f *phase.Found) { f.Agent.PluginComes = comes })
}

// unpack plans the files that the cache has and the agent's folder lacks. The agent's program comes last: where it is
// there, a kill has left nothing undone.
func (s *seen) unpack(ctx context.Context, n *phase.Node, installed bool) error {
	plugin, err := exists(ctx, n.Host, agent.Plugin(n.Doc.Agent.Environment))
	if err != nil {
		return err
	}
	var missing []string
	if !installed {
		// Without an agent there is nobody whom ECS Exec could be missing.
		missing = append(missing, execKey)
	}
	if !plugin && n.Doc.AWSVPC.Enabled {
		missing = append(missing, pluginKey)
	}
	if !installed {
		missing = append(missing, agentKey)
	}
	if len(missing) == 0 {
		return nil
	}
	archives, listed, err := readCache(ctx, n.Host)
	if err != nil {
		return err
	}
	s.fact("cache", strings.Join(listed, ", "))
	if !installed {
		if err := inCache(n.Doc, archives, listed); err != nil {
			return err
		}
	}
	for _, key := range missing {
		version := ""
		if key == agentKey {
			version = n.Doc.AgentInstall.Version
		}
		if a := choose(archives, key, version); a != nil {
			if err := s.extract(ctx, n, a); err != nil {
				return err
			}
		}
	}
	return nil
}

// inCache says what is wrong if the cache has no agent to unpack.
func inCache(d *nodeconfig.Document, archives []*archive, listed []string) error {
	switch {
	case len(listed) == 0:
		return fault.New("E_AGENT_NOT_INSTALLED", nil, "neither %s nor an archive in %s is there", agent.Program, agent.CacheFolder)
	case choose(archives, agentKey, "") == nil:
		return fault.New("E_AGENT_LAYOUT", nil, "%s holds %s, and the agent in none of them", agent.CacheFolder, strings.Join(listed, ", "))
	case choose(archives, agentKey, d.AgentInstall.Version) == nil:
		return fault.New("E_AGENT_VERSION", nil, "%s is asked for, the cache has %s", d.AgentInstall.Version, strings.Join(listed, ", "))
	}
	return nil
}

// readCache opens the archives of the AMI's cache, and lists what lies there.
func readCache(ctx context.Context, h *host.Host) (archives []*archive, names []string, err error) {
	names, err = h.Files.List(ctx, agent.CacheFolder)
	if err != nil && !errors.Is(err, host.ErrNotFound) {
		return nil, nil, fmt.Errorf("listing %s: %w", agent.CacheFolder, err)
	}
	for _, name := range names {
		if !strings.HasSuffix(strings.ToLower(name), ".zip") {
			continue
		}
		content, err := h.Files.Read(ctx, agent.CacheFolder+`\`+name)
		if err != nil {
			return nil, names, fmt.Errorf("reading %s: %w", name, err)
		}
		a, err := openArchive(name, content)
		if err != nil {
			return nil, names, fault.New("E_AGENT_ARCHIVE", err, "")
		}
		if a != nil {
			archives = append(archives, a)
		}
	}
	return archives, names, nil
}

// extract plans the files of an archive that differ from what is there. A program that is not the one of the pin is not
// even unpacked.
func (s *seen) extract(ctx context.Context, n *phase.Node, a *archive) error {
	files, err := a.files()
	if err != nil {
		return fault.New("E_AGENT_ARCHIVE", err, "")
	}
	for _, f := range files {
		if f.path == agent.Program {
			if err := checkDigest(n.Doc, digestOf(f.content)); err != nil {
				return fmt.Errorf("%s: %w", a.name, err)
			}
		}
		before, err := n.Host.Files.Read(ctx, f.path)
		existed := err == nil
		if err != nil && !errors.Is(err, host.ErrNotFound) {
			return fmt.Errorf("reading %s: %w", f.path, err)
		}
		if existed && bytes.Equal(before, f.content) {
			continue
		}
		change := phase.Change{
			What: fileChange(f.path), From: "none", To: "from " + a.name, Undo: phase.RemoveFile(f.path),
			Do: func(ctx context.Context, n *phase.Node) error { return n.Host.Files.Write(ctx, f.path, f.content) },
		}
		if existed {
			change.From, change.Undo = "another", phase.RestoreFile(f.path)
			change.Do = func(ctx context.Context, n *phase.Node) error {
				return phase.ReplaceFile(ctx, n.Host, f.path, f.content)
			}
		}
		s.changes = append(s.changes, change)
	}
	return nil
}

// fileChange is what the change of a file is called.
func fileChange(path string) string { return "file " + path }

// service plans the service, which only the bootstrap starts: an agent that comes up by itself after a boot would find
// no nat network and register a node that cannot run tasks.
func (s *seen) service(d *nodeconfig.Document, now host.Service, there bool) {
	want := serviceConfig()
	change := phase.Change{
		What: "service " + agent.Service, From: "none", To: "start type manual, after Docker, restarts after 5, 30 and 60 s",
		Undo: phase.RemoveService(agent.Service),
		Do: func(ctx context.Context, n *phase.Node) error {
			if err := n.Host.Services.Configure(ctx, agent.Service, want); err != nil {
				return fault.New("E_AGENT_SERVICE", err, "")
			}
			return nil
		},
	}
	switch {
	case !there:
	case sameService(now.Config, want):
		return
	case d.Coexist == coexistYield:
		s.fact("service", "not as the bootstrap would set it up; left alone, as `coexist` is yield")
		return
	default:
		change.From = "start type " + now.Config.StartType
		if now.Config.StartType == want.StartType {
			change.From = "start type manual, other command, dependencies or restarts"
		}
		change.Undo = phase.RestoreService(agent.Service, now.Config)
	}
	s.changes = append(s.changes, change)
}

// serviceConfig is the service as AWS's script makes it.
//
// Source: misc/windows-deploy/Install-ECSAgent.ps1 of github.com/aws/amazon-ecs-agent, version 1.105.1.
func serviceConfig() host.ServiceConfig {
	return host.ServiceConfig{
		DisplayName: "Amazon ECS",
		Command:     `"` + agent.Program + `" -windows-service`,
		StartType:   host.StartManual,
		DependsOn:   []string{agent.DockerService},
		Restarts:    []time.Duration{5 * time.Second, 30 * time.Second, time.Minute},
		ResetAfter:  5 * time.Minute,
		OnNonCrash:  true,
	}
}

// sameService compares what matters to the bootstrap. Windows compares names without case.
func sameService(a, b host.ServiceConfig) bool {
	return strings.EqualFold(a.Command, b.Command) && a.StartType == b.StartType && a.OnNonCrash == b.OnNonCrash &&
		a.ResetAfter == b.ResetAfter && slices.Equal(a.Restarts, b.Restarts) &&
		slices.EqualFunc(a.DependsOn, b.DependsOn, strings.EqualFold)
}

// Verify implements phase.Phase.
func (install) Verify(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	if installed, err := exists(ctx, n.Host, agent.Program); err != nil {
		return nil, err
	} else if !installed {
		return nil, fault.New("E_AGENT_NOT_INSTALLED", nil, "%s is not there", agent.Program)
	}
	service, err := n.Host.Services.Service(ctx, agent.Service)
	if errors.Is(err, host.ErrNotFound) {
		return nil, fault.New("E_AGENT_NOT_INSTALLED", err, "there is no service %s", agent.Service)
	}
	if err != nil {
		return nil, lookingUp(err)
	}
	v := n.Found.Get().Agent.Version
	if v == "" {
		if v, err = agentVersion(ctx, n); err != nil {
			return nil, err
		}
	}
	facts := []phase.Fact{
		{Name: "program", Value: agent.Program}, {Name: "version", Value: v},
		{Name: "service", Value: "start type " + service.Config.StartType},
	}
	return facts, checkVersion(n.Doc, v)
}

// agentVersion asks the program for its version, and keeps it. An agent that does not tell is no failure: its start shows.
// Where the document pins the program, another one is not run, not even for that.
func agentVersion(ctx context.Context, n *phase.Node) (string, error) {
	if n.Doc.AgentInstall.SHA256 != "" {
		digest, err := programDigest(ctx, n)
		if err == nil {
			err = checkDigest(n.Doc, digest)
		}
		if err != nil {
			return "", err
		}
	}
	result, err := n.Host.Programs.Run(ctx, host.Command{Path: agent.Program, Args: []string{"-version"}})
	v := versionIn(result.Stdout)
	if err != nil || v == (version{}) {
		return "unknown", nil //nolint:nilerr // see above
	}
	n.Found.Set(func(f *phase.Found) { f.Agent.Version = v.String() })
	return v.String(), nil
}

func checkVersion(d *nodeconfig.Document, installed string) error {
	if wanted := d.AgentInstall.Version; wanted != "" && wanted != installed {
		return fault.New("E_AGENT_VERSION", nil, "%s is asked for, %s is installed", wanted, installed)
	}
	return nil
}

func exists(ctx context.Context, h *host.Host, path string) (bool, error) {
	_, err := h.Files.Stat(ctx, path)
	if err != nil && !errors.Is(err, host.ErrNotFound) {
		return false, fmt.Errorf("looking for %s: %w", path, err)
	}
	return err == nil, nil
}
