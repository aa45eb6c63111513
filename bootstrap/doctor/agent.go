package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig/agentenv"
)

// plugin joins a task's container to its network interface; capability is what the agent asks it for before it
// registers (agent/ecscni), and ends for good without.
const (
	plugin     = agent.CNIFolder + `\vpc-eni.exe`
	capability = "awsvpc-network-mode"
)

func cni(ctx context.Context, s *Subject) Finding {
	if s.Doc != nil && !s.Doc.AWSVPC.Enabled {
		return ok("not needed without awsvpc")
	}
	if _, err := s.Host.Files.Stat(ctx, plugin); errors.Is(err, host.ErrNotFound) {
		return bad("E_CNI_MISSING", "%s is not there", plugin)
	} else if err != nil {
		return unknown("looking for the plug-in", err)
	}
	result, err := s.Host.Programs.Run(ctx, host.Command{Path: plugin, Args: []string{"--capabilities"}})
	switch {
	case err != nil:
		return bad("E_CNI_BROKEN", "%v", err)
	case result.ExitCode != 0:
		return bad("E_CNI_BROKEN", "%s --capabilities ended with %d", plugin, result.ExitCode)
	case !strings.Contains(result.Stdout, capability):
		return bad("E_CNI_CAPABILITY", "%s does not list %s", plugin, capability)
	}
	return ok("it lists %s", capability)
}

// shownVariables are those whose values are no secrets and tell most.
func shownVariables() []string {
	return []string{"ECS_CLUSTER", "ECS_ENABLE_TASK_ENI", "ECS_ENABLE_TASK_IAM_ROLE", "ECS_AVAILABLE_LOGGING_DRIVERS", "ECS_DATADIR"}
}

