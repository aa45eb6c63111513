package agentphase

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// maxExits is how often the agent may end with an error before its restarts are called a loop.
const maxExits = 3

// join proves that the node is a member of its cluster.
type join struct{}

// Describe implements phase.Phase.
func (join) Describe(d *nodeconfig.Document) phase.Description {
	return phase.Description{
		ID: JoinID, Title: "The node is a member of " + agent.ClusterName(d.Cluster), Needs: []phase.ID{StartID}, Proof: true,
		Timeout: d.Timeouts.Register + d.Timeouts.HostProxy,
	}
}

// Probe implements phase.Phase. The agent registers by itself: there is nothing to change.
func (join) Probe(context.Context, *phase.Node) (phase.Observation, error) { return seen{}, nil }

// Verify implements phase.Phase.
func (join) Verify(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	if i := n.Found.Get().Instance; Warmed(i) {
		return []phase.Fact{{Name: "warm pool", Value: "not registered yet (" + i.TargetLifecycle + ")"}}, nil
	}
	deadline := n.Host.Clock.Now().Add(n.Doc.Timeouts.Register)
	member, err := awaitRegistration(ctx, n, n.Doc.Timeouts.Register)
	if err != nil {
		return nil, err
	}
	facts := []phase.Fact{{Name: "cluster", Value: member.Cluster}, {Name: "container instance", Value: member.ARN}, {Name: "agent", Value: member.Version}}
	if err := compare(n, member); err != nil {
		return facts, err
	}
	n.Found.Set(func(f *phase.Found) { f.Agent.ARN, f.Agent.Cluster = member.ARN, member.Cluster })

	more, err := awaitConnection(ctx, n, member.ARN, deadline.Sub(n.Host.Clock.Now()))
	if facts = append(facts, more...); err != nil {
		return facts, err
	}
	more, err = askCredentials(ctx, n)
	return append(facts, more...), err
}

// awaitRegistration waits for the agent's introspection, which it serves only once it has registered, and watches that it
// does not end before.
func awaitRegistration(ctx context.Context, n *phase.Node, timeout time.Duration) (agent.Membership, error) {
	var member agent.Membership
	var service host.Service
	watch := watcher{pid: n.Found.Get().Agent.PID}
	err := wait.Until(ctx, n.Host.Clock, wait.Every(look, timeout), "the agent to register", func(time.Duration) (bool, string, error) {
		var err error
		if member, err = agent.Introspect(ctx, n.Host.Web); err == nil && member.ARN != "" {
			return true, "", nil
		}
		seen := "no answer"
		if err == nil {
			seen = "introspection without a container instance"
		} else if !errors.Is(err, host.ErrUnreachable) {
			seen = err.Error()
		}
		if service, err = n.Host.Services.Service(ctx, agent.Service); err != nil {
			return false, "", lookingUp(err)
		}
		seen = fmt.Sprintf("%s at %s, %s", seen, agent.MetadataURL, agent.Describe(service))
		if watch.gaveUp(service) {
			return false, "", diagnose(ctx, n, service)
		}
		return false, seen, nil
	})
	if err != nil {
		return member, overdue(ctx, n, err, service, "E_JOIN_TIMEOUT")
	}
	return member, nil
}

// watcher counts how often the agent ended.
type watcher struct {
	pid, exits int
	down       bool
}

// gaveUp reports whether the agent ended for good, or so often that its restarts are a loop.
func (w *watcher) gaveUp(service host.Service) bool {
	stopped := service.State == host.ServiceStopped
	restarted := service.PID != 0 && w.pid != 0 && service.PID != w.pid
	if stopped && !w.down || restarted && !w.down {
		w.exits++
	}
	w.down = stopped
	if service.PID != 0 {
		w.pid = service.PID
	}
	return stopped && (!comesBack(service) || w.exits >= maxExits)
}

// comesBack reports whether Windows restarts a stopped agent by itself: after an error of its own, or a crash.
func comesBack(service host.Service) bool {
	return service.ExitCode == host.ErrorServiceSpecific || service.ExitCode == host.ErrorProcessAborted
}

