package nodeconfig

import "time"

// nodeRows are the members about the machine and the phases.
func nodeRows() []row {
	rows := []row{
		{
			Field: Field{Path: "agent_install.source", Enum: []string{"existing", "cache", "ecstools"}, Example: "cache", Doc: "`existing`: the agent is installed. `cache`: it is, or lies as an archive in the AMI and is unpacked. `ecstools`: run AWS's Initialize-ECSAgent once, in PowerShell."},
			at:    func(d *Document) any { return &d.AgentInstall.Source },
		},
		{
			Field: Field{Path: "agent_install.version", Pattern: `^[0-9]+\.[0-9]+\.[0-9]+$`, PatternHint: "a version such as 1.105.1", Example: "1.105.1", Doc: "Version of the agent. Not given: the one that the AMI brings."},
			at:    func(d *Document) any { return &d.AgentInstall.Version },
		},
		{
			Field: Field{Path: "agent_install.sha256", Pattern: sha256Pattern, PatternHint: sha256Hint, Example: exampleDigest, Doc: "SHA-256 of the agent's program. Not given: not compared."},
			at:    func(d *Document) any { return &d.AgentInstall.SHA256 },
		},
		{
			Field: Field{Path: "coexist", Enum: []string{"takeover", "yield", "fail"}, Example: "yield", Doc: "What to do about the scheduled task Initialize-ECSHostReboot of AWS's ECSTools, which would race the bootstrap at each boot. `takeover`: disable it; `reset` brings it back. `yield`: only verify what it does. `fail`: stop."},
			at:    func(d *Document) any { return &d.Coexist },
		},
		{
			Field: Field{Path: "boot_path", Example: "true", Doc: "Install the service that sets up the network anew after each boot. Docker's nat networks and 169.254.170.2 do not survive one."},
			at:    func(d *Document) any { return &d.BootPath },
		},
	}
	return append(rows, timeoutRows()...)
}

func timeoutRows() []row {
	timeout := func(name, doc string, at func(*Document) any) row {
		return row{Field: Field{Path: "timeouts." + name, Range: durations(time.Second, 2*time.Hour), Example: "10m", Doc: doc}, at: at}
	}
	return []row{
		timeout("total", "The whole run.", func(d *Document) any { return &d.Timeouts.Total }),
		timeout("imds", "Until the instance metadata answers.", func(d *Document) any { return &d.Timeouts.IMDS }),
		timeout("docker", "Until Docker runs and answers.", func(d *Document) any { return &d.Timeouts.Docker }),
		timeout("nat", "Until Docker's `nat` network and its adapter are there.", func(d *Document) any { return &d.Timeouts.NAT }),
		timeout("host_proxy", "Until the agent answers at 169.254.170.2:80.", func(d *Document) any { return &d.Timeouts.HostProxy }),
		timeout("agent_install", "The installation of the agent.", func(d *Document) any { return &d.Timeouts.AgentInstall }),
		timeout("endpoints", "The check of the AWS endpoints.", func(d *Document) any { return &d.Timeouts.Endpoints }),
		timeout("agent_start", "Until the AmazonECS service runs.", func(d *Document) any { return &d.Timeouts.AgentStart }),
		timeout("register", "Until the agent's introspection shows the registration.", func(d *Document) any { return &d.Timeouts.Register }),
		timeout("signal", "Each signal.", func(d *Document) any { return &d.Timeouts.Signal }),
	}
}

