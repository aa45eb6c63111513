package sim

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
)

// Registrar is where an agent registers: the machine's own account, or another that plays ECS.
type Registrar interface {
	// Register registers a container instance, or an old one of the same EC2 instance anew, and returns its ARN. A refusal
	// is a *cloud.CallError; one without a code is no answer.
	Register(r Registration) (arn string, err error)
	// Connected tells that the agent's connection to ECS stands, or has ended.
	Connected(arn string, connected bool)
	// Member looks up a container instance of a cluster. One that is not there is a *cloud.CallError.
	Member(cluster, arn string) (cloud.Member, error)
}

// Registration is what an agent says of its instance.
type Registration struct {
	// Cluster is as configured: a name or an ARN.
	Cluster, InstanceID, InstanceType, Region string
	AgentVersion, DockerVersion               string
	// Attributes are the capabilities and the custom attributes by name.
	Attributes map[string]string
	Tags       map[string]string
	// ReservedMemoryMiB and ReservedPorts are what tasks do not get.
	ReservedMemoryMiB int
	ReservedPorts     []string
}

// Account is the AWS account of the machine: what its calls find and change.
type Account struct {
	m *Machine

	// Clusters maps names to a status, ACTIVE or INACTIVE. A cluster that is not in it does not exist.
	Clusters map[string]string
	// Denied are IAM actions that the instance role lacks, as ecs:RegisterContainerInstance.
	Denied map[string]bool
	// Instances are the registered container instances by ARN.
	Instances map[string]*ContainerInstance
	// Hooks maps lifecycle hooks to the result they were completed with; empty is waiting. A hook that is not in it does
	// not exist.
	Hooks map[string]string
	// Heartbeats counts by hook.
	Heartbeats map[string]int
	// Signals are the CloudFormation signals as "stack resource id status", in order.
	Signals []string
	// Settings are account settings as they hold for the instance role.
	Settings map[string]string
	// Secrets are values by reference.
	Secrets map[string]string
	// Registrations counts the calls to register that were answered.
	Registrations int
}

// ContainerInstance is a registered instance.
type ContainerInstance struct {
	cloud.Member
	Registration Registration
	Cluster      string
	// DrainedFor is how long its tasks run on once it drains.
	DrainedFor time.Duration
	drains     time.Time
}

func newAccount(m *Machine) *Account {
	return &Account{
		m: m, Clusters: map[string]string{"prod": "ACTIVE", "default": "ACTIVE"}, Denied: map[string]bool{},
		Instances: map[string]*ContainerInstance{}, Hooks: map[string]string{}, Heartbeats: map[string]int{},
		Settings: map[string]string{"awsvpcTrunking": "disabled"}, Secrets: map[string]string{},
	}
}

func clusterName(cluster string) string {
	return cluster[strings.LastIndex(cluster, "/")+1:]
}

func refused(action, code, text string) error {
	return &cloud.CallError{Action: action, Code: code, Err: errors.New(text)}
}

// Register plays RegisterContainerInstance.
func (a *Account) Register(r Registration) (string, error) {
	const action = "ecs:RegisterContainerInstance"
	a.Registrations++
	name := clusterName(r.Cluster)
	switch {
	case a.Denied[action]:
		return "", refused(action, "AccessDeniedException", "User is not authorized to perform: "+action)
	case a.Clusters[name] == "" && name == "default":
		a.Clusters[name] = "ACTIVE" // an agent without a cluster makes this one
	case a.Clusters[name] == "":
		return "", refused(action, "ClientException", "Cluster not found.")
	case a.Clusters[name] != "ACTIVE":
		return "", refused(action, "ClientException", "The referenced cluster was inactive.")
	}
	for arn, i := range a.Instances {
		if i.Registration.InstanceID != r.InstanceID || i.Cluster != name || i.Status == "INACTIVE" {
			continue
		}
		if i.Registration.InstanceType != r.InstanceType {
			return "", refused(action, "ClientException", "Container instance type changes are not supported.")
		}
		i.Registration, i.Attributes = r, maps.Clone(r.Attributes)
		a.trunk(i)
		return arn, nil
	}
	partition, _ := a.m.instance.partition()
	arn := fmt.Sprintf("arn:%s:ecs:%s:%s:container-instance/%s/%032x", partition, r.Region, a.m.instance.Account, name, len(a.Instances)+1)
	a.Instances[arn] = &ContainerInstance{
		Member: cloud.Member{Status: "ACTIVE", Attributes: maps.Clone(r.Attributes)}, Registration: r, Cluster: name,
	}
	a.trunk(a.Instances[arn])
	return arn, nil
}

