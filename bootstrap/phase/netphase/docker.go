package netphase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// dockerPhase starts Docker through the SCM, gives dockerd its proxy, and waits until the engine answers.
type dockerPhase struct{}

// Describe implements phase.Phase.
func (dockerPhase) Describe(d *nodeconfig.Document) phase.Description {
	return phase.Description{
		ID: "docker", Title: "Docker runs and answers",
		Needs: []phase.ID{"platform", "netsnapshot", "bootgate"}, Timeout: d.Timeouts.Docker + slack,
	}
}

// dockerSeen is what was seen of Docker before anything was changed.
type dockerSeen struct {
	service host.Service
	// hns is the state of the service without which Docker does not start; it is looked at only where Docker does not run.
	hns string
	// environment is the service's own, as [phase.ServiceVariables] has it; wanted are the variables of the document.
	environment, wanted map[string]string
	tasks               int
}

// Probe implements phase.Phase.
func (dockerPhase) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	var seen dockerSeen
	var err error
	if seen.service, err = n.Host.Services.Service(ctx, dockerService); err != nil {
		if errors.Is(err, host.ErrNotFound) {
			return nil, fault.New("E_DOCKER_MISSING", nil, "")
		}
		return nil, fault.New("E_STEP_FAILED", err, "looking up the service docker")
	}
	if err := seen.checkStart(ctx, n); err != nil {
		return nil, err
	}
	if err := seen.readEnvironment(ctx, n); err != nil {
		return nil, err
	}
	if seen.runs() {
		err = seen.lookAtEngine(ctx, n)
	} else {
		seen.hns, err = checkHNS(ctx, n)
	}
	if err != nil {
		return nil, err
	}
	return observation{facts: []phase.Fact{fact("service docker", seen.service.State)}, plan: seen.plan}, nil
}

// runs reports whether Docker runs or is on its way.
func (seen *dockerSeen) runs() bool {
	return seen.service.State == host.ServiceRunning || seen.service.State == host.ServiceStartPending
}

// lookAtEngine waits for the engine, and counts the tasks that a restart would stop where one is needed.
func (seen *dockerSeen) lookAtEngine(ctx context.Context, n *phase.Node) error {
	if _, err := awaitEngine(ctx, n, n.Doc.Timeouts.Docker); err != nil || !seen.differs() {
		return err
	}
	var err error
	if seen.tasks, err = runningTasks(ctx, n); err == nil && seen.tasks > 0 {
		n.Warn("E_DOCKER_TASKS_RUNNING: the proxy of dockerd is not the document's, and %d containers of tasks run that a restart would stop; drain the instance, then apply again", seen.tasks)
	}
	return err
}

// checkStart refuses what cannot end well: a service that may not start, a configuration that dockerd dies of. While Docker
// runs, they are warned of.
func (seen *dockerSeen) checkStart(ctx context.Context, n *phase.Node) error {
	if seen.service.Config.StartType == host.StartDisabled {
		if !seen.runs() {
			return fault.New("E_DOCKER_DISABLED", nil, "")
		}
		n.Warn("E_DOCKER_DISABLED: the service docker runs, but is disabled, so it does not start at the next boot")
	}
	_, err := readDaemonJSON(ctx, n)
	if err != nil && seen.runs() && fault.Of(err).Code == "E_DOCKER_CONFIG" {
		n.Warn("E_DOCKER_CONFIG: Docker runs, but would not start again with this daemon.json")
		return nil
	}
	return err
}

// checkHNS looks at the service hns. Where it is missing altogether, the phase platform says so.
func checkHNS(ctx context.Context, n *phase.Node) (string, error) {
	s, err := n.Host.Services.Service(ctx, hnsService)
	switch {
	case errors.Is(err, host.ErrNotFound):
		return "", nil
	case err != nil:
		return "", fault.New("E_STEP_FAILED", err, "looking up the service hns")
	case s.Config.StartType == host.StartDisabled && s.State == host.ServiceStopped:
		return "", fault.New("E_HNS_NOT_RUNNING", nil, "service hns is disabled")
	}
	return s.State, nil
}

func (seen *dockerSeen) readEnvironment(ctx context.Context, n *phase.Node) error {
	var err error
	if seen.wanted, err = nodeconfig.DockerEnvironment(n.Doc); err != nil {
		return fault.New("E_DOCKER_PROXY", err, "")
	}
	seen.environment, err = phase.ServiceVariables(ctx, n.Host, dockerService)
	return as("E_STEP_FAILED", err)
}

