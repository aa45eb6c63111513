package ecs

import (
	"slices"
	"strconv"
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

// task is a task, also one that has stopped and that ECS still describes.
type task struct {
	arn, id    string
	cluster    *cluster
	definition *revision
	// instance is nil on AWS Fargate.
	instance    *containerInstance
	zone        string
	cpu, memory int
	launchType  types.LaunchType
	provider    *string
	platform    *string
	group       string
	startedBy   *string
	overrides   types.TaskOverride
	execute     bool
	tags        []types.Tag
	containers  []string // ARNs, in the order of the definition's containers

	// eni is nil unless the network mode is awsvpc.
	eni          *ec2.Interface
	attachmentID string

	status  string
	since   time.Time
	version int64
	// end is nil until something asks the task to stop.
	end *ending

	created, pullStarted, pullStopped, started time.Time
	stoppingAt, executionStopped, stoppedAt    time.Time
}

// findTask returns the task that an id or ARN means, or nil.
func (c *cluster) findTask(ref string) *task {
	for _, t := range c.tasks {
		if t.id == ref || t.arn == ref {
			return t
		}
	}
	return nil
}

// forget drops what ECS no longer describes.
func (c *cluster) forget(now time.Time) {
	c.tasks = slices.DeleteFunc(c.tasks, func(t *task) bool {
		return t.stopped() && now.Sub(t.stoppedAt) >= remembered
	})
	c.instances = slices.DeleteFunc(c.instances, func(i *containerInstance) bool { return i.gone(now) })
}

// counts returns how many tasks run and how many are on their way there.
func (c *cluster) counts() (runs, pends int32) {
	for _, t := range c.tasks {
		switch {
		case t.status == running:
			runs++
		case t.pending():
			pends++
		}
	}
	return runs, pends
}

func readDescribeTasks(in *api.DescribeTasksInput) input {
	return input{schemas.DescribeTasksRequest, awsjson.Fields{
		schemas.DescribeTasksRequest_cluster: awsjson.Text(&in.Cluster),
		schemas.DescribeTasksRequest_include: awsjson.Texts(&in.Include),
		schemas.DescribeTasksRequest_tasks:   awsjson.Texts(&in.Tasks),
	}}
}

func (w *world) describeTasks(r wire.Request, in *api.DescribeTasksInput) (smithy.Serializable, error) {
	c, err := w.activeCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	for _, f := range in.Include {
		if err := oneOf(invalidParameter, "include", f, f.Values()); err != nil {
			return nil, err
		}
	}
	if err := checkReferences("Tasks", in.Tasks, maxDescribe); err != nil {
		return nil, err
	}
	out := &api.DescribeTasksOutput{Tasks: []types.Task{}, Failures: []types.Failure{}}
	for _, ref := range in.Tasks {
		if err := checkTaskReference(ref); err != nil {
			return nil, err
		}
		t := c.findTask(ref)
		if t == nil || r.Missing {
			out.Failures = append(out.Failures, missing(w.taskARN(c, ref)))
			continue
		}
		w.described(t, r.Now)
		out.Tasks = append(out.Tasks, *t.show(in.Include...))
	}
	return out, nil
}

// checkTaskReference refuses what can be no task's id. The text is AWS's.
func checkTaskReference(ref string) error {
	id := ref[strings.LastIndexByte(ref, '/')+1:]
	if len(id) != 32 && len(id) != 36 {
		return invalidf("taskId length should be one of [32,36]")
	}
	return nil
}

func (w *world) taskARN(c *cluster, ref string) string {
	if strings.HasPrefix(ref, "arn:") {
		return ref
	}
	return w.arn("task/" + *c.ClusterName + "/" + ref)
}

func readListTasks(in *api.ListTasksInput) input {
	return input{schemas.ListTasksRequest, awsjson.Fields{
		schemas.ListTasksRequest_cluster:           awsjson.Text(&in.Cluster),
		schemas.ListTasksRequest_containerInstance: awsjson.Text(&in.ContainerInstance),
		schemas.ListTasksRequest_daemonName:        awsjson.Text(&in.DaemonName),
		schemas.ListTasksRequest_desiredStatus:     awsjson.Enum(&in.DesiredStatus),
		schemas.ListTasksRequest_family:            awsjson.Text(&in.Family),
		schemas.ListTasksRequest_launchType:        awsjson.Enum(&in.LaunchType),
		schemas.ListTasksRequest_maxResults:        awsjson.Number(&in.MaxResults),
		schemas.ListTasksRequest_nextToken:         awsjson.Text(&in.NextToken),
		schemas.ListTasksRequest_serviceName:       awsjson.Text(&in.ServiceName),
		schemas.ListTasksRequest_startedBy:         awsjson.Text(&in.StartedBy),
	}}
}

// listTasks lists the tasks of one desired status, RUNNING unless told
// otherwise. There are no services, and no daemons, whose tasks to list.
func (w *world) listTasks(r wire.Request, in *api.ListTasksInput) (smithy.Serializable, error) {
	c, err := w.activeCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	err = firstError(
		oneOf(invalidParameter, "desiredStatus", in.DesiredStatus, in.DesiredStatus.Values()),
		oneOf(invalidParameter, "launchType", in.LaunchType, in.LaunchType.Values()),
	)
	if err != nil {
		return nil, err
	}
	var arns []string
	for _, t := range c.tasks {
		if t.listed(in) && !r.Missing {
			arns = append(arns, t.arn)
		}
	}
	slices.Sort(arns)
	page, next, err := pageOfNames(arns, in.NextToken, valueOf(in.MaxResults))
	if err != nil {
		return nil, err
	}
	return &api.ListTasksOutput{TaskArns: orEmpty(page), NextToken: next}, nil
}

// listed reports whether a ListTasks call asks for the task.
func (t *task) listed(in *api.ListTasksInput) bool {
	desired := string(in.DesiredStatus)
	if desired == "" {
		desired = running
	}
	ref := valueOf(in.ContainerInstance)
	switch {
	case in.ServiceName != nil || in.DaemonName != nil:
		return false
	case t.desired() != desired:
		return false
	case in.LaunchType != "" && in.LaunchType != t.launchType:
		return false
	case in.Family != nil && *in.Family != *t.definition.Family:
		return false
	case in.StartedBy != nil && *in.StartedBy != valueOf(t.startedBy):
		return false
	case ref != "" && (t.instance == nil || ref != t.instance.id && ref != t.instance.arn):
		return false
	}
	return true
}

func readStopTask(in *api.StopTaskInput) input {
	return input{schemas.StopTaskRequest, awsjson.Fields{
		schemas.StopTaskRequest_cluster: awsjson.Text(&in.Cluster),
		schemas.StopTaskRequest_reason:  awsjson.Text(&in.Reason),
		schemas.StopTaskRequest_task:    awsjson.Text(&in.Task),
	}}
}

// maxReason is how long the reason of a StopTask call may be (API reference).
const maxReason = 1024

// stopTask asks a task to stop. One that is stopping or has stopped stays as
// it is. That the reason stands for itself is assumed.
func (w *world) stopTask(r wire.Request, in *api.StopTaskInput) (smithy.Serializable, error) {
	c, err := w.activeCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	ref := valueOf(in.Task)
	if ref == "" {
		return nil, invalidf("Task can not be blank.")
	}
	if err := checkTaskReference(ref); err != nil {
		return nil, err
	}
	if len(valueOf(in.Reason)) > maxReason {
		return nil, invalidf("Reason can have at most %d characters.", maxReason)
	}
	t := c.findTask(ref)
	if t == nil || r.Missing {
		return nil, invalidf("The referenced task was not found.")
	}
	if t.live() {
		reason := valueOf(in.Reason)
		if reason == "" {
			reason = "Task stopped by user"
		}
		t.stop(r.Now, ending{code: types.TaskStopCodeUserInitiated, reason: reason})
	}
	return &api.StopTaskOutput{Task: t.show()}, nil
}

func (t *task) desired() string {
	if t.live() {
		return running
	}
	return stopped
}

// show returns what ECS reports of a task.
func (t *task) show(include ...types.TaskField) *types.Task {
	shown := &types.Task{
		Attachments:          []types.Attachment{},
		Attributes:           []types.Attribute{attribute("ecs.cpu-architecture", "x86_64")},
		AvailabilityZone:     aws.String(t.zone),
		CapacityProviderName: t.provider,
		ClusterArn:           t.cluster.ClusterArn,
		Containers:           t.showContainers(),
		Cpu:                  aws.String(strconv.Itoa(t.cpu)),
		CreatedAt:            aws.Time(t.created),
		DesiredStatus:        aws.String(t.desired()),
		EnableExecuteCommand: t.execute,
		ExecutionStoppedAt:   moment(t.executionStopped),
		Group:                aws.String(t.group),
		HealthStatus:         types.HealthStatusUnknown,
		LastStatus:           aws.String(t.status),
		LaunchType:           t.launchType,
		Memory:               aws.String(strconv.Itoa(t.memory)),
		Overrides:            &t.overrides,
		PlatformVersion:      t.platform,
		PullStartedAt:        moment(t.pullStarted),
		PullStoppedAt:        moment(t.pullStopped),
		StartedAt:            moment(t.started),
		StartedBy:            t.startedBy,
		StoppedAt:            moment(t.stoppedAt),
		StoppingAt:           moment(t.stoppingAt),
		Tags:                 []types.Tag{},
		TaskArn:              aws.String(t.arn),
		TaskDefinitionArn:    t.definition.TaskDefinitionArn,
		Version:              t.version,
	}
	if t.eni != nil {
		shown.Attachments = append(shown.Attachments, t.attachment())
	}
	if t.instance != nil {
		shown.ContainerInstanceArn = aws.String(t.instance.arn)
	}
	if t.status != provisioning {
		shown.Connectivity = types.ConnectivityConnected
		shown.ConnectivityAt = moment(t.pullStarted)
	}
	if t.end != nil {
		shown.StopCode = t.end.code
		shown.StoppedReason = aws.String(t.end.reason)
	}
	if slices.Contains(include, types.TaskFieldTags) {
		shown.Tags = t.tags
	}
	return shown
}

// moment returns a time that may not have come yet.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// attachmentStatus is the state of the network interface's attachment by that
// of its task (ECS Developer Guide, task lifecycle). The pairs are partly
// assumed.
func (t *task) attachmentStatus() string {
	switch t.status {
	case provisioning:
		return "PRECREATED"
	case deprovisioning:
		return "DETACHING"
	case stopped:
		return "DELETED"
	default:
		return "ATTACHED"
	}
}

// attachment returns the task's network interface as ECS reports it. Until it
// is there only its subnet is known.
func (t *task) attachment() types.Attachment {
	a := types.Attachment{
		Id:      aws.String(t.attachmentID),
		Type:    aws.String("ElasticNetworkInterface"),
		Status:  aws.String(t.attachmentStatus()),
		Details: []types.KeyValuePair{pair("subnetId", t.eni.SubnetID)},
	}
	if t.status == provisioning {
		return a
	}
	a.Details = append(a.Details, pair("networkInterfaceId", t.eni.ID), pair("macAddress", t.eni.MAC))
	if t.eni.PrivateDNSName != "" {
		a.Details = append(a.Details, pair("privateDnsName", t.eni.PrivateDNSName))
	}
	a.Details = append(a.Details, pair("privateIPv4Address", t.eni.PrivateIP))
	return a
}

func pair(called, value string) types.KeyValuePair {
	return types.KeyValuePair{Name: aws.String(called), Value: aws.String(value)}
}

func (t *task) showContainers() []types.Container {
	var shown []types.Container
	for i := range t.definition.ContainerDefinitions {
		shown = append(shown, t.showContainer(&t.definition.ContainerDefinitions[i], t.containers[i]))
	}
	return shown
}

func (t *task) showContainer(d *types.ContainerDefinition, arn string) types.Container {
	size := sizeOf(d, t.overrides.ContainerOverrides)
	shown := types.Container{
		ContainerArn:      aws.String(arn),
		Cpu:               aws.String(strconv.Itoa(size.cpu)),
		HealthStatus:      types.HealthStatusUnknown,
		Image:             d.Image,
		LastStatus:        aws.String(t.containerStatus()),
		Name:              d.Name,
		NetworkInterfaces: []types.NetworkInterface{},
		NetworkBindings:   []types.NetworkBinding{},
		TaskArn:           aws.String(t.arn),
	}
	if size.memory > 0 {
		shown.Memory = aws.String(strconv.Itoa(size.memory))
	}
	if size.reservation > 0 {
		shown.MemoryReservation = aws.String(strconv.Itoa(size.reservation))
	}
	if t.eni != nil && t.status != provisioning {
		shown.NetworkInterfaces = append(shown.NetworkInterfaces, types.NetworkInterface{
			AttachmentId: aws.String(t.attachmentID), PrivateIpv4Address: aws.String(t.eni.PrivateIP),
		})
	}
	if !t.started.IsZero() {
		shown.RuntimeId = aws.String(arn[strings.LastIndexByte(arn, '/')+1:])
	}
	if t.execute {
		shown.ManagedAgents = []types.ManagedAgent{{
			Name: types.ManagedAgentNameExecuteCommandAgent, LastStatus: aws.String(t.containerStatus()), LastStartedAt: moment(t.started),
		}}
	}
	t.showExit(&shown)
	return shown
}

// showExit adds how a container ended. One that the agent stopped is assumed to
// report 0.
func (t *task) showExit(c *types.Container) {
	if t.end == nil || t.containerStatus() != stopped {
		return
	}
	mine := t.end.container == *c.Name
	if mine && t.end.containerReason != "" {
		c.Reason = aws.String(t.end.containerReason)
	}
	if t.started.IsZero() {
		return
	}
	c.ExitCode = aws.Int32(0)
	if mine {
		c.ExitCode = aws.Int32(t.end.exitCode)
	}
}

// containerStatus is the state of the task's containers, which know only three.
func (t *task) containerStatus() string {
	switch t.status {
	case running, deactivating, stopping:
		return running
	case deprovisioning, stopped:
		return stopped
	default:
		return pending
	}
}
