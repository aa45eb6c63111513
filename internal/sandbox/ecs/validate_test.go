package ecs_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func TestRegisterRefuses(t *testing.T) {
	t.Parallel()
	type definition = ecs.RegisterTaskDefinitionInput
	first := func(change func(*types.ContainerDefinition)) func(*definition) {
		return func(in *definition) { change(&in.ContainerDefinitions[0]) }
	}
	port := func(p types.PortMapping) func(*definition) {
		return first(func(c *types.ContainerDefinition) { c.PortMappings = []types.PortMapping{p} })
	}
	second := func(c types.ContainerDefinition) func(*definition) {
		return func(in *definition) {
			c.Image, c.Memory = aws.String("x"), aws.Int32(64)
			in.ContainerDefinitions = append(in.ContainerDefinitions, c)
		}
	}
	on := func(name string, condition types.ContainerCondition) []types.ContainerDependency {
		return []types.ContainerDependency{{ContainerName: &name, Condition: condition}}
	}
	for name, test := range map[string]struct {
		change func(*definition)
		want   string
	}{
		"family": {func(in *definition) { in.Family = aws.String("a.b") }, "Family contains invalid characters."},
		"no containers": {func(in *definition) { in.ContainerDefinitions = []types.ContainerDefinition{} },
			"Container list cannot be empty."},
		"11 containers": {func(in *definition) {
			for i := range 10 {
				second(types.ContainerDefinition{Name: aws.String("c" + strconv.Itoa(i))})(in)
			}
		}, "Too many containers. A task definition can have at most 10."},
		"container name": {first(func(c *types.ContainerDefinition) { c.Name = aws.String("a b") }),
			"Container.name contains invalid characters."},
		"no name":  {first(func(c *types.ContainerDefinition) { c.Name = nil }), "Container.name should not be null or empty."},
		"no image": {first(func(c *types.ContainerDefinition) { c.Image = nil }), "Container.image should not be null or empty."},
		"duplicate name": {second(types.ContainerDefinition{Name: aws.String("iis")}),
			"Container names must be unique. Duplicate: 'iis'."},
		"nothing essential": {first(func(c *types.ContainerDefinition) { c.Essential = aws.Bool(false) }),
			"A task definition must have at least one essential container."},
		"no memory": {first(func(c *types.ContainerDefinition) { c.Memory = nil }),
			"Invalid setting for container 'iis'. At least one of 'memory' or 'memoryReservation' must be specified."},
		"reservation above memory": {first(func(c *types.ContainerDefinition) { c.MemoryReservation = aws.Int32(1025) }),
			"Invalid setting for container 'iis'. The 'memoryReservation' cannot be greater than the 'memory'."},
		"memory above the task's": {func(in *definition) { in.Memory = aws.String("512") },
			"Invalid setting for container 'iis'. The 'memory' cannot be greater than the task's."},
		"task cpu": {func(in *definition) { in.Cpu = aws.String("64") },
			"Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."},
		"host port": {port(types.PortMapping{ContainerPort: aws.Int32(80), HostPort: aws.Int32(8080)}),
			"When networkMode=awsvpc, the host ports and container ports in port mappings must match."},
		"host port under host": {func(in *definition) {
			in.NetworkMode = types.NetworkModeHost
			port(types.PortMapping{ContainerPort: aws.Int32(80), HostPort: aws.Int32(8080)})(in)
		}, "When networkMode=host, the host ports and container ports in port mappings must match."},
		"ports under none": {func(in *definition) {
			in.NetworkMode = types.NetworkModeNone
			port(types.PortMapping{ContainerPort: aws.Int32(80)})(in)
		}, "Port mappings are not supported when networkMode=none."},
		"port 0":   {port(types.PortMapping{ContainerPort: aws.Int32(0)}), "Invalid container port. It must be between 1 and 65535."},
		"protocol": {port(types.PortMapping{ContainerPort: aws.Int32(80), Protocol: "sctp"}), "protocol should be one of [tcp,udp]"},
		"range": {port(types.PortMapping{ContainerPortRange: aws.String("90-80")}),
			"containerPortRange must be two ports between 1 and 65535, the first not above the last."},
		"range and port": {port(types.PortMapping{ContainerPortRange: aws.String("80-90"), ContainerPort: aws.Int32(80)}),
			"containerPortRange cannot be used together with containerPort or hostPort."},
		"links": {first(func(c *types.ContainerDefinition) { c.Links = []string{"a"} }),
			"Links are not supported when networkMode=awsvpc."},
		"hostname": {first(func(c *types.ContainerDefinition) { c.Hostname = aws.String("a") }),
			"hostname is not supported on container when networkMode=awsvpc."},
		"extra hosts": {first(func(c *types.ContainerDefinition) {
			c.ExtraHosts = []types.HostEntry{{Hostname: aws.String("a"), IpAddress: aws.String("10.0.0.1")}}
		}), "Extra hosts are not supported when networkMode=awsvpc."},
		"network mode": {func(in *definition) { in.NetworkMode = "nat" }, "networkMode should be one of [awsvpc,bridge,host,none]"},
		"unknown dependency": {first(func(c *types.ContainerDefinition) { c.DependsOn = on("db", "START") }),
			"Cannot depend on container + 'db' because it does not exist"},
		"essential dependency": {second(types.ContainerDefinition{Name: aws.String("side"), DependsOn: on("iis", "SUCCESS")}),
			"A dependency container with SUCCESS or COMPLETE condition cannot be an essential container"},
		"cycle": {func(in *definition) {
			in.ContainerDefinitions[0].DependsOn = on("side", "START")
			second(types.ContainerDefinition{Name: aws.String("side"), DependsOn: on("iis", "START")})(in)
		}, "Container 'iis' depends on itself."},
		"unknown volume": {first(func(c *types.ContainerDefinition) {
			c.MountPoints = []types.MountPoint{{SourceVolume: aws.String("data"), ContainerPath: aws.String(`C:\data`)}}
		}), "Unknown volume 'data'."},
		"duplicate volume": {func(in *definition) {
			in.Volumes = []types.Volume{{Name: aws.String("data")}, {Name: aws.String("data")}}
		}, "Volume names must be unique. Duplicate: 'data'."},
		"volume of two kinds": {func(in *definition) {
			in.Volumes = []types.Volume{{
				Name: aws.String("data"), Host: &types.HostVolumeProperties{}, ConfiguredAtLaunch: aws.Bool(true),
			}}
		}, "Volume 'data' must have only one configuration."},
		"secret without a role": {first(func(c *types.ContainerDefinition) {
			c.Secrets = []types.Secret{{Name: aws.String("A"), ValueFrom: aws.String("p")}}
		}), "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."},
		"secret and variable": {func(in *definition) {
			in.ExecutionRoleArn = aws.String("ecsTaskExecutionRole")
			in.ContainerDefinitions[0].Environment = []types.KeyValuePair{{Name: aws.String("A"), Value: aws.String("hunter2")}}
			in.ContainerDefinitions[0].Secrets = []types.Secret{{Name: aws.String("A"), ValueFrom: aws.String("p")}}
		}, "The secret name must be unique and not shared with any new or existing environment variables set on the container, such as 'A'."},
		"log driver": {first(func(c *types.ContainerDefinition) {
			c.LogConfiguration = &types.LogConfiguration{LogDriver: "etw"}
		}), "logDriver should be one of [awsfirelens,awslogs,fluentd,gelf,journald,json-file,splunk,syslog]"},
		"health check interval": {first(func(c *types.ContainerDefinition) {
			c.HealthCheck = &types.HealthCheck{Command: []string{"CMD", "x"}, Interval: aws.Int32(301)}
		}), "Health check interval must be between 5 and 300."},
		"restart period": {first(func(c *types.ContainerDefinition) {
			c.RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(true), RestartAttemptPeriod: aws.Int32(59)}
		}), "restartAttemptPeriod must be between 60 and 1800."},
		"role": {func(in *definition) { in.TaskRoleArn = aws.String("arn:aws:iam::1:user/x") }, "Role is not valid"},
		"operating system": {func(in *definition) {
			in.RuntimePlatform = &types.RuntimePlatform{CpuArchitecture: "Z80"}
		}, "cpuArchitecture should be one of [ARM64,X86_64]"},
		"Fargate size": {func(in *definition) {
			in.RequiresCompatibilities = []types.Compatibility{types.CompatibilityFargate}
			in.Cpu, in.Memory = aws.String("256"), aws.String("4096")
		}, "No Fargate configuration exists for given values: 256 CPU, 4096 memory. See the Amazon ECS documentation for the valid values."},
		"Fargate network": {func(in *definition) {
			in.RequiresCompatibilities = []types.Compatibility{types.CompatibilityFargate}
			in.NetworkMode = types.NetworkModeBridge
		}, "Fargate only supports network mode ‘awsvpc’."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newClient(t)
			in := minimal("iis")
			test.change(in)
			_, err := c.RegisterTaskDefinition(t.Context(), in)
			wantError(t, err, "ClientException", test.want)
			out := must(c.ListTaskDefinitionFamilies(t.Context(), &ecs.ListTaskDefinitionFamiliesInput{}))(t)
			if len(out.Families) != 0 {
				t.Errorf("the refused definition left a family behind: %v", out.Families)
			}
		})
	}
}

func TestRegisterRefusesALongDefinition(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	in := minimal("iis")
	in.ContainerDefinitions[0].Command = []string{strings.Repeat("x", 64<<10)}
	_, err := c.RegisterTaskDefinition(t.Context(), in)
	wantError(t, err, "ClientException", "")
	if err != nil && !strings.Contains(err.Error(), "Max allowed length is '65536' bytes.") {
		t.Errorf("error %q does not say the limit", err)
	}
}