// trunkingCapability is what an agent registers that can use a trunk interface; none for Windows does.
const trunkingCapability = "ecs.capability.task-eni-trunking"

// trunk attaches a trunk interface where the agent can use one and the role's account setting is on, as ECS does on Linux.
func (a *Account) trunk(i *ContainerInstance) {
	if _, can := i.Attributes[trunkingCapability]; can && a.Settings["awsvpcTrunking"] == "enabled" {
		i.Attributes["ecs.awsvpc-trunk-id"] = "eni-0123456789abcdef0"
	}
}

// Connected notes the agent's connection.
func (a *Account) Connected(arn string, connected bool) {
	if i := a.Instances[arn]; i != nil {
		i.AgentConnected = connected
	}
}

// Member plays DescribeContainerInstances.
func (a *Account) Member(cluster, arn string) (cloud.Member, error) {
	i, err := a.member("ecs:DescribeContainerInstances", cluster, arn)
	if err != nil {
		return cloud.Member{}, err
	}
	shown := i.Member
	shown.Attributes = maps.Clone(i.Attributes)
	return shown, nil
}

// accountView is the account as a process sees it.
type accountView struct{ p *process }

// ask makes a call to AWS with the instance role's credentials.
func askAccount[T any](ctx context.Context, v accountView, method, action, arg string, fn func(a *Account) (T, error)) (T, error) {
	m := v.p.m
	return value(ctx, v.p, call{name: method, arg: strings.TrimSpace(action + " " + arg), latency: m.latency.AWS}, func() (T, error) {
		var none T
		if !m.metadata.hasRole() {
			return none, fmt.Errorf("%s: %w", action, cloud.ErrNoCredentials)
		}
		service, _, _ := strings.Cut(action, ":")
		_, domain := m.instance.partition()
		if err := m.reach.dial(service+"."+m.instance.Region+"."+domain, m.reach.proxy); err != nil {
			return none, &cloud.CallError{Action: action, Err: err}
		}
		if m.account.Denied[action] {
			return none, refused(action, "AccessDeniedException", "not authorized to perform "+action)
		}
		return fn(m.account)
	})
}

type nothing = struct{}

func (v accountView) Caller(ctx context.Context) (cloud.Caller, error) {
	return askAccount(ctx, v, "identity.Caller", "sts:GetCallerIdentity", "", func(*Account) (cloud.Caller, error) {
		i := v.p.m.instance
		partition, _ := i.partition()
		return cloud.Caller{
			Account: i.Account, ARN: fmt.Sprintf("arn:%s:sts::%s:assumed-role/%s/%s", partition, i.Account, i.Role, i.ID), Skew: -v.p.m.windows.skew,
		}, nil
	})
}

func (v accountView) Complete(ctx context.Context, hook cloud.LifecycleHook, result string) error {
	const action = "autoscaling:CompleteLifecycleAction"
	_, err := askAccount(ctx, v, "signals.Complete", action, hook.Hook, func(a *Account) (nothing, error) {
		if state, ok := a.Hooks[hook.Hook]; !ok || state != "" {
			return nothing{}, refused(action, "ValidationError", "No active Lifecycle Action found with instance ID "+hook.InstanceID)
		}
		a.Hooks[hook.Hook] = result
		return nothing{}, nil
	})
	return err
}

func (v accountView) Heartbeat(ctx context.Context, hook cloud.LifecycleHook) error {
	const action = "autoscaling:RecordLifecycleActionHeartbeat"
	_, err := askAccount(ctx, v, "signals.Heartbeat", action, hook.Hook, func(a *Account) (nothing, error) {
		if state, ok := a.Hooks[hook.Hook]; !ok || state != "" {
			return nothing{}, refused(action, "ValidationError", "No active Lifecycle Action found with instance ID "+hook.InstanceID)
		}
		a.Heartbeats[hook.Hook]++
		return nothing{}, nil
	})
	return err
}