// reportRows are the members about what comes after the join.
func reportRows() []row {
	const hookPattern, hookHint = `^[A-Za-z0-9_/-]{1,255}$`, "a lifecycle hook's name (letters, digits, hyphens, underscores, slashes)"
	return []row{
		{
			Field: Field{Path: "verify.acs_connected", Example: "false", Doc: "Wait until the agent is connected to ECS, not only registered."},
			at:    func(d *Document) any { return &d.Verify.ACSConnected },
		},
		{
			Field: Field{Path: "verify.attributes", Example: "[ecs.capability.task-eni]", Pattern: attributeName, PatternHint: "an attribute's name", Doc: "Attributes that the container instance must have. With `awsvpc.enabled`, `ecs.capability.task-eni` is asked for anyway."},
			at:    func(d *Document) any { return &d.Verify.Attributes },
		},
		{
			Field: Field{Path: "signal.auto_scaling.hook", Pattern: hookPattern, PatternHint: hookHint, Example: "launch", Doc: "Name of the launch lifecycle hook. Not given: no signal."},
			at:    func(d *Document) any { return &d.Signal.AutoScaling.Hook },
		},
		{
			Field: Field{Path: "signal.auto_scaling.group", Example: "windows-nodes", Doc: "Name of the group. Not given: from the instance's tag aws:autoscaling:groupName."},
			at:    func(d *Document) any { return &d.Signal.AutoScaling.Group }, check: checkGroup,
		},
		{
			Field: Field{Path: "signal.auto_scaling.heartbeat", Range: durations(10*time.Second, time.Hour), Example: "2m", Doc: "How often the hook is told that the work goes on."},
			at:    func(d *Document) any { return &d.Signal.AutoScaling.Heartbeat },
		},
		{
			Field: Field{Path: "signal.auto_scaling.on_failure", Enum: []string{"ABANDON", "CONTINUE"}, Example: "CONTINUE", Doc: "What the hook is told after a failure. `ABANDON` ends the instance."},
			at:    func(d *Document) any { return &d.Signal.AutoScaling.OnFailure },
		},
		{
			Field: Field{Path: "signal.cloudformation.stack", Pattern: `^(arn:aws(-[a-z]+)*:cloudformation:[^\s]+|[A-Za-z][A-Za-z0-9-]{0,127})$`, PatternHint: "a stack's name or ARN", Example: "windows-nodes", Doc: "Name or ARN of the stack. Not given: no signal."},
			at:    func(d *Document) any { return &d.Signal.CloudFormation.Stack },
		},
		{
			Field: Field{Path: "signal.cloudformation.resource", Pattern: `^[A-Za-z0-9]{1,255}$`, PatternHint: "a resource's logical ID (letters and digits)", Example: "Nodes", Doc: "Logical ID of the resource that waits for the signal."},
			at:    func(d *Document) any { return &d.Signal.CloudFormation.Resource },
		},
		{
			Field: Field{Path: "drain.enabled", Example: "true", Doc: "Set the container instance to DRAINING when Windows shuts down, and back to ACTIVE after a reboot."},
			at:    func(d *Document) any { return &d.Drain.Enabled },
		},
		{
			Field: Field{Path: "drain.timeout", Range: durations(time.Second, time.Hour), Example: "10m", Doc: "How long to wait for the tasks to leave. Windows waits as long."},
			at:    func(d *Document) any { return &d.Drain.Timeout },
		},
		{
			Field: Field{Path: "drain.terminate_hook", Pattern: hookPattern, PatternHint: hookHint, Example: "terminate", Doc: "Name of the termination lifecycle hook to complete after the drain."},
			at:    func(d *Document) any { return &d.Drain.TerminateHook },
		},
		{
			Field: Field{Path: "reboot.policy", Enum: []string{"never", "if_required"}, Example: "if_required", Doc: "`if_required` needs user data that is run again after a reboot: YAML without `detach`, or service mode."},
			at:    func(d *Document) any { return &d.Reboot.Policy },
		},
		{
			Field: Field{Path: "reboot.limit", Range: numbers(1, 5), Example: "1", Doc: "How many reboots at most. EC2Launch v2 allows five a task."},
			at:    func(d *Document) any { return &d.Reboot.Limit },
		},
		{
			Field: Field{Path: "metrics.prometheus_textfile", Pattern: windowsPath, PatternHint: pathHint, Example: `C:\ProgramData\EcsBootstrap\bootstrap.prom`, Doc: "File for the text collector of Prometheus' Windows exporter."},
			at:    func(d *Document) any { return &d.Metrics.PrometheusTextfile }, check: checkPath,
		},
		{
			Field: Field{Path: "download.source", Enum: []string{"baked", "https", "s3"}, Example: "https", Doc: "`baked`: the AMI has the program. `s3` works behind a gateway endpoint, without internet."},
			at:    func(d *Document) any { return &d.Download.Source },
		},
		{
			Field: Field{Path: "download.location", Example: "https://downloads.example.com/ecswin-bootstrap.exe", Doc: "Path of the program in the AMI, its https:// URL, or s3://bucket/key."},
			at:    func(d *Document) any { return &d.Download.Location },
		},
		{
			Field: Field{Path: "download.sha256", Pattern: sha256Pattern, PatternHint: sha256Hint, Example: exampleDigest, Doc: "SHA-256 of the program. A download without it is refused."},
			at:    func(d *Document) any { return &d.Download.SHA256 },
		},
		{
			Field: Field{Path: "log.level", Enum: []string{"trace", "debug", "info", "warn", "error"}, Example: "debug", Doc: "Level of the log."},
			at:    func(d *Document) any { return &d.Log.Level },
		},
		{
			Field: Field{Path: "log.format", Enum: []string{"text", "json"}, Example: "json", Doc: "Format of the console's log. The file is always JSON."},
			at:    func(d *Document) any { return &d.Log.Format },
		},
		{
			Field: Field{Path: "log.file", Pattern: windowsPath, PatternHint: pathHint, Example: `D:\logs\ecswin.log`, Doc: "File of the log. Not given: one in the state folder."},
			at:    func(d *Document) any { return &d.Log.File }, check: checkPath,
		},
		{
			Field: Field{Path: "log.event_log", Example: "false", Doc: "Write warnings, errors and the ends of phases to the Windows event log."},
			at:    func(d *Document) any { return &d.Log.EventLog },
		},
	}
}

const (
	sha256Pattern = `^[0-9A-Fa-f]{64}$`
	sha256Hint    = "a SHA-256 in hexadecimal, 64 digits"
	exampleDigest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	attributeName = `^[A-Za-z0-9_./\\-]{1,128}$`
)
