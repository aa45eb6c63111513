package taskdefinition

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// fromAPI returns the attributes of a definition as it is spelled in in: a
// member that in leaves out is null, and so is an empty list or map, which AWS
// reports where nothing was registered.
func fromAPI(in *ecs.RegisterTaskDefinitionInput, t specTypes) spec {
	networkMode := string(in.NetworkMode)
	if networkMode == "" {
		networkMode = networkModeDefault
	}
	return spec{
		"family":                   types.StringPointerValue(in.Family),
		"container_definitions":    containersFromAPI(in.ContainerDefinitions, t.object("container_definitions")),
		"network_mode":             types.StringValue(networkMode),
		"requires_compatibilities": compatibilitiesFromAPI(in.RequiresCompatibilities),
		"cpu":                      types.StringPointerValue(in.Cpu),
		"memory":                   types.StringPointerValue(in.Memory),
		"runtime_platform":         runtimePlatformFromAPI(in.RuntimePlatform, t.object("runtime_platform")),
		"task_role_arn":            types.StringPointerValue(in.TaskRoleArn),
		"execution_role_arn":       types.StringPointerValue(in.ExecutionRoleArn),
		"volumes":                  volumesFromAPI(in.Volumes, t.object("volumes")),
		"placement_constraints": listFromAPI(in.PlacementConstraints, t.object("placement_constraints"),
			func(p ecstypes.TaskDefinitionPlacementConstraint, _ specTypes) spec {
				return spec{"type": enum(p.Type), "expression": types.StringPointerValue(p.Expression)}
			}),
	}
}

func containersFromAPI(containers []ecstypes.ContainerDefinition, t specTypes) attr.Value {
	if len(containers) == 0 {
		return types.MapNull(t.objectType())
	}
	elements := make(map[string]attr.Value, len(containers))
	for _, c := range containers {
		elements[value(c.Name)] = containerFromAPI(c, t).object(t)
	}
	return types.MapValueMust(t.objectType(), elements)
}

func containerFromAPI(c ecstypes.ContainerDefinition, t specTypes) spec {
	return spec{
		"image":                  types.StringPointerValue(c.Image),
		"cpu":                    nonZero(c.Cpu),
		"memory":                 number(c.Memory),
		"memory_reservation":     number(c.MemoryReservation),
		"essential":              types.BoolPointerValue(c.Essential),
		"entry_point":            stringsFromAPI(c.EntryPoint),
		"command":                stringsFromAPI(c.Command),
		"working_directory":      types.StringPointerValue(c.WorkingDirectory),
		"environment":            environmentFromAPI(c.Environment),
		"environment_files":      listFromAPI(c.EnvironmentFiles, t.object("environment_files"), environmentFileFromAPI),
		"secrets":                secretsFromAPI(c.Secrets),
		"port_mappings":          listFromAPI(c.PortMappings, t.object("port_mappings"), portMappingFromAPI),
		"log_configuration":      logConfigurationFromAPI(c.LogConfiguration, t.object("log_configuration")),
		"depends_on":             listFromAPI(c.DependsOn, t.object("depends_on"), dependencyFromAPI),
		"health_check":           healthCheckFromAPI(c.HealthCheck, t.object("health_check")),
		"mount_points":           listFromAPI(c.MountPoints, t.object("mount_points"), mountPointFromAPI),
		"volumes_from":           listFromAPI(c.VolumesFrom, t.object("volumes_from"), volumeFromFromAPI),
		"docker_labels":          stringMapFromAPI(c.DockerLabels),
		"credential_specs":       stringsFromAPI(c.CredentialSpecs),
		"repository_credentials": repositoryCredentialsFromAPI(c.RepositoryCredentials, t.object("repository_credentials")),
		"restart_policy":         restartPolicyFromAPI(c.RestartPolicy, t.object("restart_policy")),
		"start_timeout":          number(c.StartTimeout),
		"stop_timeout":           number(c.StopTimeout),
		"interactive":            types.BoolPointerValue(c.Interactive),
		"pseudo_terminal":        types.BoolPointerValue(c.PseudoTerminal),
		"version_consistency":    enum(c.VersionConsistency),
	}
}

