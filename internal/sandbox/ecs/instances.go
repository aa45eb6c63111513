package ecs

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/schemas"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ec2"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// Registration is what a container agent sends when it registers its instance.
type Registration struct {
	// Cluster is the cluster's name or ARN. Empty: "default".
	Cluster string
	// InstanceID is the EC2 instance that the agent runs on.
	InstanceID string
	// Attributes are the agent's capabilities and the user's own attributes.
	// ECS adds those that it knows from EC2.
	Attributes []types.Attribute
	// CPU is in units of 1/1024 vCPU, MemoryMiB in MiB, PortsInUse the TCP
	// ports that the host keeps.
	CPU, MemoryMiB int
	PortsInUse     []string
	Version        types.VersionInfo
	Tags           []types.Tag
}

// containerInstance is an EC2 instance that registered with a cluster.
type containerInstance struct {
	arn, id      string
	ec2          string
	zone, vpc    string
	status       string
	connected    bool
	registered   time.Time
	deregistered time.Time
	attributes   []types.Attribute
	cpu, memory  int
	ports        []string
	version      types.VersionInfo
	tags         []types.Tag
}

// draining is a container instance that takes no new tasks.
const draining = "DRAINING"

// RegisterContainerInstance adds an instance to an ACTIVE cluster, or takes the
// new attributes and resources of one that is there already, as ECS does when
// an agent starts again. It returns the container instance's ARN.
func (m *Model) RegisterContainerInstance(at wire.Place, now time.Time, in Registration) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.world(at)
	c, err := w.activeCluster(&in.Cluster)
	if err != nil {
		// Of all calls on a cluster, this one has no error of its own for it
		// (API reference, RegisterContainerInstance).
		return "", clientErrorf("%s", wire.AsError(err).Message)
	}
	host, ok := w.ec2.Instance(at, in.InstanceID)
	if !ok {
		return "", clientErrorf("Instance %s is not an EC2 instance of this account and region.", in.InstanceID)
	}
	i := c.instanceOn(in.InstanceID)
	if i == nil {
		i = &containerInstance{id: wire.NewID(), ec2: in.InstanceID, status: active, registered: now, tags: orEmpty(in.Tags)}
		i.arn = w.arn("container-instance/" + *c.ClusterName + "/" + i.id)
		c.instances = append(c.instances, i)
	}
	i.connected = true
	i.zone, i.vpc = host.Zone, host.VpcID
	i.cpu, i.memory, i.ports, i.version = in.CPU, in.MemoryMiB, orEmpty(in.PortsInUse), in.Version
	for _, a := range slices.Concat(in.Attributes, backEndAttributes(host)) {
		i.setAttribute(a)
	}
	return i.arn, nil
}

// SetAgentConnected says whether a container instance's agent has a connection
// to ECS; without one it gets no tasks.
func (m *Model) SetAgentConnected(at wire.Place, arn string, connected bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.world(at).clusters {
		if i := c.findInstance(arn); i != nil {
			i.connected = connected
			return nil
		}
	}
	return fmt.Errorf("no container instance %s", arn)
}

// backEndAttributes are those that ECS adds to what the agent sends (ECS
// Developer Guide, Define which container instances are used for tasks).
func backEndAttributes(host ec2.Instance) []types.Attribute {
	return []types.Attribute{
		attribute("ecs.ami-id", host.ImageID),
		attribute("ecs.availability-zone", host.Zone),
		attribute("ecs.instance-type", host.Type.Name),
		attribute("ecs.cpu-architecture", "x86_64"),
	}
}

func attribute(called, value string) types.Attribute {
	a := types.Attribute{Name: aws.String(called)}
	if value != "" {
		a.Value = aws.String(value)
	}
	return a
}

// setAttribute adds an attribute, or replaces the one of its name.
func (i *containerInstance) setAttribute(a types.Attribute) {
	at := slices.IndexFunc(i.attributes, func(old types.Attribute) bool { return *old.Name == *a.Name })
	if at >= 0 {
		i.attributes[at] = a
		return
	}
	i.attributes = append(i.attributes, a)
}

