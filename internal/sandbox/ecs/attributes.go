package ecs

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// The attributes that an instance must have for a task definition's features,
// as the container agent registers them. Which feature asks for which is
// partly assumed: AWS does not document the whole table.
const (
	attrTaskENI          = "ecs.capability.task-eni"
	attrExecutionAwslogs = "ecs.capability.execution-role-awslogs"
	attrExecutionPull    = "ecs.capability.execution-role-ecr-pull"
	attrECRAuth          = "com.amazonaws.ecs.capability.ecr-auth"
	attrTaskRole         = "com.amazonaws.ecs.capability.task-iam-role"
	attrTaskRoleHost     = "com.amazonaws.ecs.capability.task-iam-role-network-host"
	attrLogDriver        = "com.amazonaws.ecs.capability.logging-driver."
	attrDockerAPI        = "com.amazonaws.ecs.capability.docker-remote-api."
	attrPrivileged       = "com.amazonaws.ecs.capability.privileged-container"
	attrOrdering         = "ecs.capability.container-ordering"
	attrHealthCheck      = "ecs.capability.container-health-check"
	attrSecretSSM        = "ecs.capability.secrets.ssm.environment-variables"
	attrSecretASM        = "ecs.capability.secrets.asm.environment-variables"
	attrLogSecretSSM     = "ecs.capability.secrets.ssm.bootstrap.log-driver"
	attrLogSecretASM     = "ecs.capability.secrets.asm.bootstrap.log-driver"
	attrEnvFiles         = "ecs.capability.env-files.s3"
	attrPrivateRegistry  = "ecs.capability.private-registry-authentication.secretsmanager"
	attrPortRange        = "ecs.capability.network.container-port-range"
	attrRestart          = "ecs.capability.container-restart-policy"
	attrFirelens         = "ecs.capability.firelens."
	attrGMSA             = "ecs.capability.gmsa"
	attrGMSADomainless   = "ecs.capability.gmsa-domainless"
	attrFSx              = "ecs.capability.fsxWindowsFileServer"
	attrEFS              = "ecs.capability.efs"
	attrEBS              = "ecs.capability.storage.ebs-task-volume-attach"
	attrBigTask          = "ecs.capability.increased-task-cpu-limit"
	attrSharedNamespaces = "ecs.capability.pid-ipc-namespace-sharing"
	attrFaultInjection   = "ecs.capability.fault-injection"
	attrAppMesh          = "ecs.capability.aws-appmesh"
)

// attributeSet collects names, each once.
type attributeSet map[string]bool

func (s attributeSet) addIf(needed bool, names ...string) {
	if !needed {
		return
	}
	for _, n := range names {
		s[n] = true
	}
}

// requiredAttributes returns what an instance must have to run the task
// definition, by name.
func requiredAttributes(in *api.RegisterTaskDefinitionInput) []types.Attribute {
	needed := attributeSet{}
	needed.addTask(in)
	for i := range in.ContainerDefinitions {
		needed.addContainer(&in.ContainerDefinitions[i], in)
	}
	for i := range in.Volumes {
		needed.addVolume(&in.Volumes[i])
	}
	attributes := []types.Attribute{}
	for _, n := range slices.Sorted(maps.Keys(needed)) {
		attributes = append(attributes, types.Attribute{Name: aws.String(n)})
	}
	return attributes
}

func (s attributeSet) addTask(in *api.RegisterTaskDefinitionInput) {
	s.addIf(true, attrDockerAPI+"1.18")
	s.addIf(in.NetworkMode == types.NetworkModeAwsvpc, attrTaskENI)
	s.addIf(in.TaskRoleArn != nil, attrTaskRole)
	s.addIf(in.TaskRoleArn != nil && in.NetworkMode == types.NetworkModeHost, attrTaskRoleHost)
	s.addIf(units(in.Cpu) > largeTask, attrBigTask)
	s.addIf(in.PidMode != "" || in.IpcMode != "", attrSharedNamespaces)
	s.addIf(aws.ToBool(in.EnableFaultInjection), attrFaultInjection)
	s.addIf(in.ProxyConfiguration != nil, attrAppMesh)
}

func (s attributeSet) addContainer(c *types.ContainerDefinition, in *api.RegisterTaskDefinitionInput) {
	s.addIf(strings.Contains(valueOf(c.Image), ".dkr.ecr."), attrECRAuth)
	s.addIf(strings.Contains(valueOf(c.Image), ".dkr.ecr.") && in.ExecutionRoleArn != nil, attrExecutionPull)
	s.addIf(aws.ToBool(c.Privileged), attrPrivileged)
	s.addIf(len(c.DependsOn) > 0, attrOrdering)
	s.addIf(c.HealthCheck != nil, attrHealthCheck, attrDockerAPI+"1.24")
	s.addIf(c.RestartPolicy != nil && aws.ToBool(c.RestartPolicy.Enabled), attrRestart)
	s.addIf(len(c.EnvironmentFiles) > 0, attrEnvFiles)
	s.addIf(c.RepositoryCredentials != nil, attrPrivateRegistry)
	s.addIf(c.MemoryReservation != nil, attrDockerAPI+"1.21")
	s.addSecrets(c.Secrets, attrSecretSSM, attrSecretASM)
	for _, p := range c.PortMappings {
		s.addIf(p.ContainerPortRange != nil, attrPortRange)
	}
	for _, spec := range c.CredentialSpecs {
		s.addIf(strings.HasPrefix(spec, "credentialspec:"), attrGMSA)
		s.addIf(strings.HasPrefix(spec, "credentialspecdomainless:"), attrGMSADomainless)
	}
	if c.FirelensConfiguration != nil {
		s.addIf(true, attrFirelens+string(c.FirelensConfiguration.Type))
	}
	if l := c.LogConfiguration; l != nil {
		s.addIf(true, attrLogDriver+string(l.LogDriver))
		s.addIf(l.LogDriver == types.LogDriverAwslogs, attrDockerAPI+"1.19")
		s.addIf(l.LogDriver == types.LogDriverAwslogs && in.ExecutionRoleArn != nil, attrExecutionAwslogs)
		s.addSecrets(l.SecretOptions, attrLogSecretSSM, attrLogSecretASM)
	}
}

func (s attributeSet) addSecrets(secrets []types.Secret, ssm, asm string) {
	for _, secret := range secrets {
		managed := strings.Contains(valueOf(secret.ValueFrom), ":secretsmanager:")
		s.addIf(managed, asm)
		s.addIf(!managed, ssm)
	}
}

func (s attributeSet) addVolume(v *types.Volume) {
	s.addIf(v.FsxWindowsFileServerVolumeConfiguration != nil, attrFSx)
	s.addIf(v.EfsVolumeConfiguration != nil, attrEFS)
	s.addIf(aws.ToBool(v.ConfiguredAtLaunch), attrEBS)
	s.addIf(v.DockerVolumeConfiguration != nil, attrDockerAPI+"1.25")
}

// compatibilities returns the launch types that a task definition passes the
// checks of. EC2 takes every valid one; what the others take is partly
// assumed.
func compatibilities(in *api.RegisterTaskDefinitionInput) []types.Compatibility {
	fit := []types.Compatibility{types.CompatibilityEc2}
	if in.NetworkMode != types.NetworkModeAwsvpc {
		fit = append(fit, types.CompatibilityExternal)
	}
	if checkFargate(in) == nil {
		fit = append(fit, types.CompatibilityFargate)
	}
	return fit
}
