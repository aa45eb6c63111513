package taskdef

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func canonicalContainers(in []types.ContainerDefinition, mode types.NetworkMode) []types.ContainerDefinition {
	out := each(in, func(c types.ContainerDefinition) types.ContainerDefinition { return canonicalContainer(c, mode) })
	return byName(out, func(c types.ContainerDefinition) *string { return c.Name })
}

// canonicalContainer sets every member that holds memory of its own or has a
// default; what is left, such as cpu, is in the copy already.
func canonicalContainer(c types.ContainerDefinition, mode types.NetworkMode) types.ContainerDefinition {
	c.Command = list(c.Command)
	c.CredentialSpecs = list(c.CredentialSpecs)
	c.DependsOn = each(c.DependsOn, canonicalDependency)
	c.DisableNetworking = flag(c.DisableNetworking)
	c.DnsSearchDomains = list(c.DnsSearchDomains)
	c.DnsServers = list(c.DnsServers)
	c.DockerLabels = entries(c.DockerLabels)
	c.DockerSecurityOptions = list(c.DockerSecurityOptions)
	c.EntryPoint = list(c.EntryPoint)
	c.Environment = byName(canonicalPairs(c.Environment), func(e types.KeyValuePair) *string { return e.Name })
	c.EnvironmentFiles = each(c.EnvironmentFiles, canonicalEnvironmentFile)
	c.Essential = otherwise(c.Essential, true)
	c.ExtraHosts = each(c.ExtraHosts, canonicalHostEntry)
	c.FirelensConfiguration = canonicalFirelens(c.FirelensConfiguration)
	c.HealthCheck = canonicalHealthCheck(c.HealthCheck)
	c.Hostname = text(c.Hostname)
	c.Image = text(c.Image)
	c.Interactive = flag(c.Interactive)
	c.Links = list(c.Links)
	c.LinuxParameters = canonicalLinuxParameters(c.LinuxParameters)
	c.LogConfiguration = canonicalLogConfiguration(c.LogConfiguration)
	c.Memory = clone(c.Memory)
	c.MemoryReservation = clone(c.MemoryReservation)
	c.MountPoints = each(c.MountPoints, canonicalMountPoint)
	c.Name = text(c.Name)
	c.PortMappings = each(c.PortMappings, func(p types.PortMapping) types.PortMapping { return canonicalPortMapping(p, mode) })
	c.Privileged = flag(c.Privileged)
	c.PseudoTerminal = flag(c.PseudoTerminal)
	c.ReadonlyRootFilesystem = flag(c.ReadonlyRootFilesystem)
	c.RepositoryCredentials = canonicalRepositoryCredentials(c.RepositoryCredentials)
	c.ResourceRequirements = each(c.ResourceRequirements, canonicalResourceRequirement)
	c.RestartPolicy = canonicalRestartPolicy(c.RestartPolicy)
	c.Secrets = canonicalSecrets(c.Secrets)
	c.StartTimeout = clone(c.StartTimeout)
	c.StopTimeout = clone(c.StopTimeout)
	c.SystemControls = each(c.SystemControls, canonicalSystemControl)
	c.Ulimits = list(c.Ulimits)
	c.User = text(c.User)
	if c.VersionConsistency == types.VersionConsistencyEnabled {
		c.VersionConsistency = ""
	}
	c.VolumesFrom = each(c.VolumesFrom, canonicalVolumeFrom)
	c.WorkingDirectory = text(c.WorkingDirectory)
	return c
}

// canonicalPortMapping writes the host port that ECS uses: with awsvpc and host
// it is the container's port, of which a range of ports has none.
func canonicalPortMapping(p types.PortMapping, mode types.NetworkMode) types.PortMapping {
	p.ContainerPort = clone(p.ContainerPort)
	p.ContainerPortRange = text(p.ContainerPortRange)
	p.HostPort = orNil(clone(p.HostPort))
	p.Name = text(p.Name)
	fixed := mode == types.NetworkModeAwsvpc || mode == types.NetworkModeHost
	if p.HostPort == nil && fixed {
		p.HostPort = clone(p.ContainerPort)
	}
	// ECS treats everything but udp as tcp.
	if p.Protocol != types.TransportProtocolUdp {
		p.Protocol = types.TransportProtocolTcp
	}
	return p
}

// canonicalHealthCheck fills in the defaults, which apply only to a health
// check with a command.
func canonicalHealthCheck(in *types.HealthCheck) *types.HealthCheck {
	h := clone(in)
	if h == nil {
		return nil
	}
	h.Command = list(h.Command)
	h.StartPeriod = orNil(clone(h.StartPeriod))
	if h.Command == nil {
		h.Interval, h.Timeout, h.Retries = clone(h.Interval), clone(h.Timeout), clone(h.Retries)
		if h.Interval == nil && h.Timeout == nil && h.Retries == nil && h.StartPeriod == nil {
			return nil
		}
		return h
	}
	h.Interval = otherwise(h.Interval, defaultHealthCheckInterval)
	h.Timeout = otherwise(h.Timeout, defaultHealthCheckTimeout)
	h.Retries = otherwise(h.Retries, defaultHealthCheckRetries)
	return h
}