// attribute returns the value of an attribute, empty if it has none; ok is
// false if there is no such attribute.
func (i *containerInstance) attribute(called string) (value string, ok bool) {
	for _, a := range i.attributes {
		if *a.Name == called {
			return valueOf(a.Value), true
		}
	}
	return "", false
}

// active reports whether the instance takes new tasks.
func (i *containerInstance) active() bool { return i.status == active }

func (i *containerInstance) gone(now time.Time) bool {
	return i.status == inactive && now.Sub(i.deregistered) >= remembered
}

// findInstance returns the container instance that an id or ARN means, or nil.
func (c *cluster) findInstance(ref string) *containerInstance {
	for _, i := range c.instances {
		if i.id == ref || i.arn == ref {
			return i
		}
	}
	return nil
}

// instanceOn returns the registered container instance on an EC2 instance.
func (c *cluster) instanceOn(ec2ID string) *containerInstance {
	for _, i := range c.instances {
		if i.ec2 == ec2ID && i.status != inactive {
			return i
		}
	}
	return nil
}

// registeredInstances returns the instances that are not INACTIVE.
func (c *cluster) registeredInstances() []*containerInstance {
	return slices.DeleteFunc(slices.Clone(c.instances), func(i *containerInstance) bool { return i.status == inactive })
}

// usage is what an instance's tasks take of it.
type usage struct {
	cpu, memory      int
	running, pending int32
}

// usageOf adds up the tasks of an instance that have not stopped.
func (c *cluster) usageOf(i *containerInstance) usage {
	var u usage
	for _, t := range c.tasks {
		if t.instance != i || t.stopped() {
			continue
		}
		u.cpu += t.cpu
		u.memory += t.memory
		switch {
		case t.status == running:
			u.running++
		case t.pending():
			u.pending++
		}
	}
	return u
}

func readDescribeContainerInstances(in *api.DescribeContainerInstancesInput) input {
	return input{schemas.DescribeContainerInstancesRequest, awsjson.Fields{
		schemas.DescribeContainerInstancesRequest_cluster:            awsjson.Text(&in.Cluster),
		schemas.DescribeContainerInstancesRequest_containerInstances: awsjson.Texts(&in.ContainerInstances),
		schemas.DescribeContainerInstancesRequest_include:            awsjson.Texts(&in.Include),
	}}
}

func (w *world) describeContainerInstances(
	r wire.Request, in *api.DescribeContainerInstancesInput,
) (smithy.Serializable, error) {
	c, err := w.activeCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	for _, f := range in.Include {
		if err := oneOf(invalidParameter, "include", f, f.Values()); err != nil {
			return nil, err
		}
	}
	if err := checkReferences("Container instances", in.ContainerInstances, maxDescribe); err != nil {
		return nil, err
	}
	out := &api.DescribeContainerInstancesOutput{ContainerInstances: []types.ContainerInstance{}, Failures: []types.Failure{}}
	for _, ref := range in.ContainerInstances {
		i := c.findInstance(ref)
		if i == nil || r.Missing {
			out.Failures = append(out.Failures, missing(w.instanceARN(c, ref)))
			continue
		}
		out.ContainerInstances = append(out.ContainerInstances, c.showInstance(i, in.Include...))
	}
	return out, nil
}

// checkReferences checks the list of things that a call is about.
func checkReferences(noun string, refs []string, most int) error {
	switch {
	case len(refs) == 0:
		return invalidf("%s can not be empty.", noun)
	case len(refs) > most:
		return invalidf("%s can have at most %d items.", noun, most)
	case slices.Contains(refs, ""):
		return invalidf("%s can not be blank.", noun)
	}
	return nil
}

func missing(arn string) types.Failure {
	return types.Failure{Arn: aws.String(arn), Reason: aws.String("MISSING")}
}

func (w *world) instanceARN(c *cluster, ref string) string {
	if strings.HasPrefix(ref, "arn:") {
		return ref
	}
	return w.arn("container-instance/" + *c.ClusterName + "/" + ref)
}

