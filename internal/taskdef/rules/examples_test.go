package rules_test

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// change turns one definition into another.
type change func(d *ecs.RegisterTaskDefinitionInput)

// example shows a rule at work on the sound definition.
type example struct {
	rule string
	// breaks makes the definition break the rule at the place named.
	breaks change
	at     string
	// also lists the IDs of other rules that breaks cannot help breaking.
	also []string
	// keeps comes close and does not break the rule.
	keeps change
}

const (
	secretARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf"
	roleARN   = "arn:aws:iam::123456789012:role/run"
)

// sound returns a definition that breaks no rule.
func sound() *ecs.RegisterTaskDefinitionInput {
	return &ecs.RegisterTaskDefinitionInput{
		Family:      aws.String("web"),
		NetworkMode: types.NetworkModeAwsvpc,
		RuntimePlatform: &types.RuntimePlatform{
			OperatingSystemFamily: types.OSFamilyWindowsServer2022Core,
		},
		ContainerDefinitions: []types.ContainerDefinition{plain("iis")},
	}
}

func plain(name string) types.ContainerDefinition {
	return types.ContainerDefinition{
		Name:   aws.String(name),
		Image:  aws.String("mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022"),
		Cpu:    1024,
		Memory: aws.Int32(2048),
	}
}

// all makes one change out of several.
func all(changes ...change) change {
	return func(d *ecs.RegisterTaskDefinitionInput) {
		for _, c := range changes {
			c(d)
		}
	}
}

// iis changes the first container. A definition without containers stays.
func iis(f func(c *types.ContainerDefinition)) change {
	return func(d *ecs.RegisterTaskDefinitionInput) {
		if len(d.ContainerDefinitions) > 0 {
			f(&d.ContainerDefinitions[0])
		}
	}
}

// beside adds a container.
func beside(name string, f func(c *types.ContainerDefinition)) change {
	return func(d *ecs.RegisterTaskDefinitionInput) {
		c := plain(name)
		f(&c)
		d.ContainerDefinitions = append(d.ContainerDefinitions, c)
	}
}

func image(s string) change {
	return iis(func(c *types.ContainerDefinition) { c.Image = &s })
}

func ports(m ...types.PortMapping) change {
	return iis(func(c *types.ContainerDefinition) { c.PortMappings = m })
}

func network(m types.NetworkMode) change {
	return func(d *ecs.RegisterTaskDefinitionInput) { d.NetworkMode = m }
}

func dependsOn(name string, condition types.ContainerCondition) func(c *types.ContainerDefinition) {
	return func(c *types.ContainerDefinition) {
		c.DependsOn = append(c.DependsOn, types.ContainerDependency{ContainerName: &name, Condition: condition})
	}
}

func healthCheck(h types.HealthCheck) change {
	return iis(func(c *types.ContainerDefinition) { c.HealthCheck = &h })
}

func env(names ...string) change {
	return iis(func(c *types.ContainerDefinition) {
		for _, n := range names {
			c.Environment = append(c.Environment, types.KeyValuePair{Name: aws.String(n), Value: aws.String("1")})
		}
	})
}

func secretFrom(name, from string) change {
	return iis(func(c *types.ContainerDefinition) {
		c.Secrets = append(c.Secrets, types.Secret{Name: &name, ValueFrom: &from})
	})
}

func executionRole(d *ecs.RegisterTaskDefinitionInput) { d.ExecutionRoleArn = aws.String(roleARN) }

func logs(driver types.LogDriver, options ...string) change {
	return iis(func(c *types.ContainerDefinition) {
		c.LogConfiguration = &types.LogConfiguration{LogDriver: driver, Options: map[string]string{}}
		for _, o := range options {
			k, v, _ := strings.Cut(o, "=")
			c.LogConfiguration.Options[k] = v
		}
	})
}

func volumes(v ...types.Volume) change {
	return func(d *ecs.RegisterTaskDefinitionInput) { d.Volumes = append(d.Volumes, v...) }
}

func hostVolume(name, path string) change {
	return volumes(types.Volume{Name: &name, Host: &types.HostVolumeProperties{SourcePath: &path}})
}

func mounts(m ...types.MountPoint) change {
	return iis(func(c *types.ContainerDefinition) { c.MountPoints = m })
}