func environmentFromAPI(pairs []ecstypes.KeyValuePair) attr.Value {
	if len(pairs) == 0 {
		return types.MapNull(types.StringType)
	}
	elements := make(map[string]attr.Value, len(pairs))
	for _, p := range pairs {
		// AWS reads a pair without a value as an empty one.
		elements[value(p.Name)] = types.StringValue(value(p.Value))
	}
	return types.MapValueMust(types.StringType, elements)
}

func secretsFromAPI(secrets []ecstypes.Secret) attr.Value {
	if len(secrets) == 0 {
		return types.MapNull(types.StringType)
	}
	elements := make(map[string]attr.Value, len(secrets))
	for _, s := range secrets {
		elements[value(s.Name)] = types.StringValue(value(s.ValueFrom))
	}
	return types.MapValueMust(types.StringType, elements)
}

func environmentFileFromAPI(f ecstypes.EnvironmentFile, _ specTypes) spec {
	return spec{"value": types.StringPointerValue(f.Value), "type": enum(f.Type)}
}

func portMappingFromAPI(p ecstypes.PortMapping, _ specTypes) spec {
	return spec{
		"container_port":       number(p.ContainerPort),
		"container_port_range": types.StringPointerValue(p.ContainerPortRange),
		"host_port":            number(p.HostPort),
		"protocol":             enum(p.Protocol),
		"name":                 types.StringPointerValue(p.Name),
		"app_protocol":         enum(p.AppProtocol),
	}
}

func logConfigurationFromAPI(l *ecstypes.LogConfiguration, t specTypes) attr.Value {
	if l == nil {
		return types.ObjectNull(t.attributes())
	}
	return spec{
		"log_driver":     enum(l.LogDriver),
		"options":        stringMapFromAPI(l.Options),
		"secret_options": secretsFromAPI(l.SecretOptions),
	}.object(t)
}

func dependencyFromAPI(d ecstypes.ContainerDependency, _ specTypes) spec {
	return spec{"container_name": types.StringPointerValue(d.ContainerName), "condition": enum(d.Condition)}
}

func healthCheckFromAPI(h *ecstypes.HealthCheck, t specTypes) attr.Value {
	if h == nil {
		return types.ObjectNull(t.attributes())
	}
	return spec{
		"command":      stringsFromAPI(h.Command),
		"interval":     number(h.Interval),
		"timeout":      number(h.Timeout),
		"retries":      number(h.Retries),
		"start_period": number(h.StartPeriod),
	}.object(t)
}

func mountPointFromAPI(m ecstypes.MountPoint, _ specTypes) spec {
	return spec{
		"source_volume":  types.StringPointerValue(m.SourceVolume),
		"container_path": types.StringPointerValue(m.ContainerPath),
		"read_only":      types.BoolPointerValue(m.ReadOnly),
	}
}

func volumeFromFromAPI(v ecstypes.VolumeFrom, _ specTypes) spec {
	return spec{
		"source_container": types.StringPointerValue(v.SourceContainer),
		"read_only":        types.BoolPointerValue(v.ReadOnly),
	}
}

func repositoryCredentialsFromAPI(c *ecstypes.RepositoryCredentials, t specTypes) attr.Value {
	if c == nil {
		return types.ObjectNull(t.attributes())
	}
	return spec{"credentials_parameter": types.StringPointerValue(c.CredentialsParameter)}.object(t)
}

func restartPolicyFromAPI(p *ecstypes.ContainerRestartPolicy, t specTypes) attr.Value {
	if p == nil {
		return types.ObjectNull(t.attributes())
	}
	codes := types.ListNull(types.Int64Type)
	if len(p.IgnoredExitCodes) > 0 {
		elements := make([]attr.Value, 0, len(p.IgnoredExitCodes))
		for _, code := range p.IgnoredExitCodes {
			elements = append(elements, types.Int64Value(int64(code)))
		}
		codes = types.ListValueMust(types.Int64Type, elements)
	}
	return spec{
		"enabled":                types.BoolPointerValue(p.Enabled),
		"ignored_exit_codes":     codes,
		"restart_attempt_period": number(p.RestartAttemptPeriod),
	}.object(t)
}