// compare holds what the agent says to the document and to the instance.
func compare(n *phase.Node, member agent.Membership) error {
	if !agent.SameCluster(n.Doc.Cluster, member.Cluster) {
		return fault.New("E_JOIN_CLUSTER", nil, "it is a member of %q, the document names %q", member.Cluster, n.Doc.Cluster)
	}
	parts, ok := member.Parts()
	if !ok {
		return fault.New("E_JOIN_IDENTITY", nil, "%q is no container instance", member.ARN)
	}
	instance := n.Found.Get().Instance
	if parts.Cluster != "" && parts.Cluster != agent.ClusterName(n.Doc.Cluster) {
		return fault.New("E_JOIN_CLUSTER", nil, "it is registered as %s, the document names %q", member.ARN, n.Doc.Cluster)
	}
	region := n.Doc.Region
	if region == "" {
		region = instance.Region
	}
	if region != "" && parts.Region != region || instance.Account != "" && parts.Account != instance.Account {
		return fault.New("E_JOIN_IDENTITY", nil, "it is registered as %s, the instance is in account %s and Region %s", member.ARN, instance.Account, region)
	}
	return nil
}

// awaitConnection waits until ECS reaches the agent and the container instance has its attributes. Both are asked of ECS
// where the role may; the connection is in the agent's own log as well.
func awaitConnection(ctx context.Context, n *phase.Node, arn string, rest time.Duration) ([]phase.Fact, error) {
	c := connection{arn: arn, needs: neededAttributes(n.Doc)}
	err := wait.Until(ctx, n.Host.Clock, wait.Every(look, max(rest, look)), "the agent to be connected to ECS", func(time.Duration) (bool, string, error) {
		return c.look(ctx, n)
	})
	var expired *wait.Expired
	if errors.As(err, &expired) {
		return c.facts(n), c.overdue(err)
	}
	if err != nil {
		return c.facts(n), err
	}
	if c.apiError != nil && len(n.Doc.Verify.Attributes) > 0 {
		n.Warn("`verify.attributes` could not be looked up: %s", shortly(c.apiError))
	}
	return c.facts(n), nil
}

// connection is what is known of the agent's connection.
type connection struct {
	arn   string
	needs []string
	// member is what ECS shows, asked for at most every apiPace; apiError why it does not. began is when it was asked first.
	member       *cloud.Member
	apiError     error
	began, asked time.Time
	// logSize is the log's size when it was read last, logged what it said.
	logSize int64
	logged  bool
}

const (
	// apiPace is the least time between two questions to ECS: a node's wait must not use up the account's request rate.
	apiPace = 2 * time.Second
	// apiPatience is how long ECS gets to show what was just registered: its reads are eventually consistent
	// (ECS API Reference, RunTask, "The Amazon ECS API follows an eventual consistency model").
	apiPatience = 15 * time.Second
)

func (c *connection) look(ctx context.Context, n *phase.Node) (bool, string, error) {
	c.readLog(ctx, n)
	c.ask(ctx, n)
	connected := c.logged || c.member != nil && c.member.AgentConnected
	if n.Doc.Verify.ACSConnected && !connected && c.canKnow(n) {
		return false, "registered, not connected", nil
	}
	if c.member == nil {
		return c.settled(n), "ECS does not show the container instance: " + shortly(c.apiError), nil
	}
	wrong := c.wrong()
	if wrong != nil && (c.member.Status == registering || !c.settled(n)) {
		return false, wrong.Error(), nil
	}
	return wrong == nil, "", wrong
}

// overdue names what was in the way when the time was over.
func (c *connection) overdue(err error) error {
	var wrong *fault.Fault
	if c.member != nil && (c.logged || c.member.AgentConnected) && errors.As(c.wrong(), &wrong) {
		return fault.New(wrong.Code, err, "%s", wrong.Seen)
	}
	return fault.New("E_JOIN_ACS", err, "")
}

// ask asks ECS, unless it refuses or was asked just now.
func (c *connection) ask(ctx context.Context, n *phase.Node) {
	now := n.Host.Clock.Now()
	if c.refused() || !c.asked.IsZero() && now.Sub(c.asked) < apiPace {
		return
	}
	if c.asked = now; c.began.IsZero() {
		c.began = now
	}
	member, err := n.Cloud.Members.Member(ctx, n.Doc.Cluster, c.arn)
	if c.member, c.apiError = &member, err; err != nil {
		c.member = nil
	}
}

// refused reports whether the role may not ask ECS.
func (c *connection) refused() bool {
	var call *cloud.CallError
	return errors.Is(c.apiError, cloud.ErrNoCredentials) || errors.As(c.apiError, &call) && call.Denied()
}

// settled reports whether what ECS shows, or that it shows nothing, is no longer a matter of moments.
func (c *connection) settled(n *phase.Node) bool {
	return c.refused() || n.Host.Clock.Now().Sub(c.began) >= apiPatience
}

// registering is the status of a container instance that ECS gives a trunk (ECS API Reference, ContainerInstance). That may
// take all of the time.
const registering = "REGISTERING"

