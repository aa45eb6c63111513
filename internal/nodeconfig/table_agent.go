package nodeconfig

import (
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig/agentenv"
)

// headRows are the members at the top of the document.
func headRows() []row {
	return []row{
		{
			Field: Field{Path: "apiVersion", Required: true, Enum: []string{APIVersion}, Doc: "Version of the document's format.", Example: APIVersion},
			at:    func(d *Document) any { return &d.APIVersion },
		},
		{
			Field: Field{Path: "kind", Required: true, Enum: []string{Kind}, Doc: "What the document is.", Example: Kind},
			at:    func(d *Document) any { return &d.Kind },
		},
		{
			Field: Field{
				Path: "cluster", Required: true, Variable: "ECS_CLUSTER", Example: "prod-windows",
				Pattern:     `^(arn:aws(-[a-z]+)*:ecs:[a-z0-9-]+:[0-9]{12}:cluster/)?[A-Za-z0-9][A-Za-z0-9_-]{0,254}$`,
				PatternHint: "a cluster's name (up to 255 letters, digits, hyphens and underscores) or ARN",
				Doc:         "Name or ARN of the cluster to join. The agent, left to itself, would make and join one called `default`.",
			},
			at: func(d *Document) any { return &d.Cluster }, always: true,
		},
		{
			Field: Field{
				Path: "region", Variable: "AWS_DEFAULT_REGION", Example: "eu-central-1",
				Pattern: `^[a-z]{2,3}(-[a-z]+)+-[0-9]+$`, PatternHint: "a region such as eu-central-1",
				Doc: "AWS region. Not given: the region of the instance.",
			},
			at: func(d *Document) any { return &d.Region },
		},
	}
}

