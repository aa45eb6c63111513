package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	ecsagent "github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig/agentenv"
)

// Where the agent and what belongs to it lie.
const (
	agentFolder   = `C:\Program Files\Amazon\ECS`
	agentExe      = agentFolder + `\amazon-ecs-agent.exe`
	cniExe        = agentFolder + `\cni\vpc-eni.exe`
	execFolder    = agentFolder + `\managed-agents\execute-command`
	agentCache    = `C:\ProgramData\Amazon\ECS\cache`
	agentDataDir  = `C:\ProgramData\Amazon\ECS\data`
	agentLogFile  = `C:\ProgramData\Amazon\ECS\log\ecs-agent.log`
	serviceCmd    = `"` + agentExe + `" -windows-service`
	agentService  = "AmazonECS"
	dockerService = "Docker"
)

// agent is the ECS agent as the SCM runs it: what it does before it answers the SCM, what it asks of the machine until it
// is registered, the lines it logs and how it exits. After amazon-ecs-agent at 8dfceca, agent/app.
type agent struct {
	m       *Machine
	service *service
	env     map[string]string
	version string
	// serves tells that it has registered and its servers are up; connected that its connection to ECS stands.
	serves, connected bool
	arn, cluster      string
	// dns are the name servers that it gives to tasks, read once.
	dns   []netip.Addr
	waits int
}

// AgentDNS returns the name servers that the running agent gives to every task: those of its start.
func (m *Machine) AgentDNS() []netip.Addr { return slices.Clone(m.agent.dns) }

// AgentEnvironment returns the environment that the agent's process has, as of its start.
func (m *Machine) AgentEnvironment() map[string]string {
	env := map[string]string{}
	for name, value := range m.agent.env {
		env[name] = value
	}
	return env
}

// start begins with what the agent does before it answers the SCM.
func (a *agent) start(s *service) {
	a.service, a.waits = s, 0
	a.env = a.m.serviceEnvironment(s.name)
	content, _ := a.m.disk.read(agentExe)
	a.version = versionOf(content)
	a.log("info", "Starting Amazon ECS Agent", "agent.go")
	a.m.after(s, a.m.latency.AgentLoad, a.load)
}