func compatibilitiesFromAPI(compatibilities []ecstypes.Compatibility) attr.Value {
	if len(compatibilities) == 0 {
		return types.SetNull(types.StringType)
	}
	elements := make([]attr.Value, 0, len(compatibilities))
	for _, c := range compatibilities {
		elements = append(elements, types.StringValue(string(c)))
	}
	return types.SetValueMust(types.StringType, elements)
}

func runtimePlatformFromAPI(p *ecstypes.RuntimePlatform, t specTypes) attr.Value {
	if p == nil {
		return types.ObjectNull(t.attributes())
	}
	return spec{
		"operating_system_family": enum(p.OperatingSystemFamily),
		"cpu_architecture":        enum(p.CpuArchitecture),
	}.object(t)
}

func volumesFromAPI(volumes []ecstypes.Volume, t specTypes) attr.Value {
	if len(volumes) == 0 {
		return types.MapNull(t.objectType())
	}
	elements := make(map[string]attr.Value, len(volumes))
	for _, v := range volumes {
		elements[value(v.Name)] = volumeFromAPI(v, t).object(t)
	}
	return types.MapValueMust(t.objectType(), elements)
}

func volumeFromAPI(v ecstypes.Volume, t specTypes) spec {
	host := t.object("host")
	fsx := t.object("fsx_windows_file_server_volume_configuration")
	authorization := fsx.object("authorization_config")
	attributes := spec{
		"host": types.ObjectNull(host.attributes()),
		"fsx_windows_file_server_volume_configuration": types.ObjectNull(fsx.attributes()),
		"configured_at_launch":                         types.BoolPointerValue(v.ConfiguredAtLaunch),
	}
	if v.Host != nil {
		attributes["host"] = spec{"source_path": types.StringPointerValue(v.Host.SourcePath)}.object(host)
	}
	if f := v.FsxWindowsFileServerVolumeConfiguration; f != nil {
		config := spec{
			"file_system_id":       types.StringPointerValue(f.FileSystemId),
			"root_directory":       types.StringPointerValue(f.RootDirectory),
			"authorization_config": types.ObjectNull(authorization.attributes()),
		}
		if a := f.AuthorizationConfig; a != nil {
			config["authorization_config"] = spec{
				"credentials_parameter": types.StringPointerValue(a.CredentialsParameter),
				"domain":                types.StringPointerValue(a.Domain),
			}.object(authorization)
		}
		attributes["fsx_windows_file_server_volume_configuration"] = config.object(fsx)
	}
	return attributes
}

func listFromAPI[T any](items []T, t specTypes, convert func(T, specTypes) spec) attr.Value {
	if len(items) == 0 {
		return types.ListNull(t.objectType())
	}
	elements := make([]attr.Value, 0, len(items))
	for _, item := range items {
		elements = append(elements, convert(item, t).object(t))
	}
	return types.ListValueMust(t.objectType(), elements)
}

func stringsFromAPI(items []string) attr.Value {
	if len(items) == 0 {
		return types.ListNull(types.StringType)
	}
	elements := make([]attr.Value, 0, len(items))
	for _, item := range items {
		elements = append(elements, types.StringValue(item))
	}
	return types.ListValueMust(types.StringType, elements)
}

func stringMapFromAPI(m map[string]string) attr.Value {
	if len(m) == 0 {
		return types.MapNull(types.StringType)
	}
	elements := make(map[string]attr.Value, len(m))
	for k, v := range m {
		elements[k] = types.StringValue(v)
	}
	return types.MapValueMust(types.StringType, elements)
}

// enum is null for the empty string, which is how the SDK spells an enum that
// was left out.
func enum[E ~string](e E) attr.Value {
	if e == "" {
		return types.StringNull()
	}
	return types.StringValue(string(e))
}

func number(n *int32) attr.Value {
	if n == nil {
		return types.Int64Null()
	}
	return types.Int64Value(int64(*n))
}

// nonZero is null for 0, where the SDK cannot tell it from a number that was
// left out.
func nonZero(n int32) attr.Value {
	if n == 0 {
		return types.Int64Null()
	}
	return types.Int64Value(int64(n))
}