// showInstance returns what ECS reports of a container instance. Network
// interfaces are no resource of it: how many it can take, EC2 tells.
func (c *cluster) showInstance(i *containerInstance, include ...types.ContainerInstanceField) types.ContainerInstance {
	used := c.usageOf(i)
	shown := types.ContainerInstance{
		AgentConnected:       i.connected,
		Attachments:          c.attachmentsOf(i),
		Attributes:           i.attributes,
		ContainerInstanceArn: aws.String(i.arn),
		Ec2InstanceId:        aws.String(i.ec2),
		PendingTasksCount:    used.pending,
		RegisteredAt:         aws.Time(i.registered),
		RegisteredResources:  i.resources(usage{}),
		RemainingResources:   i.resources(used),
		RunningTasksCount:    used.running,
		Status:               aws.String(i.status),
		Tags:                 []types.Tag{},
		Version:              1,
		VersionInfo:          &i.version,
	}
	if slices.Contains(include, types.ContainerInstanceFieldTags) {
		shown.Tags = i.tags
	}
	if slices.Contains(include, types.ContainerInstanceFieldContainerInstanceHealth) {
		shown.HealthStatus = &types.ContainerInstanceHealthStatus{OverallStatus: types.InstanceHealthCheckStateOk}
	}
	return shown
}

func (c *cluster) attachmentsOf(i *containerInstance) []types.Attachment {
	attachments := []types.Attachment{}
	for _, t := range c.tasks {
		if t.instance == i && !t.stopped() && t.eni != nil {
			attachments = append(attachments, t.attachment())
		}
	}
	return attachments
}

func (i *containerInstance) resources(used usage) []types.Resource {
	return []types.Resource{
		{Name: aws.String("CPU"), Type: aws.String("INTEGER"), IntegerValue: int32(i.cpu - used.cpu)},
		{Name: aws.String("MEMORY"), Type: aws.String("INTEGER"), IntegerValue: int32(i.memory - used.memory)},
		{Name: aws.String("PORTS"), Type: aws.String("STRINGSET"), StringSetValue: i.ports},
		{Name: aws.String("PORTS_UDP"), Type: aws.String("STRINGSET"), StringSetValue: []string{}},
	}
}

func readListContainerInstances(in *api.ListContainerInstancesInput) input {
	return input{schemas.ListContainerInstancesRequest, awsjson.Fields{
		schemas.ListContainerInstancesRequest_cluster:    awsjson.Text(&in.Cluster),
		schemas.ListContainerInstancesRequest_filter:     awsjson.Text(&in.Filter),
		schemas.ListContainerInstancesRequest_maxResults: awsjson.Number(&in.MaxResults),
		schemas.ListContainerInstancesRequest_nextToken:  awsjson.Text(&in.NextToken),
		schemas.ListContainerInstancesRequest_status:     awsjson.Enum(&in.Status),
	}}
}

// listContainerInstances lists the instances of one status; without one, those
// that are not INACTIVE.
func (w *world) listContainerInstances(
	r wire.Request, in *api.ListContainerInstancesInput,
) (smithy.Serializable, error) {
	c, err := w.activeCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	if err := oneOf(invalidParameter, "status", in.Status, in.Status.Values()); err != nil {
		return nil, err
	}
	holds, err := parseExpression(valueOf(in.Filter))
	if err != nil {
		return nil, err
	}
	var arns []string
	for _, i := range c.registeredInstances() {
		if (in.Status == "" || string(in.Status) == i.status) && holds(i) && !r.Missing {
			arns = append(arns, i.arn)
		}
	}
	slices.Sort(arns)
	page, next, err := pageOfNames(arns, in.NextToken, valueOf(in.MaxResults))
	if err != nil {
		return nil, err
	}
	return &api.ListContainerInstancesOutput{ContainerInstanceArns: orEmpty(page), NextToken: next}, nil
}

func readUpdateContainerInstancesState(in *api.UpdateContainerInstancesStateInput) input {
	return input{schemas.UpdateContainerInstancesStateRequest, awsjson.Fields{
		schemas.UpdateContainerInstancesStateRequest_cluster:            awsjson.Text(&in.Cluster),
		schemas.UpdateContainerInstancesStateRequest_containerInstances: awsjson.Texts(&in.ContainerInstances),
		schemas.UpdateContainerInstancesStateRequest_status:             awsjson.Enum(&in.Status),
	}}
}