// serviceEnvironment is what a service gets at its start: the machine's environment, its own over it. That its own wins is
// assumed.
func (m *Machine) serviceEnvironment(name string) map[string]string {
	env := m.MachineEnvironment()
	own, _ := m.registry.value(host.ServicesKey+`\`+name, "Environment")
	for _, line := range own.List {
		if key, text, ok := strings.Cut(line, "="); ok {
			for old := range env {
				if strings.EqualFold(old, key) {
					delete(env, old)
				}
			}
			env[key] = text
		}
	}
	return env
}

func (a *agent) get(name string) string {
	for key, text := range a.env {
		if strings.EqualFold(key, name) {
			return text
		}
	}
	return ""
}

func (a *agent) on(name string) bool {
	v, err := strconv.ParseBool(strings.TrimSpace(a.get(name)))
	return err == nil && v
}

// load is newAgent: configuration, metadata client, Docker client, checkpoint. What goes wrong here ends the process
// before it has answered the SCM.
func (a *agent) load() {
	a.log("info", "Loading configuration", "config.go")
	for _, name := range []string{"ECS_INSTANCE_ATTRIBUTES", "ECS_CONTAINER_INSTANCE_TAGS", "ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES"} {
		if text := a.get(name); text != "" && agentenv.Check(name, text) != nil {
			a.fail("Error loading config: Invalid format for " + name)
			return
		}
	}
	if text := a.get("ECS_AVAILABLE_LOGGING_DRIVERS"); text != "" {
		var drivers []string
		if json.Unmarshal([]byte(text), &drivers) != nil {
			a.log("warn", "Invalid format for \"ECS_AVAILABLE_LOGGING_DRIVERS\" environment variable; expected a JSON array like [\"json-file\",\"syslog\"].", "parse.go")
		} else if agentenv.Check("ECS_AVAILABLE_LOGGING_DRIVERS", text) != nil {
			a.fail("Error loading config: Invalid logging drivers: " + strings.Join(drivers, ", "))
			return
		}
	}
	if !a.m.metadata.answers() && a.get("AWS_DEFAULT_REGION") == "" && a.waits < 5 {
		a.waits++
		a.m.after(a.service, time.Duration(a.waits)*time.Second, a.load)
		return
	}
	switch {
	case !a.m.metadata.answers() && a.get("AWS_DEFAULT_REGION") == "":
		a.log("critical", "Unable to communicate with EC2 Metadata service to infer region: RequestError: send request failed", "config.go")
		a.fail("Error loading config: no region")
	case a.m.docker.up && a.m.docker.hangs:
		// The client waits for the engine's pipe; the SCM gives up first.
	case !a.m.docker.up:
		a.fail("Error creating Docker client: Cannot connect to the Docker daemon. Is the docker daemon running on this host?")
	case a.m.disk.locked[clean(a.checkpointFile())]:
		a.fail("Error creating data client: timeout")
	default:
		a.service.run()
		a.log("info", "Amazon ECS agent Version: "+a.version+", Commit: 8dfceca6", "agent.go")
		a.waits = 0
		a.lock(true)
		a.m.after(a.service, a.m.latency.AgentRegister, a.begin)
	}
}

func (a *agent) checkpointFile() string {
	dir := a.get("ECS_DATADIR")
	if dir == "" {
		dir = agentDataDir
	}
	return strings.TrimRight(dir, `\`) + `\agent.db`
}

// keeps reports whether the agent keeps a checkpoint: by default only where its folder is set.
func (a *agent) keeps() bool {
	if text := a.get("ECS_CHECKPOINT"); text != "" {
		return a.on("ECS_CHECKPOINT")
	}
	return a.get("ECS_DATADIR") != ""
}

func (a *agent) lock(locked bool) {
	if a.keeps() {
		a.m.disk.locked[clean(a.checkpointFile())] = locked
	}
}

// fail ends the process before it has answered the SCM.
func (a *agent) fail(text string) {
	a.log("critical", text, "agent.go")
	a.m.scm.end(a.service, 1, 0)
}

// terminal ends the agent for good: it exits with 5, which the Windows agent turns into 0 so that the SCM leaves it.
func (a *agent) terminal(text string) {
	a.log("critical", text, "agent.go")
	a.log("critical", "Terminal exit code received from agent.  Windows SCM will not restart the AmazonECS service.", "agent_windows.go")
	a.log("error", "Exiting 0", "agent_windows.go")
	a.m.scm.end(a.service, 0, 0)
}

// retry ends the agent with exit code 1: the SCM starts it again. Of some failures it says nothing.
func (a *agent) retry(text string) {
	if text != "" {
		a.log("error", text, "agent.go")
	}
	a.log("error", "Exiting 1", "agent_windows.go")
	a.m.scm.end(a.service, host.ErrorServiceSpecific, 1)
}

func (a *agent) stop(*service) {
	a.log("info", "Received normal signal from Windows to exit", "agent_windows.go")
	a.m.scm.end(a.service, 0, 0)
}

func (a *agent) ended() {
	if a.connected {
		a.m.registrar().Connected(a.arn, false)
	}
	a.lock(false)
	a.serves, a.connected, a.dns = false, false, nil
}

// begin is doStart up to the registration.
func (a *agent) begin() {
	m := a.m
	if !m.docker.answers() || !overlaps(m.docker.info) {
		a.retry("Could not get supported docker versions.")
		return
	}
	saved, found := a.checkpoint()
	switch {
	case found && a.cfgCluster() != saved.Cluster:
		a.terminal(fmt.Sprintf("Unable to initialize new task engine: Data mismatch; saved cluster '%s' does not match configured cluster '%s'. Perhaps you want to delete the configured checkpoint file?", saved.Cluster, a.cfgCluster()))
		return
	case a.on("ECS_WARM_POOLS_CHECK") && !a.inService():
		return
	case a.on("ECS_ENABLE_TASK_ENI"):
		if !slices.Contains(m.docker.images, pauseImage) {
			a.retry("Failed to load pause container: No such image: " + pauseImage)
			return
		}
		if !a.networking() {
			return
		}
	}
	if !strings.HasPrefix(m.windows.os.Locale, "en") {
		// The agent asks systeminfo for its "OS Name", which other languages call otherwise. It ends without a word.
		a.retry("")
		return
	}
	a.waits = 0
	a.register()
}

// overlaps reports whether the engine takes one of the API versions that the Windows agent knows, 1.24 to 1.30.
func overlaps(info host.DockerInfo) bool {
	return minor(info.MinAPIVersion) <= 30 && minor(info.APIVersion) >= 24
}

func minor(version string) int {
	_, text, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

func (a *agent) cfgCluster() string {
	if c := a.get("ECS_CLUSTER"); c != "" {
		return c
	}
	return "default"
}

// inService is the wait in a warm pool: a look each minute, 120 times.
func (a *agent) inService() bool {
	state, err := a.m.metadata.get("meta-data/autoscaling/target-lifecycle-state")
	if err == nil && state == "InService" {
		return true
	}
	a.waits++
	if a.waits > 120 {
		a.terminal("Could not determine target lifecycle of instance: no answer from the instance metadata")
		return false
	}
	a.m.after(a.service, time.Minute, a.begin)
	return false
}

// networking is what task networking needs: VPC and subnet, the plugin's capability, the name servers of the primary
// interface. No name server is no error to the agent.
func (a *agent) networking() bool {
	if !a.m.metadata.answers() {
		a.retry("Unable to detect VPC ID and Subnet: the instance metadata did not answer")
		return false
	}
	content, ok := a.m.disk.read(cniExe)
	if !ok || !strings.Contains(string(content), "awsvpc-network-mode") {
		a.terminal("Unable to initialize Task ENI dependencies: unable to get capabilities of the ECS CNI plugin")
		return false
	}
	a.dns = nil
	if p := a.m.network.primary(); p != nil {
		a.dns = slices.Clone(p.DNS)
	}
	return true
}

// register calls ECS until it answers: after 3 s, then twice as long each time up to 192 s, for an hour.
func (a *agent) register() {
	r := Registration{
		Cluster: a.cfgCluster(), InstanceID: a.m.metadata.tells("meta-data/instance-id"), InstanceType: a.m.metadata.tells(instanceTypePath),
		Region: a.m.instance.Region, AgentVersion: a.version, DockerVersion: a.m.docker.info.Version,
		Attributes: a.m.capabilities(a.env), Tags: jsonMap(a.get("ECS_CONTAINER_INSTANCE_TAGS")),
		ReservedMemoryMiB: a.reservedMemory(), ReservedPorts: a.reservedPorts(),
	}
	arn, err := a.m.registerAtECS(r, a.proxy())
	var refusal *cloud.CallError
	switch {
	case err == nil:
		a.registered(arn, r)
	case errors.As(err, &refusal) && refusal.Code != "":
		text := refusal.Code + ": " + refusal.Err.Error()
		if strings.Contains(text, "type changes are not supported") {
			a.terminal("The current instance type does not match the registered instance type. Please revert the instance type change, or alternatively launch a new instance: " + text)
			return
		}
		a.log("error", "Error registering container instance: "+text, "client.go")
		a.terminal("Agent will terminally exit, unable to register container instance: " + text)
	default:
		a.waits++
		wait := min(3*time.Second<<min(a.waits-1, 6), 192*time.Second)
		a.log("error", "Unable to register as a container instance with ECS: RequestError: "+err.Error(), "client.go")
		if a.waits > 24 {
			a.retry("Error registering container instance: timed out")
			return
		}
		a.m.after(a.service, wait, a.register)
	}
}

func (a *agent) proxy() string { return firstOf(a.get("HTTPS_PROXY"), a.get("HTTP_PROXY")) }

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// registered is the life after the registration: checkpoint, servers, connection.
func (a *agent) registered(arn string, r Registration) {
	a.arn, a.cluster, a.serves = arn, clusterName(r.Cluster), true
	if a.keeps() {
		saved := ecsagent.Checkpoint{Cluster: a.cfgCluster(), InstanceID: r.InstanceID, ARN: arn, Version: a.version}
		a.m.disk.write(a.checkpointFile(), saved.Encode(), a.m.clock.Now())
	}
	a.log("info", "Instance registration completed successfully", "agent.go")
	for _, port := range []uint16{introspectionPort, credentialsPort} {
		if a.blocked(port) {
			a.log("error", fmt.Sprintf("Error running introspection endpoint: listen tcp :%d: bind: An attempt was made to access a socket in a way forbidden by its access permissions.", port), "server.go")
		}
	}
	a.m.after(a.service, a.m.latency.AgentConnect, a.connect)
}

func (a *agent) listens(port uint16) bool { return a.serves && !a.blocked(port) }

// blocked reports whether the agent cannot have a port.
func (a *agent) blocked(port uint16) bool {
	_, blocked := a.m.edge.taken[port]
	return blocked
}

func (a *agent) connect() {
	_, domain := a.m.instance.partition()
	if err := a.m.reach.dial("ecs-a-1."+a.m.instance.Region+"."+domain, a.proxy()); err != nil {
		a.log("error", "Error connecting to ACS: "+err.Error(), "acs_handler.go")
		a.m.after(a.service, 5*time.Second, a.connect)
		return
	}
	a.connected = true
	a.log("info", "Connected to ACS endpoint", "acs_handler.go")
	a.m.registrar().Connected(a.arn, true)
	a.heedSpotNotice()
}

// heedSpotNotice drains the instance that EC2 is about to reclaim, if the agent is told to. It looks when it connects and
// when the notice comes; the real one asks the metadata every few seconds.
func (a *agent) heedSpotNotice() {
	if _, err := a.m.metadata.get("meta-data/spot/instance-action"); err == nil && a.connected && a.on("ECS_ENABLE_SPOT_INSTANCE_DRAINING") {
		if i := a.m.account.Instances[a.arn]; i != nil {
			a.log("info", "Received a spot interruption notice, setting state to DRAINING", "agent.go")
			i.Status = "DRAINING"
		}
	}
}

// log appends a line to the agent's log in the form of its logger.
func (a *agent) log(level, text, module string) {
	path := a.get("ECS_LOGFILE")
	if path == "" {
		return
	}
	line := fmt.Sprintf("level=%s time=%s msg=%q module=%s\n", level, a.m.clock.Now().Add(a.m.windows.skew).UTC().Format(time.RFC3339), text, module)
	content, _ := a.m.disk.read(path)
	a.m.disk.write(path, append(content, line...), a.m.clock.Now())
}

// AgentLog returns the agent's log file.
func (m *Machine) AgentLog() string {
	content, _ := m.disk.read(firstOf(m.MachineEnvironment()["ECS_LOGFILE"], agentLogFile))
	return string(content)
}