func mountOf(volume, path string) types.MountPoint {
	return types.MountPoint{SourceVolume: &volume, ContainerPath: &path}
}

func fsx(credentials, domain string) change {
	return all(executionRole, volumes(types.Volume{
		Name: aws.String("share"),
		FsxWindowsFileServerVolumeConfiguration: &types.FSxWindowsFileServerVolumeConfiguration{
			FileSystemId:  aws.String("fs-0123456789abcdef0"),
			RootDirectory: aws.String("share"),
			AuthorizationConfig: &types.FSxWindowsFileServerAuthorizationConfig{
				CredentialsParameter: &credentials,
				Domain:               &domain,
			},
		},
	}))
}

func osFamily(f types.OSFamily) change {
	return func(d *ecs.RegisterTaskDefinitionInput) {
		d.RuntimePlatform = &types.RuntimePlatform{OperatingSystemFamily: f}
	}
}

func architecture(a types.CPUArchitecture) change {
	return func(d *ecs.RegisterTaskDefinitionInput) {
		if d.RuntimePlatform != nil {
			d.RuntimePlatform.CpuArchitecture = a
		}
	}
}

func compatible(c ...types.Compatibility) change {
	return func(d *ecs.RegisterTaskDefinitionInput) { d.RequiresCompatibilities = c }
}

func taskSize(cpu, memory string) change {
	return func(d *ecs.RegisterTaskDefinitionInput) {
		if cpu != "" {
			d.Cpu = &cpu
		}
		if memory != "" {
			d.Memory = &memory
		}
	}
}

func constraints(expressions ...string) change {
	return func(d *ecs.RegisterTaskDefinitionInput) {
		for _, e := range expressions {
			d.PlacementConstraints = append(d.PlacementConstraints, types.TaskDefinitionPlacementConstraint{
				Type: types.TaskDefinitionPlacementConstraintTypeMemberOf, Expression: &e,
			})
		}
	}
}

func tag(key, value string) change {
	return func(d *ecs.RegisterTaskDefinitionInput) {
		d.Tags = append(d.Tags, types.Tag{Key: &key, Value: &value})
	}
}

func examples() []example {
	return slices.Concat(apiExamples(), resourceExamples(), portExamples(), startupExamples(), environmentExamples(),
		logExamples(), volumeExamples(), taskExamples(), containerExamples(), instanceExamples(), tagExamples())
}

