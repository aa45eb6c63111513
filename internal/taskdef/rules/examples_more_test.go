package rules_test

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func itoa(n int) string { return strconv.Itoa(n) }

func volumeExamples() []example {
	bind := func(outside, inside string) change {
		return all(hostVolume("data", outside), mounts(mountOf("data", inside)))
	}
	docker := func(driver string) change {
		return volumes(types.Volume{Name: aws.String("data"), DockerVolumeConfiguration: &types.DockerVolumeConfiguration{Driver: &driver}})
	}
	atLaunch := func(name string) types.Volume {
		return types.Volume{Name: &name, ConfiguredAtLaunch: aws.Bool(true)}
	}
	mount := `containerDefinitions["iis"].mountPoints[0]`
	return []example{{
		rule: "DEF070", breaks: volumes(types.Volume{Name: aws.String("my data")}), at: `volumes["my data"].name`,
		keeps: volumes(types.Volume{Name: aws.String("my-data")}),
	}, {
		rule: "DEF071", breaks: volumes(types.Volume{Name: aws.String("data")}, types.Volume{Name: aws.String("data")}), at: `volumes["data"].name`,
		keeps: volumes(types.Volume{Name: aws.String("data")}, types.Volume{Name: aws.String("data2")}),
	}, {
		rule: "DEF072",
		breaks: volumes(types.Volume{Name: aws.String("data"), Host: &types.HostVolumeProperties{},
			DockerVolumeConfiguration: &types.DockerVolumeConfiguration{}}),
		also: []string{"WIN056"},
		at:   `volumes["data"]`,
		keeps: volumes(types.Volume{Name: aws.String("data"), Host: &types.HostVolumeProperties{},
			ConfiguredAtLaunch: aws.Bool(false)}),
	}, {
		rule: "DEF073", breaks: volumes(atLaunch("a"), atLaunch("b")), also: []string{"WIN085"}, at: `volumes["b"].configuredAtLaunch`,
		keeps: volumes(atLaunch("a")),
	}, {
		rule: "DEF074", breaks: mounts(mountOf("data", `C:\data`)), at: mount + ".sourceVolume",
		keeps: bind(`C:\data`, `C:\data`),
	}, {
		rule: "DEF075", breaks: mounts(types.MountPoint{ContainerPath: aws.String(`C:\data`)}), at: mount + ".sourceVolume",
		keeps: bind(`C:\data`, `C:\data`),
	}, {
		rule:   "DEF076",
		breaks: all(hostVolume("data", `C:\a`), hostVolume("more", `C:\b`), mounts(mountOf("data", `C:\Data`), mountOf("more", `c:/data/`))),
		at:     `containerDefinitions["iis"].mountPoints[1].containerPath`,
		keeps:  all(hostVolume("data", `C:\a`), hostVolume("more", `C:\b`), mounts(mountOf("data", `C:\Data`), mountOf("more", `c:/data/more`))),
	}, {
		rule: "DEF077", breaks: fsx(secretARN, "corp"), also: []string{"WIN084"},
		at:    `volumes["share"].fsxWindowsFileServerVolumeConfiguration.authorizationConfig.domain`,
		keeps: fsx(secretARN, "corp.example.com"),
	}, {
		rule: "WIN050", breaks: bind(`D:\my\path`, `C:\my\path`), at: mount + ".containerPath",
		keeps: bind(`c:\my\path`, `C:\other`),
	}, {
		rule: "WIN050", breaks: bind(`D:\`, `C:\my\path`), at: mount + ".containerPath",
		keeps: bind(`D:\`, `D:`),
	}, {
		rule: "WIN051", breaks: bind(`D:\my\path`, `D:\my\path`), at: mount + ".containerPath",
		keeps: bind(`D:\`, `D:\`),
	}, {
		rule: "WIN052", breaks: hostVolume("data", "/var/data"), at: `volumes["data"].host.sourcePath`,
		keeps: hostVolume("data", `\\.\pipe\docker_engine`),
	}, {
		rule: "WIN053", breaks: bind(`C:\data`, `data`), at: mount + ".containerPath",
		keeps: bind(`\\.\pipe\docker_engine`, `\\.\pipe\docker_engine`),
	}, {
		rule:   "WIN054",
		breaks: volumes(types.Volume{Name: aws.String("data"), EfsVolumeConfiguration: &types.EFSVolumeConfiguration{FileSystemId: aws.String("fs-1")}}),
		at:     `volumes["data"].efsVolumeConfiguration`,
		keeps:  hostVolume("data", `C:\data`),
	}, {
		rule:   "WIN055",
		breaks: volumes(types.Volume{Name: aws.String("data"), S3filesVolumeConfiguration: &types.S3FilesVolumeConfiguration{}}),
		at:     `volumes["data"].s3filesVolumeConfiguration`,
		keeps:  hostVolume("data", `C:\data`),
	}, {
		rule: "WIN056", breaks: docker("local"), at: `volumes["data"].dockerVolumeConfiguration`,
		keeps: docker("rexray"),
	}, {
		rule: "WIN057", breaks: docker("rexray"), at: `volumes["data"].dockerVolumeConfiguration.driver`,
		keeps: docker("local"),
	}, {
		rule:   "WIN058",
		breaks: all(fsx(secretARN, "corp.example.com"), osFamily(types.OSFamilyWindowsServer2016Full), image("iis:1")),
		also:   []string{"NET002", "WIN084"},
		at:     `volumes["share"].fsxWindowsFileServerVolumeConfiguration`,
		keeps:  all(fsx(secretARN, "corp.example.com"), osFamily(types.OSFamilyWindowsServer2019Core), image("iis:1")),
	}, {
		rule: "WIN059", breaks: fsx("db", "corp.example.com"), also: []string{"WIN084"},
		at:    `volumes["share"].fsxWindowsFileServerVolumeConfiguration.authorizationConfig.credentialsParameter`,
		keeps: fsx("arn:aws:ssm:eu-west-1:123456789012:parameter/fsx", "corp.example.com"),
	}}
}

func taskExamples() []example {
	constraint := func(kind types.TaskDefinitionPlacementConstraintType, expression *string) change {
		return func(d *ecs.RegisterTaskDefinitionInput) {
			d.PlacementConstraints = []types.TaskDefinitionPlacementConstraint{{Type: kind, Expression: expression}}
		}
	}
	zone := "attribute:ecs.availability-zone == eu-west-1a"
	family := `runtimePlatform.operatingSystemFamily`
	return []example{{
		rule: "DEF080", breaks: network("vpc"), at: `networkMode`,
		keeps: network(types.NetworkModeHost),
	}, {
		rule: "DEF081", breaks: architecture("x86"), at: `runtimePlatform.cpuArchitecture`,
		keeps: architecture(types.CPUArchitectureX8664),
	}, {
		rule: "DEF082", breaks: compatible("ec2"), at: `requiresCompatibilities[0]`,
		keeps: compatible(types.CompatibilityEc2),
	}, {
		rule: "DEF083", breaks: osFamily("WINDOWS_SERVER_2022"), at: family,
		keeps: osFamily(types.OSFamilyWindowsServer2022Full),
	}, {
		rule: "DEF084", breaks: constraints(strings.Split(strings.Repeat(zone+"|", 10)+zone, "|")...), at: `placementConstraints`,
		keeps: constraints(strings.Split(strings.Repeat(zone+"|", 9)+zone, "|")...),
	}, {
		rule: "DEF085", breaks: constraint("distinctInstance", &zone), at: `placementConstraints[0].type`,
		keeps: constraint(types.TaskDefinitionPlacementConstraintTypeMemberOf, &zone),
	}, {
		rule: "DEF086", breaks: constraint(types.TaskDefinitionPlacementConstraintTypeMemberOf, nil), at: `placementConstraints[0].expression`,
		keeps: constraint(types.TaskDefinitionPlacementConstraintTypeMemberOf, &zone),
	}, {
		rule: "NET001", breaks: network(""), at: `networkMode`,
		keeps: network(types.NetworkModeHost),
	}, {
		rule: "NET001", breaks: network(types.NetworkModeBridge), at: `networkMode`,
		keeps: network(types.NetworkModeAwsvpc),
	}, {
		rule: "NET002", breaks: all(osFamily(types.OSFamilyWindowsServer2016Full), image("iis:1")), at: family,
		keeps: all(osFamily(types.OSFamilyWindowsServer2016Full), network(types.NetworkModeBridge)),
	}, {
		rule:   "NET003",
		breaks: all(network(types.NetworkModeNone), ports(types.PortMapping{ContainerPort: aws.Int32(80)})),
		also:   []string{"NET010"},
		at:     `containerDefinitions["iis"].portMappings`,
		keeps:  all(network(types.NetworkModeHost), ports(types.PortMapping{ContainerPort: aws.Int32(80)})),
	}, {
		rule: "NET010", breaks: network(types.NetworkModeHost), at: `networkMode`,
		keeps: network(types.NetworkModeBridge),
	}, {
		rule: "WIN010", breaks: func(d *ecs.RegisterTaskDefinitionInput) { d.RuntimePlatform = nil }, at: family,
		keeps: all(func(d *ecs.RegisterTaskDefinitionInput) { d.RuntimePlatform = nil }, constraints(zone, "attribute:ecs.os-type == windows")),
	}, {
		rule: "WIN011", breaks: osFamily(types.OSFamilyLinux), at: family,
		keeps: osFamily(types.OSFamilyWindowsServer2022Full),
	}, {
		rule: "WIN012", breaks: architecture(types.CPUArchitectureArm64), at: `runtimePlatform.cpuArchitecture`,
		keeps: architecture(types.CPUArchitectureX8664),
	}, {
		rule: "WIN013", breaks: all(osFamily(types.OSFamilyWindowsServer20h2Core), image("iis:1")), at: family,
		keeps: all(osFamily(types.OSFamilyWindowsServer2019Full), image("iis:1")),
	}, {
		rule: "WIN014", breaks: compatible(types.CompatibilityEc2, types.CompatibilityExternal), at: `requiresCompatibilities[1]`,
		keeps: compatible(types.CompatibilityEc2),
	}, {
		rule: "WIN015", breaks: compatible(types.CompatibilityFargate), also: []string{"WIN014"}, at: `requiresCompatibilities[0]`,
		keeps: all(taskSize("2048", "4096"), compatible(types.CompatibilityFargate)),
	}, {
		rule: "WIN020", breaks: image("mcr.microsoft.com/windows/servercore/iis"), at: `containerDefinitions["iis"].image`,
		keeps: image("mcr.microsoft.com/windows/servercore/iis@sha256:" + strings.Repeat("0", 64)),
	}, {
		rule: "WIN020", breaks: image("registry.example.com:5000/iis:latest"), at: `containerDefinitions["iis"].image`,
		keeps: image("registry.example.com:5000/iis:1"),
	}, {
		rule: "WIN021", breaks: image("iis:windowsservercore-ltsc2019"), at: `containerDefinitions["iis"].image`,
		keeps: image("iis:nanoserver-ltsc2022"),
	}, {
		rule: "WIN070", breaks: func(d *ecs.RegisterTaskDefinitionInput) { d.PidMode = types.PidModeTask }, at: `pidMode`,
		keeps: all(),
	}, {
		rule: "WIN070", breaks: func(d *ecs.RegisterTaskDefinitionInput) { d.IpcMode = types.IpcModeNone }, at: `ipcMode`,
		keeps: all(),
	}, {
		rule: "WIN071", breaks: func(d *ecs.RegisterTaskDefinitionInput) { d.ProxyConfiguration = &types.ProxyConfiguration{} }, at: `proxyConfiguration`,
		keeps: all(),
	}, {
		rule: "WIN072", breaks: func(d *ecs.RegisterTaskDefinitionInput) { d.EnableFaultInjection = aws.Bool(true) }, at: `enableFaultInjection`,
		keeps: func(d *ecs.RegisterTaskDefinitionInput) { d.EnableFaultInjection = aws.Bool(false) },
	}, {
		rule: "WIN073", breaks: func(d *ecs.RegisterTaskDefinitionInput) { d.EphemeralStorage = &types.EphemeralStorage{SizeInGiB: 21} }, at: `ephemeralStorage`,
		keeps: all(),
	}, {
		rule: "WIN074",
		breaks: func(d *ecs.RegisterTaskDefinitionInput) {
			d.InferenceAccelerators = []types.InferenceAccelerator{{DeviceName: aws.String("a"), DeviceType: aws.String("b")}}
		},
		at:    `inferenceAccelerators`,
		keeps: all(),
	}}
}

func containerExamples() []example {
	set := iis
	at := `containerDefinitions["iis"].`
	hosts := []types.HostEntry{{Hostname: aws.String("db"), IpAddress: aws.String("10.0.0.4")}}
	return []example{{
		rule: "NET005", breaks: set(func(c *types.ContainerDefinition) { c.Links = []string{"db"} }), at: at + "links",
		keeps: all(network(types.NetworkModeBridge), set(func(c *types.ContainerDefinition) { c.Links = []string{"db"} })),
	}, {
		rule: "NET006", breaks: set(func(c *types.ContainerDefinition) { c.Hostname = aws.String("web") }), at: at + "hostname",
		keeps: all(network(types.NetworkModeBridge), set(func(c *types.ContainerDefinition) { c.Hostname = aws.String("web") })),
	}, {
		rule: "NET007", breaks: set(func(c *types.ContainerDefinition) { c.ExtraHosts = hosts }), at: at + "extraHosts",
		keeps: all(network(types.NetworkModeBridge), set(func(c *types.ContainerDefinition) { c.ExtraHosts = hosts })),
	}, {
		rule: "WIN022", breaks: set(func(c *types.ContainerDefinition) { c.EntryPoint = []string{"/bin/sh", "-c"} }), at: at + "entryPoint[0]",
		keeps: set(func(c *types.ContainerDefinition) { c.EntryPoint = []string{"powershell", "-Command"} }),
	}, {
		rule: "WIN022", breaks: set(func(c *types.ContainerDefinition) { c.Command = []string{"bash", "-c", "x"} }), at: at + "command[0]",
		keeps: set(func(c *types.ContainerDefinition) { c.EntryPoint, c.Command = []string{"run.exe"}, []string{"bash"} }),
	}, {
		rule: "WIN022", breaks: healthCheck(types.HealthCheck{Command: []string{"CMD", "/usr/bin/env", "true"}}), at: at + "healthCheck.command[1]",
		keeps: healthCheck(types.HealthCheck{Command: []string{"CMD-SHELL", "sh"}}),
	}, {
		rule: "WIN023", breaks: set(func(c *types.ContainerDefinition) { c.WorkingDirectory = aws.String("/app") }), at: at + "workingDirectory",
		keeps: set(func(c *types.ContainerDefinition) { c.WorkingDirectory = aws.String(`C:/app`) }),
	}, {
		rule: "WIN030", breaks: set(func(c *types.ContainerDefinition) { c.Privileged = aws.Bool(true) }), at: at + "privileged",
		keeps: set(func(c *types.ContainerDefinition) { c.Privileged = aws.Bool(false) }),
	}, {
		rule: "WIN031", breaks: set(func(c *types.ContainerDefinition) { c.ReadonlyRootFilesystem = aws.Bool(true) }), at: at + "readonlyRootFilesystem",
		keeps: set(func(c *types.ContainerDefinition) { c.ReadonlyRootFilesystem = aws.Bool(false) }),
	}, {
		rule: "WIN032", breaks: set(func(c *types.ContainerDefinition) { c.User = aws.String("ContainerUser") }), at: at + "user",
		keeps: all(),
	}, {
		rule: "WIN033", breaks: set(func(c *types.ContainerDefinition) { c.Ulimits = []types.Ulimit{{Name: types.UlimitNameNofile}} }), at: at + "ulimits",
		keeps: set(func(c *types.ContainerDefinition) { c.Ulimits = []types.Ulimit{} }),
	}, {
		rule: "WIN034", breaks: set(func(c *types.ContainerDefinition) { c.LinuxParameters = &types.LinuxParameters{} }), at: at + "linuxParameters",
		keeps: all(),
	}, {
		rule: "WIN035", breaks: set(func(c *types.ContainerDefinition) { c.SystemControls = []types.SystemControl{{}} }), at: at + "systemControls",
		keeps: all(),
	}, {
		rule: "WIN036", breaks: set(func(c *types.ContainerDefinition) { c.DockerSecurityOptions = []string{"no-new-privileges"} }), at: at + "dockerSecurityOptions[0]",
		keeps: set(func(c *types.ContainerDefinition) { c.DockerSecurityOptions = []string{"credentialspec:file://a.json"} }),
	}, {
		rule: "WIN037",
		breaks: set(func(c *types.ContainerDefinition) {
			c.ResourceRequirements = []types.ResourceRequirement{{Type: types.ResourceTypeGpu, Value: aws.String("1")}}
		}),
		at:    at + "resourceRequirements",
		keeps: all(),
	}, {
		rule: "WIN039", breaks: set(func(c *types.ContainerDefinition) { c.DnsServers = []string{"10.0.0.2"} }), at: at + "dnsServers",
		keeps: all(),
	}, {
		rule: "WIN039", breaks: set(func(c *types.ContainerDefinition) { c.DnsSearchDomains = []string{"example.com"} }), at: at + "dnsSearchDomains",
		keeps: all(),
	}, {
		rule: "WIN040", breaks: set(func(c *types.ContainerDefinition) { c.DisableNetworking = aws.Bool(true) }), at: at + "disableNetworking",
		keeps: set(func(c *types.ContainerDefinition) { c.DisableNetworking = aws.Bool(false) }),
	}, {
		rule: "WIN041",
		breaks: set(func(c *types.ContainerDefinition) {
			c.CredentialSpecs = []string{"credentialspec:a", "credentialspec:b"}
		}),
		also:  []string{"WIN083"},
		at:    at + "credentialSpecs",
		keeps: set(func(c *types.ContainerDefinition) { c.CredentialSpecs = []string{"credentialspec:a"} }),
	}, {
		rule: "WIN042", breaks: set(func(c *types.ContainerDefinition) { c.CredentialSpecs = []string{"arn:aws:s3:::b/a.json"} }), also: []string{"WIN083"},
		at: at + "credentialSpecs[0]",
		keeps: set(func(c *types.ContainerDefinition) {
			c.CredentialSpecs = []string{"credentialspecdomainless:arn:aws:s3:::b/a.json"}
		}),
	}}
}

func instanceExamples() []example {
	at := `containerDefinitions["iis"].logConfiguration.logDriver`
	awslogs := logs(types.LogDriverAwslogs, "awslogs-group=web", "awslogs-region=eu-west-1")
	return []example{{
		rule: "WIN080", breaks: func(d *ecs.RegisterTaskDefinitionInput) { d.TaskRoleArn = aws.String(roleARN) }, at: `taskRoleArn`,
		keeps: executionRole,
	}, {
		rule: "WIN081", breaks: all(executionRole, awslogs), at: at,
		keeps: all(executionRole, logs(types.LogDriverJsonFile)),
	}, {
		rule: "WIN082", breaks: awslogs, at: at,
		keeps: all(executionRole, awslogs),
	}, {
		rule: "WIN083",
		breaks: iis(func(c *types.ContainerDefinition) {
			c.CredentialSpecs = []string{"credentialspec:arn:aws:s3:::b/a.json"}
		}),
		at:    `containerDefinitions["iis"].credentialSpecs`,
		keeps: all(),
	}, {
		rule: "WIN084", breaks: fsx(secretARN, "corp.example.com"), at: `volumes["share"].fsxWindowsFileServerVolumeConfiguration`,
		keeps: hostVolume("share", `C:\share`),
	}, {
		rule:   "WIN085",
		breaks: volumes(types.Volume{Name: aws.String("data"), ConfiguredAtLaunch: aws.Bool(true)}),
		at:     `volumes["data"].configuredAtLaunch`,
		keeps:  volumes(types.Volume{Name: aws.String("data"), ConfiguredAtLaunch: aws.Bool(false)}),
	}, {
		rule: "WIN086", breaks: logs(types.LogDriverFluentd), at: at,
		keeps: logs(types.LogDriverJsonFile),
	}}
}

func tagExamples() []example {
	many := func(n int) change {
		return func(d *ecs.RegisterTaskDefinitionInput) {
			for i := range n {
				tag("tag"+itoa(i), "")(d)
			}
		}
	}
	return []example{{
		rule: "DEF090", breaks: many(51), at: `tags`,
		keeps: many(50),
	}, {
		rule: "DEF091", breaks: tag("team#1", "a"), at: `tags["team#1"]`,
		keeps: tag("Größe + a-b=c.d_e:f/g@h", "a"),
	}, {
		rule: "DEF091", breaks: tag(strings.Repeat("é", 129), ""), at: `tags["` + strings.Repeat("é", 129) + `"]`,
		keeps: tag(strings.Repeat("é", 128), ""),
	}, {
		rule: "DEF092", breaks: tag("team", strings.Repeat("a", 257)), at: `tags["team"]`,
		keeps: tag("team", strings.Repeat("é", 256)),
	}, {
		rule: "DEF093", breaks: tag("AWS:team", "a"), at: `tags["AWS:team"]`,
		keeps: tag("aws-team", "a"),
	}, {
		rule: "DEF094", breaks: all(tag("team", "a"), tag("team", "b")), at: `tags["team"]`,
		keeps: all(tag("team", "a"), tag("Team", "b")),
	}}
}

func variable(name string) types.KeyValuePair {
	return types.KeyValuePair{Name: &name, Value: aws.String("1")}
}

func checkWith(command ...string) types.HealthCheck {
	return types.HealthCheck{Command: command}
}