func canonicalRestartPolicy(in *types.ContainerRestartPolicy) *types.ContainerRestartPolicy {
	r := clone(in)
	if r == nil {
		return nil
	}
	r.Enabled = clone(r.Enabled)
	r.IgnoredExitCodes = list(r.IgnoredExitCodes)
	if r.Enabled == nil && r.IgnoredExitCodes == nil && r.RestartAttemptPeriod == nil {
		return nil
	}
	r.RestartAttemptPeriod = otherwise(r.RestartAttemptPeriod, defaultRestartAttemptPeriod)
	return r
}

func canonicalLogConfiguration(in *types.LogConfiguration) *types.LogConfiguration {
	l := clone(in)
	if l == nil {
		return nil
	}
	l.Options = entries(l.Options)
	l.SecretOptions = canonicalSecrets(l.SecretOptions)
	if l.LogDriver == "" && l.Options == nil && l.SecretOptions == nil {
		return nil
	}
	return l
}

func canonicalFirelens(in *types.FirelensConfiguration) *types.FirelensConfiguration {
	f := clone(in)
	if f == nil {
		return nil
	}
	f.Options = entries(f.Options)
	if f.Type == "" && f.Options == nil {
		return nil
	}
	return f
}

func canonicalRepositoryCredentials(in *types.RepositoryCredentials) *types.RepositoryCredentials {
	r := clone(in)
	if r == nil {
		return nil
	}
	r.CredentialsParameter = text(r.CredentialsParameter)
	return orNil(r)
}

func canonicalDependency(d types.ContainerDependency) types.ContainerDependency {
	d.ContainerName = clone(d.ContainerName)
	return d
}

func canonicalEnvironmentFile(f types.EnvironmentFile) types.EnvironmentFile {
	f.Value = clone(f.Value)
	return f
}

func canonicalHostEntry(h types.HostEntry) types.HostEntry {
	h.Hostname, h.IpAddress = clone(h.Hostname), clone(h.IpAddress)
	return h
}

func canonicalMountPoint(m types.MountPoint) types.MountPoint {
	m.ContainerPath, m.SourceVolume = clone(m.ContainerPath), clone(m.SourceVolume)
	m.ReadOnly = flag(m.ReadOnly)
	return m
}

func canonicalVolumeFrom(v types.VolumeFrom) types.VolumeFrom {
	v.SourceContainer = clone(v.SourceContainer)
	v.ReadOnly = flag(v.ReadOnly)
	return v
}

func canonicalResourceRequirement(r types.ResourceRequirement) types.ResourceRequirement {
	r.Value = clone(r.Value)
	return r
}

func canonicalSystemControl(s types.SystemControl) types.SystemControl {
	s.Namespace, s.Value = clone(s.Namespace), clone(s.Value)
	return s
}

func canonicalLinuxParameters(in *types.LinuxParameters) *types.LinuxParameters {
	l := clone(in)
	if l == nil {
		return nil
	}
	l.Capabilities = canonicalCapabilities(l.Capabilities)
	l.Devices = each(l.Devices, canonicalDevice)
	l.InitProcessEnabled = flag(l.InitProcessEnabled)
	l.MaxSwap = clone(l.MaxSwap)
	l.SharedMemorySize = clone(l.SharedMemorySize)
	l.Swappiness = clone(l.Swappiness)
	l.Tmpfs = each(l.Tmpfs, canonicalTmpfs)
	if l.Capabilities == nil && l.Devices == nil && l.InitProcessEnabled == nil && l.MaxSwap == nil &&
		l.SharedMemorySize == nil && l.Swappiness == nil && l.Tmpfs == nil {
		return nil
	}
	return l
}

func canonicalCapabilities(in *types.KernelCapabilities) *types.KernelCapabilities {
	k := clone(in)
	if k == nil {
		return nil
	}
	k.Add, k.Drop = list(k.Add), list(k.Drop)
	if k.Add == nil && k.Drop == nil {
		return nil
	}
	return k
}

func canonicalDevice(d types.Device) types.Device {
	d.HostPath, d.ContainerPath = clone(d.HostPath), text(d.ContainerPath)
	d.Permissions = list(d.Permissions)
	return d
}

func canonicalTmpfs(t types.Tmpfs) types.Tmpfs {
	t.ContainerPath = clone(t.ContainerPath)
	t.MountOptions = list(t.MountOptions)
	return t
}