func apiExamples() []example {
	return []example{{
		rule:   "DEF001",
		breaks: func(d *ecs.RegisterTaskDefinitionInput) { d.Family = aws.String("web site") },
		at:     `family`,
		keeps:  func(d *ecs.RegisterTaskDefinitionInput) { d.Family = aws.String(strings.Repeat("Web-site_1", 25)) },
	}, {
		rule:   "DEF001",
		breaks: func(d *ecs.RegisterTaskDefinitionInput) { d.Family = aws.String(strings.Repeat("w", 256)) },
		at:     `family`,
		keeps:  func(d *ecs.RegisterTaskDefinitionInput) { d.Family = aws.String(strings.Repeat("w", 255)) },
	}, {
		rule:   "DEF002",
		breaks: func(d *ecs.RegisterTaskDefinitionInput) { d.ContainerDefinitions = nil },
		at:     `containerDefinitions`,
		keeps:  all(),
	}, {
		rule:   "DEF003",
		breaks: iis(func(c *types.ContainerDefinition) { c.Name = aws.String("iis.web") }),
		at:     `containerDefinitions["iis.web"].name`,
		keeps:  iis(func(c *types.ContainerDefinition) { c.Name = aws.String("iis-web_1") }),
	}, {
		rule: "DEF003",
		breaks: all(beside("", func(*types.ContainerDefinition) {}),
			iis(dependsOn("log", types.ContainerConditionSuccess)),
			beside("log", func(c *types.ContainerDefinition) { c.Essential = aws.Bool(false) })),
		at:    `containerDefinitions[""].name`,
		keeps: all(),
	}, {
		rule:   "DEF004",
		breaks: beside("iis", func(*types.ContainerDefinition) {}),
		at:     `containerDefinitions["iis"].name`,
		keeps:  beside("IIS", func(*types.ContainerDefinition) {}),
	}, {
		rule:   "DEF005",
		breaks: iis(func(c *types.ContainerDefinition) { c.Essential = aws.Bool(false) }),
		at:     `containerDefinitions`,
		keeps: all(iis(func(c *types.ContainerDefinition) { c.Essential = aws.Bool(false) }),
			beside("log", func(*types.ContainerDefinition) {})),
	}, {
		rule:   "DEF006",
		breaks: iis(func(c *types.ContainerDefinition) { c.Image = nil }),
		at:     `containerDefinitions["iis"].image`,
		keeps:  image("iis:1"),
	}, {
		rule:   "DEF007",
		breaks: image("iis:ltsc2022 "),
		at:     `containerDefinitions["iis"].image`,
		keeps:  image("registry.example.com:5000/team/iis_web:1.0-ltsc2022"),
	}, {
		rule:   "DEF008",
		breaks: image("iis@sha256:" + strings.Repeat("0", 63)),
		at:     `containerDefinitions["iis"].image`,
		keeps:  image("iis@sha256:" + strings.Repeat("0aF9", 16)),
	}, {
		rule:   "DEF009",
		breaks: image(strings.Repeat("i", 254) + ":1"),
		at:     `containerDefinitions["iis"].image`,
		keeps:  image(strings.Repeat("i", 253) + ":1@sha256:" + strings.Repeat("0", 64)),
	}, {
		rule:   "DEF010",
		breaks: more(10),
		at:     `containerDefinitions`,
		keeps:  more(9),
	}, {
		rule:   "DEF045",
		breaks: iis(func(c *types.ContainerDefinition) { c.VersionConsistency = "Enabled" }),
		at:     `containerDefinitions["iis"].versionConsistency`,
		keeps:  iis(func(c *types.ContainerDefinition) { c.VersionConsistency = types.VersionConsistencyDisabled }),
	}, {
		rule:   "DEF100",
		breaks: iis(func(c *types.ContainerDefinition) { c.RestartPolicy = &types.ContainerRestartPolicy{} }),
		at:     `containerDefinitions["iis"].restartPolicy.enabled`,
		keeps: iis(func(c *types.ContainerDefinition) {
			c.RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(false)}
		}),
	}, {
		rule:   "DEF100",
		breaks: iis(func(c *types.ContainerDefinition) { c.LogConfiguration = &types.LogConfiguration{} }),
		at:     `containerDefinitions["iis"].logConfiguration.logDriver`,
		keeps:  logs(types.LogDriverJsonFile),
	}, {
		rule:   "DEF100",
		breaks: all(executionRole, secretFrom("KEY", "")),
		at:     `containerDefinitions["iis"].secrets["KEY"].valueFrom`,
		keeps:  all(executionRole, secretFrom("KEY", secretARN)),
	}, {
		rule: "DEF100",
		breaks: all(executionRole, volumes(types.Volume{Name: aws.String("share"),
			FsxWindowsFileServerVolumeConfiguration: &types.FSxWindowsFileServerVolumeConfiguration{
				FileSystemId: aws.String("fs-0123456789abcdef0"), RootDirectory: aws.String("share"),
			}})),
		also:  []string{"WIN084"},
		at:    `volumes["share"].fsxWindowsFileServerVolumeConfiguration.authorizationConfig`,
		keeps: fsx(secretARN, "corp.example.com"),
	}, {
		rule:   "DEF100",
		breaks: healthCheck(types.HealthCheck{}),
		at:     `containerDefinitions["iis"].healthCheck.command`,
		keeps:  healthCheck(types.HealthCheck{Command: []string{"CMD", "check.exe"}}),
	}}
}

// more adds n containers.
func more(n int) change {
	return func(d *ecs.RegisterTaskDefinitionInput) {
		for i := range n {
			beside("more-"+string(rune('a'+i)), func(*types.ContainerDefinition) {})(d)
		}
	}
}

func memory(limit, reservation int32) change {
	return iis(func(c *types.ContainerDefinition) {
		c.Memory, c.MemoryReservation = nil, nil
		if limit != 0 {
			c.Memory = &limit
		}
		if reservation != 0 {
			c.MemoryReservation = &reservation
		}
	})
}

