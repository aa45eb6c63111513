package ecs

import (
	"encoding/json"
	"errors"
	"slices"
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

func readRunTask(in *api.RunTaskInput) input {
	return input{schemas.RunTaskRequest, awsjson.Fields{
		schemas.RunTaskRequest_capacityProviderStrategy: awsjson.Structures(&in.CapacityProviderStrategy),
		schemas.RunTaskRequest_clientToken:              awsjson.Text(&in.ClientToken),
		schemas.RunTaskRequest_cluster:                  awsjson.Text(&in.Cluster),
		schemas.RunTaskRequest_count:                    awsjson.Number(&in.Count),
		schemas.RunTaskRequest_enableECSManagedTags:     awsjson.PlainFlag(&in.EnableECSManagedTags),
		schemas.RunTaskRequest_enableExecuteCommand:     awsjson.PlainFlag(&in.EnableExecuteCommand),
		schemas.RunTaskRequest_group:                    awsjson.Text(&in.Group),
		schemas.RunTaskRequest_launchType:               awsjson.Enum(&in.LaunchType),
		schemas.RunTaskRequest_networkConfiguration:     awsjson.Structure(&in.NetworkConfiguration),
		schemas.RunTaskRequest_overrides:                awsjson.Structure(&in.Overrides),
		schemas.RunTaskRequest_placementConstraints:     awsjson.Structures(&in.PlacementConstraints),
		schemas.RunTaskRequest_placementStrategy:        awsjson.Structures(&in.PlacementStrategy),
		schemas.RunTaskRequest_platformVersion:          awsjson.Text(&in.PlatformVersion),
		schemas.RunTaskRequest_propagateTags:            awsjson.Enum(&in.PropagateTags),
		schemas.RunTaskRequest_referenceId:              awsjson.Text(&in.ReferenceId),
		schemas.RunTaskRequest_startedBy:                awsjson.Text(&in.StartedBy),
		schemas.RunTaskRequest_tags:                     awsjson.Structures(&in.Tags),
		schemas.RunTaskRequest_taskDefinition:           awsjson.Text(&in.TaskDefinition),
		schemas.RunTaskRequest_volumeConfigurations:     awsjson.Structures(&in.VolumeConfigurations),
	}}
}

// tokenRun is what a client token has already started.
type tokenRun struct {
	at      time.Time
	request string
	tasks   []*task
}

// tokenLife is how long a client token is remembered. ECS promises at least a
// day.
const tokenLife = 24 * time.Hour

// runTask starts tasks where there is room for them. What cannot be placed is
// no error: the reasons go into failures.
func (w *world) runTask(r wire.Request, in *api.RunTaskInput) (smithy.Serializable, error) {
	request := canonical(r.Body)
	if in.ClientToken != nil {
		if known, ok := w.tokens[*in.ClientToken]; ok {
			return known.again(request)
		}
	}
	l, err := w.prepare(r, in)
	if err != nil {
		return nil, err
	}
	out := &api.RunTaskOutput{Tasks: []types.Task{}, Failures: []types.Failure{}}
	var started []*task
	for range l.count {
		t, failures, err := w.start(l)
		if err != nil {
			return nil, err
		}
		if t == nil {
			out.Failures = failures
			break
		}
		started = append(started, t)
		out.Tasks = append(out.Tasks, *t.show(types.TaskFieldTags))
	}
	if in.ClientToken != nil && len(started) > 0 {
		w.tokens[*in.ClientToken] = tokenRun{at: r.Now, request: request, tasks: started}
	}
	return out, nil
}

// canonical returns a request's body in a form that does not depend on the
// order of members.
func canonical(body []byte) string {
	var members map[string]any
	// The body has been read once; what is wrong with it is known by now.
	_ = json.Unmarshal(body, &members)
	text, err := json.Marshal(members)
	if err != nil {
		return string(body)
	}
	return string(text)
}

// again answers a call whose token was used before (ECS API reference,
// RunTask: clientToken and ConflictException).
func (t tokenRun) again(request string) (smithy.Serializable, error) {
	out := &api.RunTaskOutput{Tasks: []types.Task{}, Failures: []types.Failure{}}
	var arns []string
	for _, known := range t.tasks {
		out.Tasks = append(out.Tasks, *known.show(types.TaskFieldTags))
		arns = append(arns, known.arn)
	}
	if request != t.request {
		return nil, &wire.Error{
			Code:        conflict,
			Message:     "The provided clientToken is already in use with a different RunTask request.",
			ResourceIDs: arns,
		}
	}
	return out, nil
}

// launch is a RunTask call that has passed every check.
type launch struct {
	*api.RunTaskInput
	now         time.Time
	cluster     *cluster
	definition  *revision
	count       int
	fargate     bool
	provider    *string
	vpc         *types.AwsVpcConfiguration // nil unless awsvpc
	constraints []constraint
	cpu, memory int
	group       string
	tags        []types.Tag
}

// start places and starts one task, or returns why no instance can take it.
func (w *world) start(l *launch) (*task, []types.Failure, error) {
	var at spot
	if l.fargate {
		at = w.fargateSpot(l)
	} else {
		var failures []types.Failure
		if at, failures = w.findSpot(l); at.instance == nil {
			return nil, failures, nil
		}
	}
	t := w.newTask(l, at)
	if l.vpc == nil {
		l.cluster.tasks = append(l.cluster.tasks, t)
		w.meetOutcome(t, l.now)
		return t, nil, nil
	}
	eni, err := w.ec2.CreateInterface(w.Place, ec2.InterfaceRequest{
		SubnetID: at.subnet, GroupIDs: l.vpc.SecurityGroups, InstanceID: t.host(),
		Description: w.arn("attachment/" + t.attachmentID), Requester: requester, Now: l.now,
	})
	if err != nil {
		// EC2 goes on while ECS looks for a place: what was there a moment ago
		// may be taken, or the instance terminated.
		if errors.Is(err, ec2.ErrNoSlot) || errors.Is(err, ec2.ErrNoAddress) || errors.Is(err, ec2.ErrNotFound) {
			return nil, []types.Failure{{Arn: aws.String(l.cluster.arnOf(at.instance)), Reason: aws.String(lackENI)}}, nil
		}
		return nil, nil, err
	}
	t.eni = &eni
	l.cluster.tasks = append(l.cluster.tasks, t)
	w.meetOutcome(t, l.now)
	return t, nil, nil
}

// requester is the id under which ECS manages interfaces; EC2 only says that it
// is not the account's.
const requester = "578734482556"

// arnOf returns what a failure is about: the instance, or the cluster if there
// is none.
func (c *cluster) arnOf(i *containerInstance) string {
	if i == nil {
		return *c.ClusterArn
	}
	return i.arn
}

// host is the EC2 instance that the account sees its task on.
func (t *task) host() string {
	if t.instance == nil {
		return ""
	}
	return t.instance.ec2
}

func (w *world) newTask(l *launch, at spot) *task {
	id := wire.NewID()
	called := *l.cluster.ClusterName
	t := &task{
		id: id, arn: w.arn("task/" + called + "/" + id), cluster: l.cluster, definition: l.definition,
		instance: at.instance, zone: at.zone, cpu: l.cpu, memory: l.memory, launchType: types.LaunchTypeEc2,
		provider: l.provider, group: l.group, startedBy: l.StartedBy, overrides: l.taskOverrides(),
		execute: l.EnableExecuteCommand, tags: l.tags, attachmentID: uuid(),
		status: provisioning, since: l.now, created: l.now, version: 1,
	}
	if l.fargate {
		t.launchType = types.LaunchTypeFargate
		t.platform = aws.String(l.platform())
	}
	if l.vpc == nil {
		// Without an interface there is nothing to provision.
		t.status = pending
	}
	for range l.definition.ContainerDefinitions {
		t.containers = append(t.containers, w.arn("container/"+called+"/"+id+"/"+uuid()))
	}
	return t
}

// uuid returns a random id in the form of a UUID.
func uuid() string {
	id := wire.NewID()
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

// taskOverrides returns the overrides as ECS reports them: each container has
// an entry.
func (l *launch) taskOverrides() types.TaskOverride {
	shown := types.TaskOverride{}
	if l.Overrides != nil {
		shown = *l.Overrides
	}
	given := shown.ContainerOverrides
	shown.ContainerOverrides = []types.ContainerOverride{}
	shown.InferenceAcceleratorOverrides = orEmpty(shown.InferenceAcceleratorOverrides)
	for _, d := range l.definition.ContainerDefinitions {
		at := slices.IndexFunc(given, func(o types.ContainerOverride) bool { return valueOf(o.Name) == *d.Name })
		if at >= 0 {
			shown.ContainerOverrides = append(shown.ContainerOverrides, given[at])
			continue
		}
		shown.ContainerOverrides = append(shown.ContainerOverrides, types.ContainerOverride{Name: d.Name})
	}
	return shown
}

// platform is the AWS Fargate platform version that a task runs on, unless it
// asks for another.
func (l *launch) platform() string {
	if v := valueOf(l.PlatformVersion); v != "" && v != "LATEST" {
		return v
	}
	if l.windows() {
		return "1.0.0"
	}
	return "1.4.0"
}