// environmentOf returns the agent's variables of both scopes.
func environmentOf(ctx context.Context, h *host.Host) (machine, service map[string]string, err error) {
	machine, service = map[string]string{}, map[string]string{}
	values, err := h.Registry.Values(ctx, host.MachineEnvironmentKey)
	if err != nil && !errors.Is(err, host.ErrNotFound) {
		return nil, nil, err
	}
	for name, v := range values {
		machine[strings.ToUpper(name)] = v.Text
	}
	own, err := h.Registry.Value(ctx, host.ServicesKey+`\`+agent.Service, "Environment")
	if err != nil && !errors.Is(err, host.ErrNotFound) {
		return nil, nil, err
	}
	for _, pair := range own.List {
		if name, value, ok := strings.Cut(pair, "="); ok {
			service[strings.ToUpper(name)] = value
		}
	}
	return machine, service, nil
}

func agentSettings(ctx context.Context, s *Subject) Finding {
	machine, service, err := environmentOf(ctx, s.Host)
	if err != nil {
		return unknown("reading the environment", err)
	}
	effective := map[string]string{}
	for name, value := range machine {
		if strings.HasPrefix(name, "ECS_") {
			effective[name] = value
		}
	}
	var names []string
	for name, value := range service {
		if other, both := machine[name]; both && other != value {
			return bad("E_AGENT_SETTING_CONFLICT", "%s", name)
		}
		effective[name] = value
	}
	for name := range effective {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := agentenv.Check(name, effective[name]); err != nil {
			return bad("E_AGENT_SETTING", "%s is not as the agent takes it", name).
				remedy("set " + name + " through the document and run `ecswin-bootstrap apply`; the agent would ignore the value, or not start")
		}
	}
	f := compareSettings(s.Doc, effective)
	for _, name := range shownVariables() {
		if value, ok := effective[name]; ok {
			f = f.with(name, value)
		}
	}
	return f
}

// compareSettings judges settings that the agent takes.
func compareSettings(doc *nodeconfig.Document, effective map[string]string) Finding {
	if effective["ECS_CLUSTER"] == "" {
		return bad("E_AGENT_SETTING", "ECS_CLUSTER is not set: the agent would make and join a cluster called default").
			remedy("run `ecswin-bootstrap apply` with a document that names the cluster")
	}
	if doc == nil {
		if effective["ECS_ENABLE_TASK_ENI"] != "true" {
			return warn("ECS_ENABLE_TASK_ENI is not true: tasks in awsvpc mode are not placed here").
				remedy("run `ecswin-bootstrap apply` with `awsvpc.enabled: true`")
		}
		return ok("%d variables", len(effective))
	}
	wanted, err := nodeconfig.Environment(doc)
	if err != nil {
		// A document with references that nobody resolved: nothing to compare with.
		return ok("%d variables", len(effective))
	}
	var differ []string
	for name, value := range wanted {
		if strings.HasPrefix(name, "ECS_") && effective[name] != value {
			differ = append(differ, name)
		}
	}
	if len(differ) > 0 {
		slices.Sort(differ)
		return warn("not as the document says: %s", strings.Join(differ, ", ")).remedy("run `ecswin-bootstrap apply`")
	}
	return ok("%d variables, as the document says", len(effective))
}

// dataFolder is where the agent keeps its checkpoint.
func dataFolder(ctx context.Context, s *Subject) string {
	machine, service, err := environmentOf(ctx, s.Host)
	if err == nil && service["ECS_DATADIR"] != "" {
		return service["ECS_DATADIR"]
	}
	if err == nil && machine["ECS_DATADIR"] != "" {
		return machine["ECS_DATADIR"]
	}
	return nodeconfig.Default().Agent.DataDir
}

// AgentLog is the path of the agent's log, by the agent's environment.
func AgentLog(ctx context.Context, h *host.Host) string {
	machine, service, err := environmentOf(ctx, h)
	if err == nil && service["ECS_LOGFILE"] != "" {
		return service["ECS_LOGFILE"]
	}
	if err == nil && machine["ECS_LOGFILE"] != "" {
		return machine["ECS_LOGFILE"]
	}
	return nodeconfig.Default().Agent.LogFile
}

func agentCheckpoint(ctx context.Context, s *Subject) Finding {
	path := strings.TrimSuffix(dataFolder(ctx, s), `\`) + `\` + agent.CheckpointFile
	db, err := s.Host.Files.Read(ctx, path)
	switch {
	case errors.Is(err, host.ErrNotFound):
		return ok("there is none yet")
	case errors.Is(err, host.ErrInUse):
		return ok("in use by the agent")
	case err != nil:
		return unknown("reading "+path, err)
	}
	checkpoint, err := agent.ReadCheckpoint(db)
	if err != nil {
		return note("%s cannot be read while the agent writes it: %v", path, err)
	}
	cluster := ""
	if s.Doc != nil {
		cluster = s.Doc.Cluster
	} else if machine, _, err := environmentOf(ctx, s.Host); err == nil {
		cluster = machine["ECS_CLUSTER"]
	}
	id, err := s.Host.Metadata.Get(ctx, "meta-data/instance-id")
	f := ok("of cluster %s", checkpoint.Cluster)
	switch {
	case checkpoint.Cluster == "":
		f = ok("it knows of no registration")
	case err == nil && checkpoint.InstanceID != "" && checkpoint.InstanceID != id:
		f = note("it is of instance %s; the agent drops such a checkpoint", checkpoint.InstanceID)
	case cluster != "" && !agent.SameCluster(checkpoint.Cluster, cluster):
		f = bad("E_AGENT_CHECKPOINT_CLUSTER", "it was made in cluster %s, and the agent is to join %s", checkpoint.Cluster, cluster)
	}
	return f
}

// logTail is how much of the agent's log is read, in bytes from its end.
const logTail = 256 << 10

func agentRuns(ctx context.Context, s *Subject) Finding {
	service, err := s.Host.Services.Service(ctx, agent.Service)
	switch {
	case errors.Is(err, host.ErrNotFound):
		return bad("E_AGENT_NOT_INSTALLED", "there is no service %s", agent.Service)
	case err != nil:
		return unknown("asking for the service "+agent.Service, err)
	}
	log, err := s.Host.Files.Read(ctx, AgentLog(ctx, s.Host))
	if err != nil && !errors.Is(err, host.ErrNotFound) {
		return unknown("reading the agent's log", err)
	}
	boot, err := s.Host.System.Boot(ctx)
	if err != nil {
		boot.StartedAt = time.Time{}
	}
	if f := agent.Diagnose(tail(log, logTail), boot.StartedAt, service); f != nil {
		return timedOut(ctx, s, agent.Service, service, faulty(f).with("service", agent.Describe(service)))
	}
	return ok("%s", agent.Describe(service)).with("start type", service.Config.StartType)
}

func tail(b []byte, limit int) []byte {
	return b[max(0, len(b)-limit):]
}

func registered(ctx context.Context, s *Subject) Finding {
	member, err := agent.Introspect(ctx, s.Host.Web)
	switch {
	case errors.Is(err, host.ErrUnreachable) && !errors.Is(err, host.ErrNoListener):
		return unknown("asking the agent where it has registered", err)
	case errors.Is(err, host.ErrNoListener):
		return bad("E_JOIN_TIMEOUT", "the agent answers nothing at %s, so it has not registered", agent.MetadataURL)
	case err != nil:
		return bad("E_JOIN_TIMEOUT", "%v", err)
	case member.ARN == "":
		return bad("E_JOIN_TIMEOUT", "the agent has no container instance")
	case s.Doc != nil && !agent.SameCluster(member.Cluster, s.Doc.Cluster):
		return bad("E_JOIN_CLUSTER", "it registered in cluster %s, and the document names %s", member.Cluster, s.Doc.Cluster)
	}
	return ok("in cluster %s", member.Cluster).with("container instance", member.ARN).with("agent", member.Version)
}

func acs(ctx context.Context, s *Subject) Finding {
	log, err := s.Host.Files.Read(ctx, AgentLog(ctx, s.Host))
	if err != nil {
		return unknown("reading the agent's log", err)
	}
	if !agent.ConnectedToACS(tail(log, logTail)) {
		return warn("the agent's log does not say so; at a level above info it never does").
			remedy("look at agentConnected: aws ecs describe-container-instances")
	}
	return ok("by the agent's log")
}

func credentialsServer(ctx context.Context, s *Subject) Finding {
	if s.Doc != nil && s.Doc.HostProxy.Mode == "off" {
		return ok("off by the document")
	}
	response, err := s.Host.Web.Get(ctx, agent.CredentialsURL)
	switch {
	case err != nil:
		return bad("E_CREDENTIALS_SERVER", "%v", err)
	case response.Server != "":
		return bad("E_PORT80_TAKEN", "%s answers there", response.Server)
	}
	return ok("it answers with %d", response.Status)
}