func resourceExamples() []example {
	return []example{{
		rule: "DEF011", breaks: taskSize("1 core", ""), at: `cpu`,
		keeps: taskSize("1 vCPU", ""),
	}, {
		rule: "DEF011", breaks: taskSize("127", ""), also: []string{"DEF017"}, at: `cpu`,
		keeps: taskSize("128", ""),
	}, {
		rule: "DEF011", breaks: taskSize("196609", ""), at: `cpu`,
		keeps: taskSize("192vcpu", ""),
	}, {
		rule: "DEF012", breaks: taskSize("", "2 MB"), at: `memory`,
		keeps: taskSize("", "2.5 GB"),
	}, {
		rule: "DEF012", breaks: taskSize("", "0"), at: `memory`,
		keeps: taskSize("", "4096"),
	}, {
		rule: "DEF013", breaks: memory(0, 0), at: `containerDefinitions["iis"].memory`,
		keeps: memory(0, 512),
	}, {
		rule: "DEF014", breaks: memory(512, 513), also: []string{"WIN006"}, at: `containerDefinitions["iis"].memoryReservation`,
		keeps: memory(512, 512),
	}, {
		rule: "DEF015", breaks: memory(-1, 0), at: `containerDefinitions["iis"].memory`,
		keeps: memory(1, 0),
	}, {
		rule: "DEF016", breaks: taskSize("", "2047"), also: []string{"WIN001"}, at: `memory`,
		keeps: taskSize("", "2GB"),
	}, {
		rule: "DEF016", breaks: all(memory(2048, 513), taskSize("", "512")), also: []string{"WIN001", "WIN006"}, at: `memory`,
		keeps: all(memory(2048, 512), taskSize("", "512")),
	}, {
		rule: "DEF017", breaks: taskSize("1023", ""), also: []string{"WIN001"}, at: `cpu`,
		keeps: taskSize("1024", ""),
	}, {
		rule: "DEF018", breaks: memory(5, 0), at: `containerDefinitions["iis"].memory`,
		keeps: memory(6, 0),
	}, {
		rule: "WIN001", breaks: taskSize("1024", ""), at: `cpu`,
		keeps: all(),
	}, {
		rule: "WIN001", breaks: taskSize("", "2048"), at: `memory`,
		keeps: all(),
	}, {
		rule: "WIN002", breaks: taskSize("10241", ""), at: `cpu`,
		keeps: taskSize("10 vCPU", ""),
	}, {
		rule: "WIN003", breaks: all(memory(0, 0), taskSize("", "2048")), also: []string{"WIN001"}, at: `containerDefinitions["iis"].memory`,
		keeps: taskSize("", "2048"),
	}, {
		rule: "WIN004", breaks: iis(func(c *types.ContainerDefinition) { c.Cpu = 0 }), at: `containerDefinitions["iis"].cpu`,
		keeps: iis(func(c *types.ContainerDefinition) { c.Cpu = 512 }),
	}, {
		rule: "WIN005", breaks: memory(0, 512), at: `containerDefinitions["iis"].memoryReservation`,
		keeps: memory(512, 0),
	}, {
		rule: "WIN006", breaks: memory(512, 512), at: `containerDefinitions["iis"].memoryReservation`,
		keeps: memory(512, 0),
	}}
}

