package ecs

import (
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// The bounds of RunTask (API reference, RunTask and AwsVpcConfiguration).
const (
	maxCount        = 10
	maxSubnets      = 16
	maxGroups       = 5
	maxStrategies   = 5
	maxClientToken  = 64
	maxReference    = 1024
	overridesLength = 8192
)

// startedBy is what the member of that name may consist of (API reference).
var startedBy = regexp.MustCompile(`^[a-zA-Z0-9_/-]{0,128}$`)

// prepare checks a RunTask call.
func (w *world) prepare(r wire.Request, in *api.RunTaskInput) (*launch, error) {
	c, err := w.activeCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	definition, err := w.runnable(in.TaskDefinition, r)
	if err != nil {
		return nil, err
	}
	if err := checkRun(in); err != nil {
		return nil, err
	}
	l := &launch{RunTaskInput: in, now: r.Now, cluster: c, definition: definition, count: 1}
	if in.Count != nil {
		l.count = int(*in.Count)
	}
	if err := l.chooseCapacity(w); err != nil {
		return nil, err
	}
	if err := w.prepareNetwork(l); err != nil {
		return nil, err
	}
	if err := l.prepareOverrides(); err != nil {
		return nil, err
	}
	if l.constraints, err = parseConstraints(slices.Concat(runConstraints(definition), in.PlacementConstraints)); err != nil {
		return nil, err
	}
	if err := checkPlacementStrategy(in.PlacementStrategy); err != nil {
		return nil, err
	}
	l.group = "family:" + *definition.Family
	if in.Group != nil {
		l.group = *in.Group
	}
	return l, l.prepareTags()
}

// runnable returns the ACTIVE task definition that a call names. The texts are
// AWS's.
func (w *world) runnable(ref *string, r wire.Request) (*revision, error) {
	found, err := w.findRevision(valueOf(ref), r.Now)
	switch {
	case err != nil:
		return nil, err
	case found == nil:
		return nil, clientErrorf("TaskDefinition not found.")
	case found.Status != types.TaskDefinitionStatusActive:
		return nil, clientErrorf("TaskDefinition is inactive")
	}
	return found, nil
}

// checkRun checks what needs nothing but the call. Most texts are assumed.
func checkRun(in *api.RunTaskInput) error {
	err := firstError(
		oneOf(invalidParameter, "launchType", in.LaunchType, in.LaunchType.Values()),
		oneOf(invalidParameter, "propagateTags", in.PropagateTags, in.PropagateTags.Values()),
		checkTags(in.Tags),
	)
	switch {
	case err != nil:
		return err
	case in.Count != nil && (*in.Count < 1 || *in.Count > maxCount):
		return invalidf("count should be between 1 and %d.", maxCount)
	case in.LaunchType != "" && len(in.CapacityProviderStrategy) > 0:
		return invalidf("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.")
	case !startedBy.MatchString(valueOf(in.StartedBy)):
		return invalidf("startedBy can have at most 128 letters, numbers, hyphens, forward slashes and underscores.")
	case len(valueOf(in.ClientToken)) > maxClientToken:
		return invalidf("clientToken can have at most %d characters.", maxClientToken)
	case len(valueOf(in.ReferenceId)) > maxReference:
		return invalidf("referenceId can have at most %d characters.", maxReference)
	case in.PropagateTags == types.PropagateTagsService:
		return invalidf("Tags can be propagated from a service only to the tasks of that service.")
	case strings.HasPrefix(valueOf(in.Group), "service:") || strings.HasPrefix(valueOf(in.Group), "family:"):
		return invalidf("The task group name cannot begin with the prefix family: or service:.")
	case len(in.PlacementConstraints) > maxConstraints:
		return invalidf("A task can have at most %d placement constraints.", maxConstraints)
	case len(in.VolumeConfigurations) > 0:
		return invalidf("The sandbox does not model volumeConfigurations.")
	}
	return nil
}

// chooseCapacity finds out what the tasks run on: what the call says, else the
// cluster's default strategy, else EC2.
func (l *launch) chooseCapacity(w *world) error {
	strategy := l.CapacityProviderStrategy
	if l.LaunchType == "" && len(strategy) == 0 {
		strategy = l.cluster.DefaultCapacityProviderStrategy
	}
	if err := checkStrategy(l.cluster.CapacityProviders, strategy); err != nil {
		return err
	}
	if len(strategy) > 0 {
		heaviest := slices.MaxFunc(strategy, func(a, b types.CapacityProviderStrategyItem) int {
			return int(a.Base+a.Weight) - int(b.Base+b.Weight)
		})
		l.provider = aws.String(w.providerName(*heaviest.CapacityProvider))
	}
	// The texts about platform versions and instances are AWS's.
	l.fargate = l.LaunchType == types.LaunchTypeFargate || l.provider != nil
	switch {
	case l.LaunchType == types.LaunchTypeExternal || string(l.LaunchType) == "MANAGED_INSTANCES":
		return invalidf("The sandbox does not model the launch type %s.", l.LaunchType)
	case l.fargate && !slices.Contains(l.definition.Compatibilities, types.CompatibilityFargate):
		return invalidf("Task definition does not support launch_type FARGATE.")
	case !l.fargate && l.PlatformVersion != nil:
		return invalidf("The platform version must be null when specifying an EC2 launch type.")
	case !l.fargate && !slices.ContainsFunc(l.cluster.instances, (*containerInstance).active):
		return invalidf("No Container Instances were found in your cluster.")
	}
	return nil
}

// prepareNetwork checks the network configuration. The texts about the mode and
// public addresses are AWS's, the others are assumed.
func (w *world) prepareNetwork(l *launch) error {
	awsvpc := l.definition.NetworkMode == types.NetworkModeAwsvpc
	given := l.NetworkConfiguration != nil && l.NetworkConfiguration.AwsvpcConfiguration != nil
	switch {
	case awsvpc && !given:
		return invalidf("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
	case !awsvpc && given:
		return invalidf("Network Configuration is not valid for the given networkMode of this task definition.")
	case !awsvpc:
		return nil
	}
	l.vpc = l.NetworkConfiguration.AwsvpcConfiguration
	public := l.vpc.AssignPublicIp
	if err := oneOf(invalidParameter, "assignPublicIp", public, public.Values()); err != nil {
		return err
	}
	switch {
	case len(l.vpc.Subnets) == 0:
		return invalidf("subnets can not be empty.")
	case len(l.vpc.Subnets) > maxSubnets:
		return invalidf("subnets can have at most %d items.", maxSubnets)
	case len(l.vpc.SecurityGroups) > maxGroups:
		return invalidf("securityGroups can have at most %d items.", maxGroups)
	case public == types.AssignPublicIpEnabled && !l.fargate:
		return invalidf("Assign public IP is not supported for this launch type.")
	}
	return w.checkOneVPC(l.vpc)
}

// checkOneVPC checks that subnets and security groups exist and lie in one VPC.
func (w *world) checkOneVPC(given *types.AwsVpcConfiguration) error {
	vpcOf := map[string]string{}
	for _, s := range w.ec2.Subnets(w.Place) {
		vpcOf[s.ID] = s.VpcID
	}
	for _, g := range w.ec2.SecurityGroups(w.Place) {
		vpcOf[g.ID] = g.VpcID
	}
	vpc := ""
	for _, id := range given.Subnets {
		switch in := vpcOf[id]; {
		case in == "":
			return invalidf("Error retrieving subnet information for [%s]: The subnet ID '%s' does not exist (ErrorCode: InvalidSubnetID.NotFound)", id, id)
		case vpc != "" && in != vpc:
			return invalidf("Subnets must all be in the same VPC.")
		default:
			vpc = in
		}
	}
	for _, id := range given.SecurityGroups {
		switch in := vpcOf[id]; {
		case in == "":
			return invalidf("Error retrieving security group information for [%s]: The security group '%s' does not exist (ErrorCode: InvalidGroup.NotFound)", id, id)
		case in != vpc:
			return invalidf("Security group %s does not appear to belong to the same VPC as the input subnets.", id)
		}
	}
	return nil
}

// prepareOverrides checks the overrides and adds up what a task needs. The
// first text is AWS's, the others are assumed.
func (l *launch) prepareOverrides() error {
	overrides := types.TaskOverride{}
	if l.Overrides != nil {
		overrides = *l.Overrides
	}
	length := 0
	for _, o := range overrides.ContainerOverrides {
		named := func(d types.ContainerDefinition) bool { return *d.Name == valueOf(o.Name) }
		if !slices.ContainsFunc(l.definition.ContainerDefinitions, named) {
			return invalidf("Override for container named %s is not a container in the TaskDefinition.", valueOf(o.Name))
		}
		length += overrideLength(o)
	}
	if length > overridesLength {
		return invalidf("Container Overrides length must be at most %d", overridesLength)
	}
	if l.EnableExecuteCommand && l.definition.TaskRoleArn == nil && overrides.TaskRoleArn == nil {
		return invalidf("The task couldn't be run because a valid taskRoleArn is not being used. " +
			"Specify a valid task role in your task definition and try again.")
	}
	for i := range l.definition.ContainerDefinitions {
		size := sizeOf(&l.definition.ContainerDefinitions[i], overrides.ContainerOverrides)
		l.cpu += size.cpu
		l.memory += size.needed()
	}
	l.cpu = taskSize(l.cpu, overrides.Cpu, l.definition.Cpu)
	l.memory = taskSize(l.memory, overrides.Memory, l.definition.Memory)
	return nil
}

// overrideLength counts the characters of an override roughly as ECS does, which
// counts those of its JSON.
func overrideLength(o types.ContainerOverride) int {
	n := 0
	for _, word := range o.Command {
		n += len(word)
	}
	for _, v := range o.Environment {
		n += len(valueOf(v.Name)) + len(valueOf(v.Value))
	}
	return n
}

// taskSize returns a task's size: the override, else the definition's, else the
// sum of the containers.
func taskSize(sum int, override, defined *string) int {
	switch {
	case override != nil:
		return units(override)
	case defined != nil:
		return units(defined)
	default:
		return sum
	}
}

// containerSize is CPU in units of 1/1024 vCPU, and memory in MiB.
type containerSize struct {
	cpu, memory, reservation int
}

// needed is the memory that placement counts.
func (s containerSize) needed() int {
	if s.reservation > 0 {
		return s.reservation
	}
	return s.memory
}

func sizeOf(d *types.ContainerDefinition, overrides []types.ContainerOverride) containerSize {
	s := containerSize{cpu: int(d.Cpu), memory: int(valueOf(d.Memory)), reservation: int(valueOf(d.MemoryReservation))}
	for _, o := range overrides {
		if valueOf(o.Name) != *d.Name {
			continue
		}
		if o.Cpu != nil {
			s.cpu = int(*o.Cpu)
		}
		if o.Memory != nil {
			s.memory = int(*o.Memory)
		}
		if o.MemoryReservation != nil {
			s.reservation = int(*o.MemoryReservation)
		}
	}
	return s
}

// prepareTags joins the tags of the call with those of the task definition, if
// they are to be propagated; the call's win.
func (l *launch) prepareTags() error {
	l.tags = orEmpty(slices.Clone(l.Tags))
	has := func(key string) bool {
		return slices.ContainsFunc(l.tags, func(t types.Tag) bool { return valueOf(t.Key) == key })
	}
	if l.PropagateTags == types.PropagateTagsTaskDefinition {
		for _, t := range l.definition.tags {
			if !has(valueOf(t.Key)) {
				l.tags = append(l.tags, t)
			}
		}
	}
	if err := checkTags(l.tags); err != nil {
		return err
	}
	if l.EnableECSManagedTags {
		l.tags = append(l.tags, types.Tag{Key: aws.String("aws:ecs:clusterName"), Value: l.cluster.ClusterName})
	}
	return nil
}

// windows reports whether a task definition asks for Windows.
func (l *launch) windows() bool {
	p := l.definition.RuntimePlatform
	return p != nil && strings.HasPrefix(string(p.OperatingSystemFamily), "WINDOWS")
}