// variables are the names of the variables that are not yet the document's, sorted.
func (seen *dockerSeen) variables() []string {
	var names []string
	for name, value := range seen.wanted {
		entry, there := seen.environment[strings.ToUpper(name)]
		if _, now, _ := strings.Cut(entry, "="); !there || now != value {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// differs reports whether the service's environment lacks something.
func (seen *dockerSeen) differs() bool { return len(seen.variables()) > 0 }

// plan stops Docker before the environment is written: were the program killed in between, a Docker that runs would look
// as if it had the new one.
func (seen *dockerSeen) plan(*nodeconfig.Document) ([]phase.Change, error) {
	replace := seen.differs() && seen.tasks == 0
	var changes []phase.Change
	if replace && seen.runs() {
		changes = append(changes, stopAgent("for Docker"), stopDocker("for its proxy"))
	}
	if replace {
		for _, name := range seen.variables() {
			changes = append(changes, seen.setVariable(name))
		}
	}
	if seen.hns == host.ServiceStopped {
		changes = append(changes, phase.Change{
			What: "service hns", From: host.ServiceStopped, To: host.ServiceRunning,
			Do: func(ctx context.Context, n *phase.Node) error { return start(ctx, n, hnsService, "E_HNS_NOT_RUNNING") },
		})
	}
	if replace || !seen.runs() {
		changes = append(changes, startDocker())
	}
	return changes, nil
}

// setVariable tells no value: a proxy may be a URL with a password.
func (seen *dockerSeen) setVariable(name string) phase.Change {
	before := seen.environment[strings.ToUpper(name)]
	return phase.Change{
		What: "variable " + name + " of the service docker", From: map[bool]string{true: "not set", false: "another"}[before == ""], To: "the document's",
		Undo: phase.RestoreServiceVariable(dockerService, name, before),
		Do: func(ctx context.Context, n *phase.Node) error {
			return as("E_STEP_FAILED", phase.SetServiceVariable(ctx, n.Host, dockerService, name, seen.wanted[name]))
		},
	}
}

// Verify implements phase.Phase.
func (dockerPhase) Verify(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	info, err := awaitEngine(ctx, n, n.Doc.Timeouts.Docker)
	if err != nil {
		return nil, err
	}
	return []phase.Fact{
		fact("service docker", host.ServiceRunning),
		fact("engine", "%s, API %s to %s", info.Version, info.MinAPIVersion, info.APIVersion),
	}, nil
}

// awaitEngine waits until the engine answers, and checks that the agent can work with it.
func awaitEngine(ctx context.Context, n *phase.Node, timeout time.Duration) (host.DockerInfo, error) {
	running := false
	err := until(ctx, n, pace(timeout), "Docker to answer", func() (bool, string, error) {
		ping := n.Host.Docker.Ping(ctx)
		if ping == nil {
			return true, "", nil
		}
		s, err := n.Host.Services.Service(ctx, dockerService)
		if err != nil {
			return again(err)
		}
		running = s.State == host.ServiceRunning
		seen := "service docker is " + s.State
		if s.State == host.ServiceStopped {
			seen += fmt.Sprintf(", exit code %d", s.ExitCode)
			if s.ExitCode == host.ErrorServiceSpecific {
				seen += fmt.Sprintf(" (%d)", s.SpecificCode)
			}
			if len(s.Config.Restarts) == 0 || s.ExitCode == 0 || s.ExitCode == host.ErrorServiceNeverStarted {
				return false, seen, fault.New("E_DOCKER_START", nil, "%s", seen)
			}
		}
		return false, fmt.Sprintf("%s, engine: %v", seen, ping), nil
	})
	var expired *wait.Expired
	if errors.As(err, &expired) {
		code := fault.Code("E_DOCKER_START")
		if running {
			code = "E_DOCKER_NO_ANSWER"
		}
		err = fault.New(code, err, "")
	}
	if err != nil {
		return host.DockerInfo{}, err
	}
	info, err := n.Host.Docker.Info(ctx)
	if err != nil {
		return host.DockerInfo{}, fault.New("E_DOCKER_NO_ANSWER", err, "the engine took a ping and no question")
	}
	return info, checkEngine(info)
}

func checkEngine(info host.DockerInfo) error {
	if !strings.EqualFold(info.OSType, "windows") {
		return fault.New("E_DOCKER_LINUX", nil, "OSType is %s", info.OSType)
	}
	// The agent's list of API versions on Windows is 1.24 to 1.30 (amazon-ecs-agent 1.105: 1.17 to 1.23 stand for 1.24, and
	// 1.26 and 1.27 are not in it).
	for _, minor := range []int{24, 25, 28, 29, 30} {
		if apiMinor(info.MinAPIVersion) <= minor && minor <= apiMinor(info.APIVersion) {
			return nil
		}
	}
	return fault.New("E_DOCKER_API", nil, "engine %s takes API %s to %s", info.Version, info.MinAPIVersion, info.APIVersion)
}

// apiMinor returns the number behind "1.", or 0 for what is no version, so that an engine that does not say its minimum
// counts as taking every old version.
func apiMinor(version string) int {
	minor, _ := strconv.Atoi(strings.TrimPrefix(version, "1."))
	return minor
}

// stopDocker stops Docker, and with it what depends on it, unless containers of tasks have come up meanwhile.
func stopDocker(why string) phase.Change {
	return phase.Change{
		What: "service docker", From: "running", To: "stopped, " + why,
		Do: func(ctx context.Context, n *phase.Node) error {
			s, err := state(ctx, n, dockerService)
			if err != nil || s == host.ServiceStopped {
				return err
			}
			tasks, err := runningTasks(ctx, n)
			if err != nil {
				return err
			}
			if tasks > 0 {
				return tasksRun(tasks)
			}
			return stop(ctx, n, dockerService, "E_DOCKER_STOP")
		},
	}
}

func startDocker() phase.Change {
	return phase.Change{
		What: "service docker", From: "stopped", To: "running",
		Do: func(ctx context.Context, n *phase.Node) error { return start(ctx, n, dockerService, "E_DOCKER_START") },
	}
}

// start starts a service. Refusals that pass are tried again until the phase's time is over.
func start(ctx context.Context, n *phase.Node, service string, code fault.Code) error {
	err := until(ctx, n, wait.Every(200*time.Millisecond, 2*time.Minute), "the service "+service+" to start", func() (bool, string, error) {
		err := n.Host.Services.Start(ctx, service)
		var refused *host.ServiceError
		switch {
		case err == nil:
			return true, "", nil
		case errors.As(err, &refused) && refused.Code == host.ErrorServiceAlreadyRunning:
			return true, "", nil
		case errors.As(err, &refused) && passes(refused.Code):
			return again(err)
		}
		return false, err.Error(), err
	})
	if err != nil {
		return fault.New(code, err, "")
	}
	return nil
}

// passes tells the refusals of the SCM that come from what goes on at the moment.
func passes(code uint32) bool {
	switch code {
	case host.ErrorServiceRequestTimeout, host.ErrorServiceDatabaseLocked, host.ErrorServiceCannotAcceptCtrl, host.ErrorServiceStartHang:
		return true
	}
	return false
}

// daemonJSON is Docker's configuration on Windows (docs.docker.com, dockerd: "%programdata%\docker\config\daemon.json").
const daemonJSON = `C:\ProgramData\docker\config\daemon.json`

// fixedCIDR is the member of daemon.json that fixes the block of the nat network.
const fixedCIDR = "fixed-cidr"

// daemonConfig is daemon.json: what it holds, member by member, and whether it is there.
type daemonConfig struct {
	members map[string]json.RawMessage
	exists  bool
}

func readDaemonJSON(ctx context.Context, n *phase.Node) (daemonConfig, error) {
	content, err := n.Host.Files.Read(ctx, daemonJSON)
	if errors.Is(err, host.ErrNotFound) {
		return daemonConfig{members: map[string]json.RawMessage{}}, nil
	}
	if err != nil {
		return daemonConfig{}, fault.New("E_STEP_FAILED", err, "reading Docker's configuration")
	}
	return parseDaemonJSON(content)
}

func parseDaemonJSON(content []byte) (daemonConfig, error) {
	c := daemonConfig{members: map[string]json.RawMessage{}, exists: true}
	for _, name := range []string{fixedCIDR, "bridge"} {
		value, err := phase.JSONMember(content, name)
		if err != nil {
			return daemonConfig{}, fault.New("E_DOCKER_CONFIG", err, "%s, %d bytes", daemonJSON, len(content))
		}
		if value != nil {
			c.members[name] = value
		}
	}
	return c, nil
}

// text returns a member that is a string, or "".
func (c daemonConfig) text(name string) string {
	var s string
	if json.Unmarshal(c.members[name], &s) != nil {
		return ""
	}
	return s
}

// bridgeless is what is seen where Docker is told not to make its nat network (docs.docker.com, dockerd, option --bridge).
const bridgeless = `"bridge" is "none" in ` + daemonJSON

func (c daemonConfig) bridgeless() bool { return c.text("bridge") == "none" }