func portExamples() []example {
	mapping := func(container, host int32) types.PortMapping {
		m := types.PortMapping{ContainerPort: &container}
		if host >= 0 {
			m.HostPort = &host
		}
		return m
	}
	span := func(s string) types.PortMapping { return types.PortMapping{ContainerPortRange: &s} }
	udp := func(p int32) types.PortMapping {
		return types.PortMapping{ContainerPort: &p, Protocol: types.TransportProtocolUdp}
	}
	named := func(p int32, name string) types.PortMapping {
		return types.PortMapping{ContainerPort: &p, Name: &name}
	}
	withProtocol := func(p types.TransportProtocol) types.PortMapping {
		return types.PortMapping{ContainerPort: aws.Int32(80), Protocol: p}
	}
	withAppProtocol := func(p types.ApplicationProtocol) types.PortMapping {
		return types.PortMapping{ContainerPort: aws.Int32(80), AppProtocol: p}
	}
	spans := func(n int) []types.PortMapping {
		var all []types.PortMapping
		for i := range n {
			all = append(all, types.PortMapping{ContainerPortRange: aws.String(rangeText(1000 + 2*i))})
		}
		return all
	}
	return []example{{
		rule: "DEF020", breaks: ports(mapping(0, -1)), at: `containerDefinitions["iis"].portMappings[0].containerPort`,
		keeps: ports(mapping(1, -1)),
	}, {
		rule: "DEF020", breaks: ports(mapping(65536, -1)), at: `containerDefinitions["iis"].portMappings[0].containerPort`,
		keeps: ports(mapping(65535, -1)),
	}, {
		rule: "DEF021", breaks: all(network(types.NetworkModeBridge), ports(mapping(80, 65536))), also: []string{"NET001"},
		at:    `containerDefinitions["iis"].portMappings[0].hostPort`,
		keeps: all(network(types.NetworkModeBridge), ports(mapping(80, 65535))),
	}, {
		rule: "DEF022", breaks: ports(span("8010-8000")), at: `containerDefinitions["iis"].portMappings[0].containerPortRange`,
		keeps: ports(span("8000-8010")),
	}, {
		rule: "DEF022", breaks: ports(span("8000-65536")), at: `containerDefinitions["iis"].portMappings[0].containerPortRange`,
		keeps: ports(span("1-65535")),
	}, {
		rule:   "DEF023",
		breaks: ports(types.PortMapping{ContainerPort: aws.Int32(80), ContainerPortRange: aws.String("90-91")}),
		at:     `containerDefinitions["iis"].portMappings[0].containerPortRange`,
		keeps:  ports(mapping(80, -1), span("90-91")),
	}, {
		rule: "DEF024", breaks: ports(types.PortMapping{}), at: `containerDefinitions["iis"].portMappings[0].containerPort`,
		keeps: ports(span("90-91")),
	}, {
		rule: "DEF025", breaks: ports(spans(101)...), at: `containerDefinitions["iis"].portMappings`,
		keeps: ports(spans(100)...),
	}, {
		rule: "DEF026", breaks: ports(named(80, "-http")), at: `containerDefinitions["iis"].portMappings[0].name`,
		keeps: ports(named(80, "http-")),
	}, {
		rule: "DEF026", breaks: ports(named(80, "Http")), at: `containerDefinitions["iis"].portMappings[0].name`,
		keeps: ports(named(80, strings.Repeat("h", 64))),
	}, {
		rule: "DEF027", breaks: ports(named(80, "http"), named(81, "http")), at: `containerDefinitions["iis"].portMappings[1].name`,
		keeps: ports(named(80, "http"), named(81, "http2")),
	}, {
		rule: "DEF028", breaks: ports(withAppProtocol("https")), at: `containerDefinitions["iis"].portMappings[0].appProtocol`,
		keeps: ports(withAppProtocol(types.ApplicationProtocolGrpc)),
	}, {
		rule: "DEF029", breaks: ports(withProtocol("UDP")), at: `containerDefinitions["iis"].portMappings[0].protocol`,
		keeps: ports(withProtocol(types.TransportProtocolUdp)),
	}, {
		rule: "NET004", breaks: ports(mapping(80, 8080)), at: `containerDefinitions["iis"].portMappings[0].hostPort`,
		keeps: ports(mapping(80, 80), mapping(81, 0), mapping(82, -1)),
	}, {
		rule: "NET008", breaks: ports(mapping(80, -1), span("79-80")), at: `containerDefinitions["iis"].portMappings[1]`,
		keeps: ports(mapping(80, -1), span("81-82")),
	}, {
		rule: "NET008",
		breaks: all(ports(mapping(80, -1)), beside("log", func(c *types.ContainerDefinition) {
			c.PortMappings = []types.PortMapping{withProtocol(types.TransportProtocolTcp)}
		})),
		at: `containerDefinitions["log"].portMappings[0]`,
		keeps: all(ports(mapping(80, -1)), beside("log", func(c *types.ContainerDefinition) {
			c.PortMappings = []types.PortMapping{udp(80)}
		})),
	}, {
		rule: "NET009", breaks: ports(mapping(53, -1), udp(53)), at: `containerDefinitions["iis"].portMappings[1]`,
		keeps: ports(mapping(53, -1), udp(54)),
	}}
}

