package nodeconfig

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// crossChecks holds members against each other. Each problem blames the member that is the easier one to change.
func (v *validation) crossChecks(d *Document) {
	v.network(d)
	v.installation(d)
	v.deadlines(d)
	v.signals(d)
	v.download(d)
}

func (v *validation) network(d *Document) {
	if region, ok := clusterRegion(d.Cluster); ok && d.Region != "" && region != d.Region {
		v.add("region", "is not the region of the cluster's ARN", "remove it, or take the cluster's")
	}
	if d.AWSVPC.BlockIMDS && !d.AWSVPC.Enabled {
		v.add("awsvpc.block_imds", "has no effect without awsvpc.enabled", "remove it, or set awsvpc.enabled to true")
	}
	if len(d.AWSVPC.AdditionalLocalRoutes) > 0 && !d.AWSVPC.Enabled {
		v.add("awsvpc.additional_local_routes", "has no effect without awsvpc.enabled", "remove it, or set awsvpc.enabled to true")
	}
	if d.HostProxy.Mode == "off" && (d.AWSVPC.Enabled || d.Agent.TaskIAMRole) {
		v.add("host_proxy.mode", "cannot be off while awsvpc.enabled or agent.task_iam_role is on: tasks get metadata and credentials through the proxy", "set it to verify if somebody else sets the proxy up")
	}
	if d.NAT.Subnet != "" && d.NAT.Repair == "off" {
		v.add("nat.subnet", "has no effect with nat.repair off", "remove one of the two")
	}
	if d.Domain.Name != "" && !d.Domain.Require {
		v.add("domain.name", "has no effect without domain.require", "set domain.require to true")
	}
	if d.Trunking.Mode == "off" && d.Trunking.OptIn {
		v.add("trunking.opt_in", "has no effect with trunking.mode off", "remove it, or set trunking.mode to auto")
	}
	if d.Trunking.Mode == "off" && d.Trunking.ExperimentalVariant != "" {
		v.add("trunking.experimental_variant", "has no effect with trunking.mode off", "remove it, or set trunking.mode to auto")
	}
	for _, p := range []struct {
		path     string
		settings ProxySettings
	}{{"proxy.agent", d.Proxy.Agent}, {"proxy.docker", d.Proxy.Docker}} {
		if len(p.settings.NoProxy) > 0 && p.settings.HTTP == "" && p.settings.HTTPS == "" {
			v.add(p.path+".no_proxy", "has no effect without a proxy", "give "+p.path+".https, or remove it")
		}
	}
	if d.Agent.PollingMetricsWait != v.defaults.Agent.PollingMetricsWait && !d.Agent.PollMetrics {
		v.add("agent.polling_metrics_wait", "has no effect without agent.poll_metrics", "set agent.poll_metrics to true")
	}
}

// clusterRegion returns the region of a cluster that is given by its ARN.
func clusterRegion(cluster string) (string, bool) {
	parts := strings.Split(cluster, ":")
	if len(parts) < 6 || parts[0] != "arn" {
		return "", false
	}
	return parts[3], true
}

func (v *validation) installation(d *Document) {
	names := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(d.Agent.Environment)) {
		if first, twice := names[strings.ToUpper(name)]; twice {
			v.add(fmt.Sprintf("agent.environment[%q]", shown(name)), "is "+shown(first)+" to Windows, which does not tell letter case apart", "remove one of the two")
		}
		names[strings.ToUpper(name)] = name
	}
	switch {
	case d.AgentInstall.Source == "ecstools" && d.Agent.EnvironmentScope == "service":
		v.add("agent.environment_scope", "cannot be service with agent_install.source ecstools: Initialize-ECSAgent reads and writes machine variables", "set it to machine")
	case d.AgentInstall.Source == "ecstools" && d.Coexist == "fail":
		v.add("coexist", "cannot be fail with agent_install.source ecstools: Initialize-ECSAgent makes the scheduled task itself", "set it to takeover or yield")
	}
	if d.AgentInstall.Source == "existing" && d.AgentInstall.Version != "" {
		v.add("agent_install.version", "cannot be chosen with agent_install.source existing", "set agent_install.source to cache, or pin what is installed with agent_install.sha256")
	}
}

func (v *validation) deadlines(d *Document) {
	for _, r := range timeoutRows() {
		// A phase whose deadline nobody gave ends with the run.
		phase, ok := r.at(d).(*time.Duration)
		if ok && d.given(r, v.defaults) && *phase > d.Timeouts.Total {
			v.add(r.Path, "is longer than timeouts.total", "shorten it, or lengthen timeouts.total")
		}
	}
}

func (v *validation) signals(d *Document) {
	if d.Signal.AutoScaling.Group != "" && d.Signal.AutoScaling.Hook == "" {
		v.add("signal.auto_scaling.hook", "is missing beside signal.auto_scaling.group", "give the lifecycle hook's name")
	}
	if d.Signal.CloudFormation.Resource != "" && d.Signal.CloudFormation.Stack == "" {
		v.add("signal.cloudformation.stack", "is missing beside signal.cloudformation.resource", "give the stack's name")
	}
	if d.Signal.CloudFormation.Stack != "" && d.Signal.CloudFormation.Resource == "" {
		v.add("signal.cloudformation.resource", "is missing beside signal.cloudformation.stack", "give the logical ID of the resource that waits")
	}
	if d.Drain.TerminateHook != "" && !d.Drain.Enabled {
		v.add("drain.terminate_hook", "has no effect without drain.enabled", "remove one of the two")
	}
	if d.Drain.Enabled && !d.BootPath && d.Drain.TerminateHook != "" {
		v.add("drain.terminate_hook", "has no effect without boot_path: only the service sees Windows shut down", "set boot_path to true")
	}
}

func (v *validation) download(d *Document) {
	location := d.Download.Location
	fits, shape := true, ""
	switch d.Download.Source {
	case "baked":
		fits, shape = location == "" || isWindowsPath(location), pathHint
	case "https":
		fits, shape = isHTTPS(location), "an https:// URL"
	case "s3":
		fits, shape = isS3(location), "s3://bucket/key"
	}
	if !fits {
		v.add("download.location", "is not "+shape, "with download.source "+d.Download.Source+", give "+shape)
	}
	if d.Download.Source != "baked" && d.Download.SHA256 == "" {
		v.add("download.sha256", "is missing beside download.source "+d.Download.Source, "give the program's SHA-256")
	}
}

// unsafeInScript are the characters that would end a quoted argument of the user data's script.
const unsafeInScript = " \t\"'`%^&|<>"

var absolutePath = pattern(windowsPath)

func isWindowsPath(location string) bool {
	return absolutePath().MatchString(location) && checkPath(location) == "" && !strings.ContainsAny(location, "\"%^&`")
}

func isHTTPS(location string) bool {
	u, err := url.Parse(location)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && !strings.ContainsAny(location, unsafeInScript)
}

func isS3(location string) bool {
	rest, ok := strings.CutPrefix(location, "s3://")
	bucket, key, found := strings.Cut(rest, "/")
	return ok && found && bucket != "" && key != "" && !strings.ContainsAny(location, unsafeInScript)
}