// wrong says what keeps tasks from the container instance as ECS shows it.
func (c *connection) wrong() error {
	switch c.member.Status {
	case "ACTIVE", draining, "":
	default:
		return fault.New("E_JOIN_INACTIVE", nil, "its status is %s", c.member.Status)
	}
	for _, name := range c.needs {
		if _, there := c.member.Attributes[name]; !there {
			return fault.New("E_JOIN_ATTRIBUTE", nil, "%s is missing", name)
		}
	}
	return nil
}

// canKnow reports whether anything could tell of the connection: a log of level info, or ECS.
func (c *connection) canKnow(n *phase.Node) bool {
	return c.apiError == nil || !c.settled(n) || n.Doc.Agent.LogLevel == "info" || n.Doc.Agent.LogLevel == "debug"
}

func (c *connection) readLog(ctx context.Context, n *phase.Node) {
	if c.logged {
		return
	}
	info, err := n.Host.Files.Stat(ctx, n.Doc.Agent.LogFile)
	if err != nil || info.Size == c.logSize {
		return
	}
	c.logSize = info.Size
	c.logged = agent.ConnectedToACS(readLog(ctx, n))
}

func (c *connection) facts(n *phase.Node) []phase.Fact {
	connected := "no"
	switch {
	case c.logged:
		connected = "yes, by the agent's log"
	case c.member != nil && c.member.AgentConnected:
		connected = "yes, by ECS"
	case !c.canKnow(n):
		connected = "not known: `agent.log_level` hides it, and ECS could not be asked"
	}
	facts := []phase.Fact{{Name: "connected", Value: connected}}
	if c.member == nil {
		why := "not asked"
		if c.apiError != nil {
			why = shortly(c.apiError)
		}
		return append(facts, phase.Fact{Name: "attributes", Value: "not looked at: " + why})
	}
	return append(facts, phase.Fact{Name: "status", Value: c.member.Status},
		phase.Fact{Name: "attributes", Value: fmt.Sprintf("%d, with %s", len(c.member.Attributes), strings.Join(c.needs, ", "))})
}

// neededAttributes are the attributes without which the tasks that the document promises are never placed.
func neededAttributes(d *nodeconfig.Document) []string {
	needs := slices.Clone(d.Verify.Attributes)
	if d.AWSVPC.Enabled {
		needs = append(needs, "ecs.capability.task-eni")
	}
	if d.Agent.TaskIAMRole {
		needs = append(needs, "com.amazonaws.ecs.capability.task-iam-role")
	}
	slices.Sort(needs)
	return slices.Compact(needs)
}

// askCredentials asks for tasks: the agent, not another web server, must answer at 169.254.170.2:80.
func askCredentials(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	if n.Doc.HostProxy.Mode == "off" || !n.Doc.AWSVPC.Enabled && !n.Doc.Agent.TaskIAMRole {
		return nil, nil
	}
	var answer host.Response
	err := wait.Until(ctx, n.Host.Clock, wait.Every(look, n.Doc.Timeouts.HostProxy), "the agent to answer at "+agent.CredentialsURL,
		func(time.Duration) (bool, string, error) {
			var err error
			if answer, err = n.Host.Web.Get(ctx, agent.CredentialsURL); err != nil {
				if !errors.Is(err, host.ErrUnreachable) {
					return false, "", fmt.Errorf("asking %s: %w", agent.CredentialsURL, err)
				}
				return false, "no answer", nil
			}
			return true, "", nil
		})
	var expired *wait.Expired
	switch {
	case errors.As(err, &expired):
		return nil, fault.New("E_CREDENTIALS_SERVER", err, "")
	case err != nil:
		return nil, err
	case answer.Server != "":
		// http.sys and most other web servers name themselves, the agent's does not.
		return nil, fault.New("E_PORT80_TAKEN", nil, "%s answers at %s", answer.Server, agent.CredentialsURL)
	}
	return []phase.Fact{{Name: "task credentials", Value: "the agent answers at 169.254.170.2:80"}}, nil
}

// shortly says why AWS did not answer, in a few words.
func shortly(err error) string {
	var call *cloud.CallError
	if !errors.As(err, &call) {
		return agent.Quote(err.Error())
	}
	switch {
	case call.Denied():
		return "the instance role may not " + call.Action
	case call.Code != "":
		return call.Action + ": " + call.Code
	}
	return call.Action + " got no answer"
}

func english(locale string) bool {
	return strings.EqualFold(locale, "en") || strings.HasPrefix(strings.ToLower(locale), "en-")
}