func rangeText(first int) string {
	return strings.Join([]string{itoa(first), itoa(first + 1)}, "-")
}

func startupExamples() []example {
	onLog := func(condition types.ContainerCondition, log func(c *types.ContainerDefinition)) change {
		return all(iis(dependsOn("log", condition)), beside("log", log))
	}
	nothing := func(*types.ContainerDefinition) {}
	nonessential := func(c *types.ContainerDefinition) { c.Essential = aws.Bool(false) }
	checked := func(c *types.ContainerDefinition) {
		c.HealthCheck = &types.HealthCheck{Command: []string{"CMD", "check.exe"}}
	}
	at := `containerDefinitions["iis"].dependsOn[0]`
	numbers := func(interval, timeout, retries, startPeriod int32) change {
		return healthCheck(types.HealthCheck{Command: []string{"CMD-SHELL", "exit 0"},
			Interval: &interval, Timeout: &timeout, Retries: &retries, StartPeriod: &startPeriod})
	}
	restart := func(period int32, codes int) change {
		return iis(func(c *types.ContainerDefinition) {
			c.RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(true), RestartAttemptPeriod: &period, IgnoredExitCodes: make([]int32, codes)}
		})
	}
	timeouts := func(start, stop int32) change {
		return iis(func(c *types.ContainerDefinition) { c.StartTimeout, c.StopTimeout = &start, &stop })
	}
	return []example{{
		rule: "DEF030", breaks: iis(dependsOn("log", types.ContainerConditionStart)), at: at + ".containerName",
		keeps: onLog(types.ContainerConditionStart, nothing),
	}, {
		rule: "DEF031", breaks: iis(dependsOn("iis", types.ContainerConditionStart)), at: at + ".containerName",
		keeps: onLog(types.ContainerConditionStart, nothing),
	}, {
		rule: "DEF032", breaks: onLog(types.ContainerConditionStart, dependsOn("iis", types.ContainerConditionStart)), at: at + ".containerName",
		keeps: onLog(types.ContainerConditionStart, nothing),
	}, {
		rule: "DEF032",
		breaks: all(onLog(types.ContainerConditionStart, dependsOn("db", types.ContainerConditionStart)),
			beside("db", dependsOn("iis", types.ContainerConditionStart))),
		at: `containerDefinitions["db"].dependsOn[0].containerName`,
		keeps: all(onLog(types.ContainerConditionStart, dependsOn("db", types.ContainerConditionStart)),
			iis(dependsOn("db", types.ContainerConditionStart)), beside("db", nothing)),
	}, {
		rule: "DEF033", breaks: onLog(types.ContainerConditionHealthy, nothing), at: at + ".condition",
		keeps: onLog(types.ContainerConditionHealthy, checked),
	}, {
		rule: "DEF034", breaks: onLog(types.ContainerConditionSuccess, nothing), at: at + ".condition",
		keeps: onLog(types.ContainerConditionComplete, nonessential),
	}, {
		rule: "DEF035", breaks: onLog("STARTED", nothing), at: at + ".condition",
		keeps: onLog(types.ContainerConditionStart, nothing),
	}, {
		rule: "DEF036", breaks: restart(59, 50), at: `containerDefinitions["iis"].restartPolicy.restartAttemptPeriod`,
		keeps: restart(60, 50),
	}, {
		rule: "DEF036", breaks: restart(1801, 0), at: `containerDefinitions["iis"].restartPolicy.restartAttemptPeriod`,
		keeps: restart(1800, 0),
	}, {
		rule: "DEF036", breaks: restart(300, 51), at: `containerDefinitions["iis"].restartPolicy.ignoredExitCodes`,
		keeps: restart(300, 50),
	}, {
		rule: "DEF037", breaks: timeouts(-1, 600), at: `containerDefinitions["iis"].startTimeout`,
		keeps: timeouts(600, 600),
	}, {
		rule:   "DEF037",
		breaks: all(timeouts(120, 121), taskSize("2048", "4096"), compatible(types.CompatibilityFargate)),
		also:   []string{"WIN001", "WIN014"},
		at:     `containerDefinitions["iis"].stopTimeout`,
		keeps:  all(timeouts(120, 120), taskSize("2048", "4096"), compatible(types.CompatibilityFargate)),
	}, {
		rule: "DEF038",
		breaks: iis(func(c *types.ContainerDefinition) {
			c.VolumesFrom = []types.VolumeFrom{{SourceContainer: aws.String("log")}}
		}),
		at: `containerDefinitions["iis"].volumesFrom[0].sourceContainer`,
		keeps: all(iis(func(c *types.ContainerDefinition) {
			c.VolumesFrom = []types.VolumeFrom{{SourceContainer: aws.String("log")}}
		}), beside("log", nothing)),
	}, {
		rule: "DEF040", breaks: numbers(4, 2, 1, 0), at: `containerDefinitions["iis"].healthCheck.interval`,
		keeps: numbers(5, 2, 1, 0),
	}, {
		rule: "DEF040", breaks: numbers(300, 61, 10, 300), at: `containerDefinitions["iis"].healthCheck.timeout`,
		keeps: numbers(300, 60, 10, 300),
	}, {
		rule: "DEF040", breaks: numbers(5, 2, 0, 0), at: `containerDefinitions["iis"].healthCheck.retries`,
		keeps: numbers(5, 2, 1, 0),
	}, {
		rule: "DEF040", breaks: numbers(300, 60, 10, 301), at: `containerDefinitions["iis"].healthCheck.startPeriod`,
		keeps: numbers(300, 60, 10, 300),
	}, {
		rule: "DEF041", breaks: healthCheck(types.HealthCheck{Command: []string{"check.exe"}}),
		at:    `containerDefinitions["iis"].healthCheck.command[0]`,
		keeps: healthCheck(types.HealthCheck{Command: []string{"CMD", "check.exe"}}),
	}, {
		rule: "DEF041", breaks: healthCheck(types.HealthCheck{Command: []string{"CMD-SHELL"}}),
		at:    `containerDefinitions["iis"].healthCheck.command`,
		keeps: healthCheck(types.HealthCheck{Command: []string{"NONE"}}),
	}}
}