// agentRows are the agent's settings. Defaults and bounds are those of the agent on Windows; see package agentenv.
func agentRows() []row {
	return []row{
		{
			Field: Field{Path: "agent.log_level", Variable: "ECS_LOGLEVEL", Enum: []string{"crit", "error", "warn", "info", "debug"}, Example: "debug", Doc: "Level of the agent's log. The details of task networking need `debug`."},
			at:    func(d *Document) any { return &d.Agent.LogLevel },
		},
		{
			Field: Field{Path: "agent.logging_drivers", Variable: "ECS_AVAILABLE_LOGGING_DRIVERS", Enum: agentenv.LogDrivers(), Example: "[json-file, awslogs]", Doc: "Log drivers that tasks may use. The agent does not start if it does not know one."},
			at:    func(d *Document) any { return &d.Agent.LoggingDrivers },
		},
		{
			Field: Field{Path: "agent.task_iam_role", Variable: "ECS_ENABLE_TASK_IAM_ROLE", Example: "true", Doc: "Give tasks the roles of their definitions. The agent then keeps port 80 of the host for itself."},
			at:    func(d *Document) any { return &d.Agent.TaskIAMRole }, always: true,
		},
		{
			Field: Field{Path: "agent.awslogs_execution_role_override", Variable: "ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE", Example: "true", Doc: "Let the `awslogs` driver write with the task's execution role. Tasks that have both need it."},
			at:    func(d *Document) any { return &d.Agent.AWSLogsExecutionRoleOverride },
		},
		{
			Field: Field{Path: "agent.reserved_memory_mib", Variable: "ECS_RESERVED_MEMORY", Range: numbers(0, 65535), Example: "1024", Doc: "Memory in MiB that tasks do not get."},
			at:    func(d *Document) any { return &d.Agent.ReservedMemoryMiB },
		},
		{
			Field: Field{Path: "agent.reserved_ports", Variable: "ECS_RESERVED_PORTS", Range: numbers(1, 65535), Example: "[3389, 5985]", Doc: "TCP ports of the host that tasks do not get. The list replaces the default."},
			at:    func(d *Document) any { return &d.Agent.ReservedPorts },
		},
		{
			Field: Field{Path: "agent.reserved_ports_udp", Variable: "ECS_RESERVED_PORTS_UDP", Range: numbers(1, 65535), Example: "[53]", Doc: "UDP ports of the host that tasks do not get."},
			at:    func(d *Document) any { return &d.Agent.ReservedPortsUDP },
		},
		{
			Field: Field{
				Path: "agent.dynamic_host_port_range", Variable: "ECS_DYNAMIC_HOST_PORT_RANGE", Example: "50000-60000",
				Pattern: `^[0-9]{1,5}-[0-9]{1,5}$`, PatternHint: "two ports, such as 49152-65535",
				Doc: "Host ports for tasks of the `default` network mode.",
			},
			at: func(d *Document) any { return &d.Agent.DynamicHostPortRange }, check: checkPortRange,
		},
		{
			Field: Field{Path: "agent.image_pull_behavior", Variable: "ECS_IMAGE_PULL_BEHAVIOR", Enum: []string{"default", "always", "once", "prefer-cached"}, Example: "prefer-cached", Doc: "When images are pulled. `prefer-cached` uses what the AMI brings."},
			at:    func(d *Document) any { return &d.Agent.ImagePullBehavior },
		},
		{
			Field: Field{Path: "agent.image_pull_timeout", Variable: "ECS_IMAGE_PULL_TIMEOUT", Range: atLeast(time.Second), Example: "1h", Doc: "How long the pull of an image may take."},
			at:    func(d *Document) any { return &d.Agent.ImagePullTimeout },
		},
		{
			Field: Field{Path: "agent.image_pull_inactivity_timeout", Variable: "ECS_IMAGE_PULL_INACTIVITY_TIMEOUT", Range: atLeast(time.Minute), Example: "20m", Doc: "How long a pull may stand still. The extraction of a large Windows layer counts as standing still."},
			at:    func(d *Document) any { return &d.Agent.ImagePullInactivityTimeout },
		},
		{
			Field: Field{Path: "agent.manifest_pull_timeout", Variable: "ECS_MANIFEST_PULL_TIMEOUT", Range: atLeast(30 * time.Second), Example: "2m", Doc: "How long the pull of an image's manifest may take."},
			at:    func(d *Document) any { return &d.Agent.ManifestPullTimeout },
		},
		{
			Field: Field{Path: "agent.pull_dependent_containers_upfront", Variable: "ECS_PULL_DEPENDENT_CONTAINERS_UPFRONT", Example: "true", Doc: "Pull the images of dependent containers before their conditions are met."},
			at:    func(d *Document) any { return &d.Agent.PullDependentContainersUpfront },
		},
		{
			Field: Field{Path: "agent.container_create_timeout", Variable: "ECS_CONTAINER_CREATE_TIMEOUT", Range: atLeast(time.Minute), Example: "10m", Doc: "How long the creation of a container may take."},
			at:    func(d *Document) any { return &d.Agent.ContainerCreateTimeout },
		},
		{
			Field: Field{Path: "agent.container_start_timeout", Variable: "ECS_CONTAINER_START_TIMEOUT", Range: atLeast(2 * time.Minute), Example: "15m", Doc: "How long the start of a container may take."},
			at:    func(d *Document) any { return &d.Agent.ContainerStartTimeout },
		},
		{
			Field: Field{Path: "agent.container_stop_timeout", Variable: "ECS_CONTAINER_STOP_TIMEOUT", Range: atLeast(time.Second), Example: "1m", Doc: "How long a container may take to stop before it is killed."},
			at:    func(d *Document) any { return &d.Agent.ContainerStopTimeout },
		},
		{
			Field: Field{Path: "agent.task_cleanup_wait", Variable: "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION", Range: atLeast(time.Second), Example: "1h", Doc: "How long the containers of a stopped task are kept."},
			at:    func(d *Document) any { return &d.Agent.TaskCleanupWait },
		},
		{
			Field: Field{Path: "agent.task_cleanup_wait_jitter", Variable: "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION_JITTER", Range: atLeast(0), Example: "10m", Doc: "A random time up to this is added to `task_cleanup_wait`."},
			at:    func(d *Document) any { return &d.Agent.TaskCleanupWaitJitter },
		},
		{
			Field: Field{Path: "agent.disable_image_cleanup", Variable: "ECS_DISABLE_IMAGE_CLEANUP", Example: "true", Doc: "Keep every image."},
			at:    func(d *Document) any { return &d.Agent.DisableImageCleanup },
		},
		{
			Field: Field{Path: "agent.image_cleanup_interval", Variable: "ECS_IMAGE_CLEANUP_INTERVAL", Range: atLeast(10 * time.Minute), Example: "1h", Doc: "How often unused images are removed."},
			at:    func(d *Document) any { return &d.Agent.ImageCleanupInterval },
		},
		{
			Field: Field{Path: "agent.image_minimum_cleanup_age", Variable: "ECS_IMAGE_MINIMUM_CLEANUP_AGE", Range: atLeast(time.Second), Example: "6h", Doc: "How long after its pull an image is safe from removal."},
			at:    func(d *Document) any { return &d.Agent.ImageMinimumCleanupAge },
		},
		{
			Field: Field{Path: "agent.images_deleted_per_cycle", Variable: "ECS_NUM_IMAGES_DELETE_PER_CYCLE", Range: numbers(1, 1000), Example: "10", Doc: "How many images one clean-up removes."},
			at:    func(d *Document) any { return &d.Agent.ImagesDeletedPerCycle },
		},
		{
			Field: Field{Path: "agent.container_metadata", Variable: "ECS_ENABLE_CONTAINER_METADATA", Example: "true", Doc: "Put a file with its metadata into each container."},
			at:    func(d *Document) any { return &d.Agent.ContainerMetadata },
		},
		{
			Field: Field{Path: "agent.disable_metrics", Variable: "ECS_DISABLE_METRICS", Example: "true", Doc: "Send no CloudWatch metrics."},
			at:    func(d *Document) any { return &d.Agent.DisableMetrics },
		},
		{
			Field: Field{Path: "agent.poll_metrics", Variable: "ECS_POLL_METRICS", Example: "true", Doc: "Poll Docker for metrics, which costs less CPU than its stream."},
			at:    func(d *Document) any { return &d.Agent.PollMetrics },
		},
		{
			Field: Field{Path: "agent.polling_metrics_wait", Variable: "ECS_POLLING_METRICS_WAIT_DURATION", Range: durations(5*time.Second, 20*time.Second), Example: "20s", Doc: "How often Docker is polled for metrics, with `poll_metrics`."},
			at:    func(d *Document) any { return &d.Agent.PollingMetricsWait },
		},
		{
			Field: Field{Path: "agent.gmsa", Variable: "ECS_GMSA_SUPPORTED", Example: "true", Doc: "Offer group Managed Service Accounts. Not given, the agent offers them on an instance that is in a domain; given as true, it offers domainless gMSA too where the plug-in is installed."},
			at:    func(d *Document) any { return &d.Agent.GMSA },
		},
		{
			Field: Field{Path: "agent.fsx_windows_file_server", Variable: "ECS_FSX_WINDOWS_FILE_SERVER_SUPPORTED", Example: "false", Doc: "Offer volumes of FSx for Windows File Server."},
			at:    func(d *Document) any { return &d.Agent.FSxWindowsFileServer },
		},
		{
			Field: Field{Path: "agent.ebs_task_attach", Variable: "ECS_EBSTA_SUPPORTED", Example: "false", Doc: "Offer EBS volumes that ECS attaches for a task."},
			at:    func(d *Document) any { return &d.Agent.EBSTaskAttach },
		},
		{
			Field: Field{Path: "agent.unbounded_cpu_workaround", Variable: "ECS_ENABLE_CPU_UNBOUNDED_WINDOWS_WORKAROUND", Example: "true", Doc: "Give a container with `cpu` 0 or none all the CPU that is free, rather than one per cent."},
			at:    func(d *Document) any { return &d.Agent.UnboundedCPUWorkaround },
		},
		{
			Field: Field{Path: "agent.unbounded_memory_workaround", Variable: "ECS_ENABLE_MEMORY_UNBOUNDED_WINDOWS_WORKAROUND", Example: "true", Doc: "Drop `memoryReservation` where no `memory` is given. Docker on Windows refuses it."},
			at:    func(d *Document) any { return &d.Agent.UnboundedMemoryWorkaround },
		},
		{
			Field: Field{Path: "agent.disable_privileged", Variable: "ECS_DISABLE_PRIVILEGED", Example: "true", Doc: "Do not offer privileged containers, which Windows does not have."},
			at:    func(d *Document) any { return &d.Agent.DisablePrivileged },
		},
		{
			Field: Field{Path: "agent.attributes", Variable: "ECS_INSTANCE_ATTRIBUTES", MaxItems: 10, Example: "{tier: web}", Doc: "Custom attributes for placement constraints. The agent sends them at its first registration only."},
			at:    func(d *Document) any { return &d.Agent.Attributes }, checkPair: checkAttribute,
		},
		{
			Field: Field{Path: "agent.tags", Variable: "ECS_CONTAINER_INSTANCE_TAGS", MaxItems: 50, Example: "{team: shop}", Doc: "Tags of the container instance. The instance role needs `ecs:TagResource`."},
			at:    func(d *Document) any { return &d.Agent.Tags }, checkPair: checkTag,
		},
		{
			Field: Field{Path: "agent.propagate_tags_from", Variable: "ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM", Enum: []string{"none", "ec2_instance"}, Example: "ec2_instance", Doc: "Copy the tags of the EC2 instance. The instance role needs `ec2:DescribeTags`."},
			at:    func(d *Document) any { return &d.Agent.PropagateTagsFrom },
		},
		{
			Field: Field{
				Path: "agent.backend_host", Variable: "ECS_BACKEND_HOST", Example: "https://ecs.eu-central-1.amazonaws.com",
				Doc: "Endpoint of the ECS API. Not given: the public one, or the VPC endpoint with private DNS.",
			},
			at: func(d *Document) any { return &d.Agent.BackendHost }, check: checkEndpoint,
		},
		{
			Field: Field{Path: "agent.warm_pool", Variable: "ECS_WARM_POOLS_CHECK", Example: "true", Doc: "Register only once the instance has left its warm pool. Set it in Auto Scaling groups only."},
			at:    func(d *Document) any { return &d.Agent.WarmPool },
		},
		{
			Field: Field{Path: "agent.spot_draining", Variable: "ECS_ENABLE_SPOT_INSTANCE_DRAINING", Example: "true", Doc: "Drain when EC2 is about to reclaim a Spot Instance."},
			at:    func(d *Document) any { return &d.Agent.SpotDraining },
		},
		{
			Field: Field{Path: "agent.data_dir", Variable: "ECS_DATADIR", Pattern: windowsPath, PatternHint: pathHint, Example: `D:\ECS\data`, Doc: "Folder of the agent's checkpoint. Without it a restarted agent forgets its tasks."},
			at:    func(d *Document) any { return &d.Agent.DataDir }, always: true, check: checkPath,
		},
		{
			Field: Field{Path: "agent.log_file", Variable: "ECS_LOGFILE", Pattern: windowsPath, PatternHint: pathHint, Example: `D:\ECS\log\ecs-agent.log`, Doc: "File of the agent's log."},
			at:    func(d *Document) any { return &d.Agent.LogFile }, always: true, check: checkPath,
		},
		{
			Field: Field{
				Path: "agent.environment", Reference: true, Sensitive: true, Example: "{ECS_EXCLUDE_UNTRACKED_IMAGE: 'corp/base:1'}",
				Doc: "Further environment variables of the agent. A variable that has a member of its own is refused, and so is one that the agent on Windows does not heed.",
			},
			at: func(d *Document) any { return &d.Agent.Environment }, checkPair: checkVariable,
		},
		{
			Field: Field{Path: "agent.environment_scope", Enum: []string{"machine", "service"}, Example: "service", Doc: "Where the variables are written: for the whole machine, as AWS documents, or for the AmazonECS service alone (*not verified* on a real host)."},
			at:    func(d *Document) any { return &d.Agent.EnvironmentScope },
		},
	}
}

const (
	windowsPath = `^[A-Za-z]:\\[^<>:"/|?*\x00-\x1f]+$`
	pathHint    = `an absolute Windows path, such as C:\ProgramData\file`
)