func (v accountView) Resource(ctx context.Context, stack, resource, uniqueID, status string) error {
	signal := strings.Join([]string{stack, resource, uniqueID, status}, " ")
	_, err := askAccount(ctx, v, "signals.Resource", "cloudformation:SignalResource", stack, func(a *Account) (nothing, error) {
		if !slices.Contains(a.Signals, signal) {
			a.Signals = append(a.Signals, signal)
		}
		return nothing{}, nil
	})
	return err
}

func (v accountView) Resolve(ctx context.Context, reference string) (string, error) {
	action, code := "ssm:GetParameter", "ParameterNotFound"
	if strings.HasPrefix(reference, "secretsmanager:") {
		action, code = "secretsmanager:GetSecretValue", "ResourceNotFoundException"
	}
	return askAccount(ctx, v, "secrets.Resolve", action, reference, func(a *Account) (string, error) {
		value, ok := a.Secrets[reference]
		if !ok {
			return "", refused(action, code, "there is no "+reference)
		}
		return value, nil
	})
}

// member finds a container instance of a cluster.
func (a *Account) member(action, cluster, arn string) (*ContainerInstance, error) {
	i := a.Instances[arn]
	if i == nil || i.Cluster != clusterName(cluster) {
		return nil, refused(action, "MISSING", "there is no container instance "+arn+" in "+cluster)
	}
	if i.Status == "DRAINING" && !a.m.clock.Now().Before(i.drains) {
		i.RunningTasks = 0
	}
	return i, nil
}

func (v accountView) Member(ctx context.Context, cluster, arn string) (cloud.Member, error) {
	const action = "ecs:DescribeContainerInstances"
	return askAccount(ctx, v, "members.Member", action, arn, func(*Account) (cloud.Member, error) {
		return v.p.m.registrar().Member(cluster, arn)
	})
}

func (v accountView) Drain(ctx context.Context, cluster, arn string) error {
	const action = "ecs:UpdateContainerInstancesState"
	_, err := askAccount(ctx, v, "members.Drain", action, arn, func(a *Account) (nothing, error) {
		i, err := a.member(action, cluster, arn)
		if err == nil && i.Status != "DRAINING" {
			i.Status, i.drains = "DRAINING", a.m.clock.Now().Add(i.DrainedFor)
		}
		return nothing{}, err
	})
	return err
}

func (v accountView) Activate(ctx context.Context, cluster, arn string) error {
	const action = "ecs:UpdateContainerInstancesState"
	_, err := askAccount(ctx, v, "members.Activate", action, arn, func(a *Account) (nothing, error) {
		i, err := a.member(action, cluster, arn)
		if err == nil && i.Status == "DRAINING" {
			i.Status = "ACTIVE"
		}
		return nothing{}, err
	})
	return err
}

func (v accountView) Deregister(ctx context.Context, cluster, arn string) error {
	const action = "ecs:DeregisterContainerInstance"
	_, err := askAccount(ctx, v, "members.Deregister", action, arn, func(a *Account) (nothing, error) {
		i, err := a.member(action, cluster, arn)
		if err == nil {
			i.Status, i.AgentConnected = "INACTIVE", false
		}
		return nothing{}, err
	})
	return err
}

func (v accountView) Effective(ctx context.Context, name string) (string, error) {
	const action = "ecs:ListAccountSettings"
	return askAccount(ctx, v, "settings.Effective", action, name, func(a *Account) (string, error) {
		value, ok := a.Settings[name]
		if !ok {
			return "", refused(action, "InvalidParameterException", "there is no setting "+name)
		}
		return value, nil
	})
}

func (v accountView) Put(ctx context.Context, name, text string) error {
	_, err := askAccount(ctx, v, "settings.Put", "ecs:PutAccountSetting", name, func(a *Account) (nothing, error) {
		a.Settings[name] = text
		return nothing{}, nil
	})
	return err
}