func environmentExamples() []example {
	files := func(n int, arn string) change {
		return all(executionRole, iis(func(c *types.ContainerDefinition) {
			for range n {
				c.EnvironmentFiles = append(c.EnvironmentFiles, types.EnvironmentFile{Type: types.EnvironmentFileTypeS3, Value: &arn})
			}
		}))
	}
	taskRole := func(role string) change {
		return func(d *ecs.RegisterTaskDefinitionInput) { d.TaskRoleArn = &role }
	}
	return []example{{
		rule: "DEF050", breaks: all(executionRole, env("KEY"), secretFrom("KEY", secretARN)), at: `containerDefinitions["iis"].secrets["KEY"]`,
		keeps: all(executionRole, env("KEY"), secretFrom("SECRET", secretARN)),
	}, {
		rule: "DEF051", breaks: secretFrom("KEY", secretARN), at: `containerDefinitions["iis"].secrets`,
		keeps: all(executionRole, secretFrom("KEY", secretARN)),
	}, {
		rule: "DEF051",
		breaks: iis(func(c *types.ContainerDefinition) {
			c.RepositoryCredentials = &types.RepositoryCredentials{CredentialsParameter: aws.String(secretARN)}
		}),
		at: `containerDefinitions["iis"].repositoryCredentials`,
		keeps: all(executionRole, iis(func(c *types.ContainerDefinition) {
			c.RepositoryCredentials = &types.RepositoryCredentials{CredentialsParameter: aws.String(secretARN)}
		})),
	}, {
		rule:   "DEF051",
		breaks: all(fsx(secretARN, "corp.example.com"), func(d *ecs.RegisterTaskDefinitionInput) { d.ExecutionRoleArn = nil }),
		also:   []string{"WIN084"},
		at:     `volumes["share"].fsxWindowsFileServerVolumeConfiguration`,
		keeps:  fsx(secretARN, "corp.example.com"),
	}, {
		rule: "DEF052", breaks: all(executionRole, secretFrom("KEY", "arn:aws:s3:::bucket/key")),
		at: `containerDefinitions["iis"].secrets["KEY"].valueFrom`,
		keeps: all(executionRole, secretFrom("A", "/team/key"), secretFrom("B", secretARN+":password::"),
			secretFrom("C", "arn:aws-us-gov:ssm:us-gov-west-1:123456789012:parameter/team/key"),
			secretFrom("D", "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:db-AbCdEf")),
	}, {
		rule: "DEF053", breaks: env(""), at: `containerDefinitions["iis"].environment[""]`,
		keeps: env("KEY"),
	}, {
		rule: "DEF054", breaks: env("ECS_CONTAINER_METADATA_URI_V4"), at: `containerDefinitions["iis"].environment["ECS_CONTAINER_METADATA_URI_V4"]`,
		keeps: env("AWS_REGION"),
	}, {
		rule: "DEF055", breaks: files(1, "arn:aws:s3:::bucket/web.txt"), at: `containerDefinitions["iis"].environmentFiles[0].value`,
		keeps: files(1, "arn:aws-iso-b:s3:::bucket/team/web.env"),
	}, {
		rule: "DEF056", breaks: files(11, "arn:aws:s3:::bucket/web.env"), at: `containerDefinitions["iis"].environmentFiles`,
		keeps: files(10, "arn:aws:s3:::bucket/web.env"),
	}, {
		rule: "DEF057", breaks: taskRole("arn:aws:iam::1234:role/run"), also: []string{"WIN080"}, at: `taskRoleArn`,
		keeps: taskRole("arn:aws-iso-b:iam::123456789012:role/team/run"),
	}, {
		rule:   "DEF057",
		breaks: func(d *ecs.RegisterTaskDefinitionInput) { d.ExecutionRoleArn = aws.String("run role") },
		at:     `executionRoleArn`,
		keeps:  func(d *ecs.RegisterTaskDefinitionInput) { d.ExecutionRoleArn = aws.String("run-role") },
	}, {
		rule: "WIN024", breaks: env("Path", "PATH"), at: `containerDefinitions["iis"].environment["PATH"]`,
		keeps: env("Path", "PATH2"),
	}}
}

