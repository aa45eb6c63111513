package taskdefinition

import (
	"cmp"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// toAPI returns the definition without its tags, and what was found on the
// way.
func (s spec) toAPI() (*ecs.RegisterTaskDefinitionInput, *reading) {
	found := &reading{}
	r := reader{attributes: s, reading: found}
	in := &ecs.RegisterTaskDefinitionInput{
		Family:               r.string("family"),
		ContainerDefinitions: mapOf(r, "container_definitions", containerToAPI),
		NetworkMode:          networkModeToAPI(r.string("network_mode")),
		Cpu:                  r.string("cpu"),
		Memory:               r.string("memory"),
		TaskRoleArn:          r.string("task_role_arn"),
		ExecutionRoleArn:     r.string("execution_role_arn"),
		Volumes:              mapOf(r, "volumes", volumeToAPI),
		PlacementConstraints: listOf(r, "placement_constraints", placementConstraintToAPI),
	}
	for _, c := range r.strings("requires_compatibilities") {
		in.RequiresCompatibilities = append(in.RequiresCompatibilities, ecstypes.Compatibility(c))
	}
	slices.Sort(in.RequiresCompatibilities)
	if p, ok := r.object("runtime_platform"); ok {
		in.RuntimePlatform = &ecstypes.RuntimePlatform{
			OperatingSystemFamily: ecstypes.OSFamily(value(p.string("operating_system_family"))),
			CpuArchitecture:       ecstypes.CPUArchitecture(value(p.string("cpu_architecture"))),
		}
	}
	return in, found
}

func networkModeToAPI(mode *string) ecstypes.NetworkMode {
	if value(mode) == networkModeDefault {
		return ""
	}
	return ecstypes.NetworkMode(value(mode))
}

func containerToAPI(name string, r reader) ecstypes.ContainerDefinition {
	c := ecstypes.ContainerDefinition{
		Name:               &name,
		Image:              r.string("image"),
		Cpu:                value(r.int32("cpu")),
		Memory:             r.int32("memory"),
		MemoryReservation:  r.int32("memory_reservation"),
		Essential:          r.bool("essential"),
		EntryPoint:         r.strings("entry_point"),
		Command:            r.strings("command"),
		WorkingDirectory:   r.string("working_directory"),
		EnvironmentFiles:   listOf(r, "environment_files", environmentFileToAPI),
		Secrets:            secretsToAPI(r, "secrets"),
		PortMappings:       listOf(r, "port_mappings", portMappingToAPI),
		DependsOn:          listOf(r, "depends_on", dependencyToAPI),
		MountPoints:        listOf(r, "mount_points", mountPointToAPI),
		VolumesFrom:        listOf(r, "volumes_from", volumeFromToAPI),
		DockerLabels:       r.stringMap("docker_labels"),
		CredentialSpecs:    r.strings("credential_specs"),
		StartTimeout:       r.int32("start_timeout"),
		StopTimeout:        r.int32("stop_timeout"),
		Interactive:        r.bool("interactive"),
		PseudoTerminal:     r.bool("pseudo_terminal"),
		VersionConsistency: ecstypes.VersionConsistency(value(r.string("version_consistency"))),
		Environment:        environmentToAPI(r),
		LogConfiguration:   logConfigurationToAPI(r),
		HealthCheck:        healthCheckToAPI(r),
		RestartPolicy:      restartPolicyToAPI(r),
	}
	if o, ok := r.object("repository_credentials"); ok {
		c.RepositoryCredentials = &ecstypes.RepositoryCredentials{CredentialsParameter: o.string("credentials_parameter")}
	}
	return c
}

func environmentToAPI(r reader) []ecstypes.KeyValuePair {
	var pairs []ecstypes.KeyValuePair
	for name, v := range sorted(r.stringMap("environment")) {
		pairs = append(pairs, ecstypes.KeyValuePair{Name: &name, Value: &v})
	}
	return pairs
}

func secretsToAPI(r reader, attribute string) []ecstypes.Secret {
	var secrets []ecstypes.Secret
	for name, from := range sorted(r.stringMap(attribute)) {
		secrets = append(secrets, ecstypes.Secret{Name: &name, ValueFrom: &from})
	}
	return secrets
}

func environmentFileToAPI(r reader) ecstypes.EnvironmentFile {
	return ecstypes.EnvironmentFile{
		Value: r.string("value"),
		Type:  cmp.Or(ecstypes.EnvironmentFileType(value(r.string("type"))), ecstypes.EnvironmentFileTypeS3),
	}
}

func portMappingToAPI(r reader) ecstypes.PortMapping {
	return ecstypes.PortMapping{
		ContainerPort:      r.int32("container_port"),
		ContainerPortRange: r.string("container_port_range"),
		HostPort:           r.int32("host_port"),
		Protocol:           ecstypes.TransportProtocol(value(r.string("protocol"))),
		Name:               r.string("name"),
		AppProtocol:        ecstypes.ApplicationProtocol(value(r.string("app_protocol"))),
	}
}

func logConfigurationToAPI(r reader) *ecstypes.LogConfiguration {
	o, ok := r.object("log_configuration")
	if !ok {
		return nil
	}
	return &ecstypes.LogConfiguration{
		LogDriver:     ecstypes.LogDriver(value(o.string("log_driver"))),
		Options:       o.stringMap("options"),
		SecretOptions: secretsToAPI(o, "secret_options"),
	}
}

func dependencyToAPI(r reader) ecstypes.ContainerDependency {
	return ecstypes.ContainerDependency{
		ContainerName: r.string("container_name"),
		Condition:     ecstypes.ContainerCondition(value(r.string("condition"))),
	}
}

func healthCheckToAPI(r reader) *ecstypes.HealthCheck {
	o, ok := r.object("health_check")
	if !ok {
		return nil
	}
	return &ecstypes.HealthCheck{
		Command:     o.strings("command"),
		Interval:    o.int32("interval"),
		Timeout:     o.int32("timeout"),
		Retries:     o.int32("retries"),
		StartPeriod: o.int32("start_period"),
	}
}

func mountPointToAPI(r reader) ecstypes.MountPoint {
	return ecstypes.MountPoint{
		SourceVolume:  r.string("source_volume"),
		ContainerPath: r.string("container_path"),
		ReadOnly:      r.bool("read_only"),
	}
}

func volumeFromToAPI(r reader) ecstypes.VolumeFrom {
	return ecstypes.VolumeFrom{SourceContainer: r.string("source_container"), ReadOnly: r.bool("read_only")}
}

func restartPolicyToAPI(r reader) *ecstypes.ContainerRestartPolicy {
	o, ok := r.object("restart_policy")
	if !ok {
		return nil
	}
	return &ecstypes.ContainerRestartPolicy{
		Enabled:              o.bool("enabled"),
		IgnoredExitCodes:     o.int32s("ignored_exit_codes"),
		RestartAttemptPeriod: o.int32("restart_attempt_period"),
	}
}

func placementConstraintToAPI(r reader) ecstypes.TaskDefinitionPlacementConstraint {
	return ecstypes.TaskDefinitionPlacementConstraint{
		Expression: r.string("expression"),
		Type: cmp.Or(
			ecstypes.TaskDefinitionPlacementConstraintType(value(r.string("type"))),
			ecstypes.TaskDefinitionPlacementConstraintTypeMemberOf,
		),
	}
}

func volumeToAPI(name string, r reader) ecstypes.Volume {
	v := ecstypes.Volume{Name: &name, ConfiguredAtLaunch: r.bool("configured_at_launch")}
	if o, ok := r.object("host"); ok {
		v.Host = &ecstypes.HostVolumeProperties{SourcePath: o.string("source_path")}
	}
	if o, ok := r.object("fsx_windows_file_server_volume_configuration"); ok {
		v.FsxWindowsFileServerVolumeConfiguration = &ecstypes.FSxWindowsFileServerVolumeConfiguration{
			FileSystemId:  o.string("file_system_id"),
			RootDirectory: o.string("root_directory"),
		}
		if a, ok := o.object("authorization_config"); ok {
			v.FsxWindowsFileServerVolumeConfiguration.AuthorizationConfig = &ecstypes.FSxWindowsFileServerAuthorizationConfig{
				CredentialsParameter: a.string("credentials_parameter"),
				Domain:               a.string("domain"),
			}
		}
	}
	return v
}

func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}

// sorted yields a map's entries in the order of its keys.
func sorted[V any](m map[string]V) func(func(string, V) bool) {
	return func(yield func(string, V) bool) {
		for _, k := range sortedKeys(m) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}
