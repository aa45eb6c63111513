package ecs

import (
	"regexp"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// The limits of a task definition (Amazon ECS service quotas and API
// reference).
const (
	maxDefinition  = 64 << 10 // bytes of the request
	maxContainers  = 10
	maxConstraints = 10
	minMemory      = 4 // MiB, what Docker needs for any container
	largeTask      = 10 * unitsPer
)

// role is what a role's name or ARN looks like.
var role = regexp.MustCompile(`^(arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+|[\w+=,.@/-]{1,64})$`)

// checkDefinition refuses what RegisterTaskDefinition refuses. It wants the
// defaults filled in.
func checkDefinition(in *api.RegisterTaskDefinitionInput) error {
	err := firstError(
		checkFamily(in),
		checkTaskEnums(in),
		checkRoles(in),
		checkTaskSize(in),
		checkTags(in.Tags),
		checkVolumes(in.Volumes),
		checkContainers(in),
	)
	if err != nil {
		return err
	}
	if slices.Contains(in.RequiresCompatibilities, types.CompatibilityFargate) {
		return checkFargate(in)
	}
	return nil
}

func checkFamily(in *api.RegisterTaskDefinitionInput) error {
	if valueOf(in.Family) == "" {
		return clientErrorf("Family should not be null or empty.")
	}
	if !resourceName.MatchString(*in.Family) {
		return clientErrorf("Family contains invalid characters.")
	}
	return nil
}

func checkTaskEnums(in *api.RegisterTaskDefinitionInput) error {
	for _, c := range in.RequiresCompatibilities {
		if err := oneOf(client, "requiresCompatibilities", c, c.Values()); err != nil {
			return err
		}
	}
	for _, c := range in.PlacementConstraints {
		if err := oneOf(client, "placementConstraints type", c.Type, c.Type.Values()); err != nil {
			return err
		}
	}
	if len(in.PlacementConstraints) > maxConstraints {
		return clientErrorf("Too many placement constraints. The maximum is %d.", maxConstraints)
	}
	if p := in.RuntimePlatform; p != nil {
		err := firstError(
			oneOf(client, "operatingSystemFamily", p.OperatingSystemFamily, p.OperatingSystemFamily.Values()),
			oneOf(client, "cpuArchitecture", p.CpuArchitecture, p.CpuArchitecture.Values()),
		)
		if err != nil {
			return err
		}
	}
	return firstError(
		oneOf(client, "networkMode", in.NetworkMode, in.NetworkMode.Values()),
		oneOf(client, "pidMode", in.PidMode, in.PidMode.Values()),
		oneOf(client, "ipcMode", in.IpcMode, in.IpcMode.Values()),
	)
}

func checkRoles(in *api.RegisterTaskDefinitionInput) error {
	for _, arn := range []*string{in.TaskRoleArn, in.ExecutionRoleArn} {
		if arn != nil && !role.MatchString(*arn) {
			return clientErrorf("Role is not valid")
		}
	}
	return nil
}

// The bounds of a task's cpu (API reference, RegisterTaskDefinition).
const (
	minTaskCPU = 128
	maxTaskCPU = 196_608
)

func checkTaskSize(in *api.RegisterTaskDefinitionInput) error {
	if cpu := in.Cpu; cpu != nil {
		if n := units(cpu); n < minTaskCPU || n > maxTaskCPU {
			return clientErrorf("Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.")
		}
	}
	if memory := in.Memory; memory != nil && units(memory) < minMemory {
		return clientErrorf("Invalid 'memory' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.")
	}
	return nil
}

// units reads a size that complete has made plain; what is no number is 0.
func units(size *string) int {
	n, err := strconv.Atoi(valueOf(size))
	if err != nil {
		return 0
	}
	return n
}

func checkVolumes(volumes []types.Volume) error {
	for i := range volumes {
		v := &volumes[i]
		called := valueOf(v.Name)
		same := func(other types.Volume) bool { return valueOf(other.Name) == called }
		switch {
		case called == "":
			return clientErrorf("Volume name should not be null or empty.")
		case !resourceName.MatchString(called):
			return clientErrorf("Volume name contains invalid characters.")
		case slices.ContainsFunc(volumes[:i], same):
			return clientErrorf("Volume names must be unique. Duplicate: '%s'.", called)
		case volumeKinds(v) > 1:
			return clientErrorf("Volume '%s' must have only one configuration.", called)
		}
	}
	return nil
}

// volumeKinds counts the configurations that a volume has.
func volumeKinds(v *types.Volume) int {
	kinds := 0
	for _, there := range []bool{
		v.Host != nil,
		v.DockerVolumeConfiguration != nil,
		v.EfsVolumeConfiguration != nil,
		v.FsxWindowsFileServerVolumeConfiguration != nil,
		v.S3filesVolumeConfiguration != nil,
		aws.ToBool(v.ConfiguredAtLaunch),
	} {
		if there {
			kinds++
		}
	}
	return kinds
}

func checkContainers(in *api.RegisterTaskDefinitionInput) error {
	switch n := len(in.ContainerDefinitions); {
	case n == 0:
		return clientErrorf("Container list cannot be empty.")
	case n > maxContainers:
		return clientErrorf("Too many containers. A task definition can have at most %d.", maxContainers)
	}
	essential := func(c types.ContainerDefinition) bool { return aws.ToBool(c.Essential) }
	if !slices.ContainsFunc(in.ContainerDefinitions, essential) {
		return clientErrorf("A task definition must have at least one essential container.")
	}
	for i := range in.ContainerDefinitions {
		c := &in.ContainerDefinitions[i]
		called := valueOf(c.Name)
		same := func(other types.ContainerDefinition) bool { return valueOf(other.Name) == called }
		if slices.ContainsFunc(in.ContainerDefinitions[:i], same) {
			return clientErrorf("Container names must be unique. Duplicate: '%s'.", called)
		}
		if err := checkContainer(c, in); err != nil {
			return err
		}
	}
	return checkDependencies(in.ContainerDefinitions)
}

func checkContainer(c *types.ContainerDefinition, in *api.RegisterTaskDefinitionInput) error {
	return firstError(
		checkContainerName(c),
		checkContainerSize(c, in),
		checkNetwork(c, in.NetworkMode),
		checkPorts(c),
		checkMounts(c, in.Volumes),
		checkSecrets(c, in.ExecutionRoleArn),
		checkLog(c.LogConfiguration),
		checkHealthCheck(c.HealthCheck),
		checkRestartPolicy(c.RestartPolicy),
	)
}

func checkContainerName(c *types.ContainerDefinition) error {
	switch {
	case valueOf(c.Name) == "":
		return clientErrorf("Container.name should not be null or empty.")
	case !resourceName.MatchString(*c.Name):
		return clientErrorf("Container.name contains invalid characters.")
	case valueOf(c.Image) == "":
		return clientErrorf("Container.image should not be null or empty.")
	}
	return nil
}

// checkContainerSize checks cpu and memory. That a task's own memory excuses a
// container from having any is the API reference's rule; beyond the first, the
// texts are assumed.
func checkContainerSize(c *types.ContainerDefinition, in *api.RegisterTaskDefinitionInput) error {
	called := valueOf(c.Name)
	switch {
	case c.Memory == nil && c.MemoryReservation == nil && in.Memory == nil:
		return clientErrorf("Invalid setting for container '%s'. At least one of 'memory' or 'memoryReservation' must be specified.", called)
	case c.Memory != nil && *c.Memory < minMemory, c.MemoryReservation != nil && *c.MemoryReservation < minMemory:
		return clientErrorf("Invalid setting for container '%s'. Memory must be at least %d MiB.", called, minMemory)
	case c.Memory != nil && c.MemoryReservation != nil && *c.MemoryReservation > *c.Memory:
		return clientErrorf("Invalid setting for container '%s'. The 'memoryReservation' cannot be greater than the 'memory'.", called)
	case in.Memory != nil && int(valueOf(c.Memory)) > units(in.Memory):
		return clientErrorf("Invalid setting for container '%s'. The 'memory' cannot be greater than the task's.", called)
	case c.Cpu < 0:
		return clientErrorf("Invalid setting for container '%s'. The 'cpu' cannot be negative.", called)
	case in.Cpu != nil && int(c.Cpu) > units(in.Cpu):
		return clientErrorf("Invalid setting for container '%s'. The 'cpu' cannot be greater than the task's.", called)
	}
	return nil
}

// checkDependencies checks dependsOn across containers. The text about cycles
// is assumed.
func checkDependencies(containers []types.ContainerDefinition) error {
	byName := map[string]*types.ContainerDefinition{}
	for i := range containers {
		byName[valueOf(containers[i].Name)] = &containers[i]
	}
	for i := range containers {
		for _, d := range containers[i].DependsOn {
			on := byName[valueOf(d.ContainerName)]
			if on == nil {
				return clientErrorf("Cannot depend on container + '%s' because it does not exist", valueOf(d.ContainerName))
			}
			if err := oneOf(client, "dependsOn condition", d.Condition, d.Condition.Values()); err != nil {
				return err
			}
			ends := d.Condition == types.ContainerConditionSuccess || d.Condition == types.ContainerConditionComplete
			if ends && aws.ToBool(on.Essential) {
				return clientErrorf("A dependency container with SUCCESS or COMPLETE condition cannot be an essential container")
			}
		}
		if dependsOnItself(valueOf(containers[i].Name), byName) {
			return clientErrorf("Container '%s' depends on itself.", valueOf(containers[i].Name))
		}
	}
	return nil
}

func dependsOnItself(start string, byName map[string]*types.ContainerDefinition) bool {
	seen := map[string]bool{}
	queue := []string{start}
	for len(queue) > 0 {
		c := byName[queue[0]]
		queue = queue[1:]
		if c == nil {
			continue
		}
		for _, d := range c.DependsOn {
			next := valueOf(d.ContainerName)
			if next == start {
				return true
			}
			if !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	return false
}

func checkMounts(c *types.ContainerDefinition, volumes []types.Volume) error {
	for _, m := range c.MountPoints {
		source := valueOf(m.SourceVolume)
		known := func(v types.Volume) bool { return valueOf(v.Name) == source }
		if !slices.ContainsFunc(volumes, known) {
			return clientErrorf("Unknown volume '%s'.", source)
		}
	}
	return nil
}

func checkSecrets(c *types.ContainerDefinition, executionRole *string) error {
	names := map[string]bool{}
	for _, e := range c.Environment {
		names[valueOf(e.Name)] = true
	}
	for _, s := range c.Secrets {
		called := valueOf(s.Name)
		if called == "" || valueOf(s.ValueFrom) == "" {
			return clientErrorf("Secret name and valueFrom should not be null or empty.")
		}
		if names[called] {
			return clientErrorf("The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '%s'.", called)
		}
		names[called] = true
	}
	if len(c.Secrets) > 0 && executionRole == nil {
		return clientErrorf("When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.")
	}
	return nil
}

func checkLog(l *types.LogConfiguration) error {
	if l == nil {
		return nil
	}
	if l.LogDriver == "" {
		return clientErrorf("Log driver should not be null or empty.")
	}
	return oneOf(client, "logDriver", l.LogDriver, l.LogDriver.Values())
}

// checkHealthCheck checks a health check against the bounds of the API
// reference. The texts are assumed.
func checkHealthCheck(h *types.HealthCheck) error {
	if h == nil {
		return nil
	}
	if len(h.Command) == 0 {
		return clientErrorf("Health check command should not be null or empty.")
	}
	return firstError(
		between("Health check interval", h.Interval, 5, 300),
		between("Health check timeout", h.Timeout, 2, 120),
		between("Health check retries", h.Retries, 1, 10),
		between("Health check startPeriod", h.StartPeriod, 0, 300),
	)
}

func checkRestartPolicy(p *types.ContainerRestartPolicy) error {
	if p == nil {
		return nil
	}
	if p.Enabled == nil {
		return clientErrorf("Restart policy enabled should not be null.")
	}
	return between("restartAttemptPeriod", p.RestartAttemptPeriod, 60, 1800)
}

func between(what string, value *int32, low, high int32) error {
	if value != nil && (*value < low || *value > high) {
		return clientErrorf("%s must be between %d and %d.", what, low, high)
	}
	return nil
}