// maxUpdate is how many instances one UpdateContainerInstancesState call takes
// (API reference).
const maxUpdate = 10

// updateContainerInstancesState sets instances ACTIVE or DRAINING. The tasks of
// a draining instance go on; services, which ECS would move, are not modelled.
func (w *world) updateContainerInstancesState(
	_ wire.Request, in *api.UpdateContainerInstancesStateInput,
) (smithy.Serializable, error) {
	c, err := w.activeCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	if err := checkReferences("Container instances", in.ContainerInstances, maxUpdate); err != nil {
		return nil, err
	}
	if in.Status != active && in.Status != draining {
		return nil, invalidf("Container instances status should be one of [ACTIVE,DRAINING].")
	}
	out := &api.UpdateContainerInstancesStateOutput{ContainerInstances: []types.ContainerInstance{}, Failures: []types.Failure{}}
	for _, ref := range in.ContainerInstances {
		i := c.findInstance(ref)
		if i == nil {
			out.Failures = append(out.Failures, missing(w.instanceARN(c, ref)))
			continue
		}
		if i.status == inactive {
			out.Failures = append(out.Failures, types.Failure{Arn: aws.String(i.arn), Reason: aws.String("INACTIVE")})
			continue
		}
		i.status = string(in.Status)
		out.ContainerInstances = append(out.ContainerInstances, c.showInstance(i))
	}
	return out, nil
}

// retire makes an instance INACTIVE and its tasks begin to stop. What happened
// to the host ends up in their reasons.
func (c *cluster) retire(i *containerInstance, now time.Time, happened string) {
	for _, t := range c.tasks {
		if t.instance == i && t.live() {
			t.stop(now, ending{code: types.TaskStopCodeTerminationNotice, reason: "Host EC2 (instance " + i.ec2 + ") " + happened + "."})
		}
	}
	i.status, i.deregistered, i.connected = inactive, now, false
}

// HostTerminated tells that an EC2 instance has been terminated: ECS deregisters
// it where its agent was connected (ECS Developer Guide, Deregistering a
// container instance). That an instance whose agent was not goes too is
// assumed; AWS leaves it for a while.
func (m *Model) HostTerminated(at wire.Place, now time.Time, instanceID string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.world(at).clusters {
		if i := c.instanceOn(instanceID); i != nil {
			c.retire(i, now, "terminated")
		}
	}
}

func readDeregisterContainerInstance(in *api.DeregisterContainerInstanceInput) input {
	return input{schemas.DeregisterContainerInstanceRequest, awsjson.Fields{
		schemas.DeregisterContainerInstanceRequest_cluster:           awsjson.Text(&in.Cluster),
		schemas.DeregisterContainerInstanceRequest_containerInstance: awsjson.Text(&in.ContainerInstance),
		schemas.DeregisterContainerInstanceRequest_force:             awsjson.Flag(&in.Force),
	}}
}

// deregisterContainerInstance takes an instance out of its cluster. With force,
// the tasks that it still has begin to stop: ECS leaves them to the instance,
// which nobody looks after any more; that they end is assumed.
func (w *world) deregisterContainerInstance(
	r wire.Request, in *api.DeregisterContainerInstanceInput,
) (smithy.Serializable, error) {
	c, err := w.activeCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	i := c.findInstance(valueOf(in.ContainerInstance))
	if i == nil || i.status == inactive {
		return nil, invalidf("Referenced container instance %s not found.", valueOf(in.ContainerInstance))
	}
	if used := c.usageOf(i); used.running+used.pending > 0 && !aws.ToBool(in.Force) {
		return nil, invalidf("Found running tasks on the instance.")
	}
	c.retire(i, r.Now, "deregistered")
	shown := c.showInstance(i)
	return &api.DeregisterContainerInstanceOutput{ContainerInstance: &shown}, nil
}