func logExamples() []example {
	at := `containerDefinitions["iis"].logConfiguration`
	group, region := "awslogs-group=web", "awslogs-region=eu-west-1"
	return []example{{
		rule: "DEF060", breaks: logs("etwlogs"), at: at + ".logDriver",
		keeps: logs(types.LogDriverGelf),
	}, {
		rule: "DEF061", breaks: logs(types.LogDriverAwslogs, group), also: []string{"WIN082"}, at: at + ".options",
		keeps: logs(types.LogDriverAwslogs, group, region),
	}, {
		rule:   "DEF062",
		breaks: logs(types.LogDriverAwslogs, group, region, "awslogs-datetime-format=%Y", "awslogs-multiline-pattern=^x"),
		also:   []string{"WIN082"},
		at:     at + `.options["awslogs-multiline-pattern"]`,
		keeps:  logs(types.LogDriverAwslogs, group, region, "awslogs-datetime-format=%Y"),
	}, {
		rule: "DEF063", breaks: logs(types.LogDriverJsonFile, "mode=nonblocking"), at: at + `.options["mode"]`,
		keeps: logs(types.LogDriverJsonFile, "mode=non-blocking"),
	}, {
		rule: "DEF064", breaks: logs(types.LogDriverSplunk, "splunk-url=https://splunk.example.com"), also: []string{"WIN086"}, at: at + ".options",
		keeps: all(executionRole, logs(types.LogDriverSplunk, "splunk-url=https://splunk.example.com"), iis(func(c *types.ContainerDefinition) {
			c.LogConfiguration.SecretOptions = []types.Secret{{Name: aws.String("splunk-token"), ValueFrom: aws.String(secretARN)}}
		})),
	}, {
		rule: "WIN060", breaks: logs(types.LogDriverAwsfirelens), at: at + ".logDriver",
		keeps: logs(types.LogDriverFluentd),
	}, {
		rule: "WIN060",
		breaks: iis(func(c *types.ContainerDefinition) {
			c.FirelensConfiguration = &types.FirelensConfiguration{Type: types.FirelensConfigurationTypeFluentbit}
		}),
		at:    `containerDefinitions["iis"].firelensConfiguration`,
		keeps: all(),
	}, {
		rule: "WIN061", breaks: logs(types.LogDriverJournald), at: at + ".logDriver",
		keeps: logs(types.LogDriverSyslog),
	}}
}
