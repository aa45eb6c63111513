// Package agentenv knows how the Amazon ECS agent on Windows reads its environment variables: which it reads, in which
// grammar, within which bounds, and what it does with a value it does not like. The agent mostly warns and goes on with
// its default, so a value has to be checked before it gets there.
//
// Source of every row: agent/config/config.go, config_windows.go, parse.go and parse_windows.go, and
// ecs-agent/logger/log.go of github.com/aws/amazon-ecs-agent, version 1.105.1.
package agentenv

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agext/levenshtein"
)

// Kind is the grammar of a variable's value.
type Kind int

// The grammars that the agent knows.
const (
	// Text is taken as it is.
	Text Kind = iota
	// Bool is what strconv.ParseBool takes, blanks around it cut off.
	Bool
	// Uint16 is a decimal number from 0 to 65535.
	Uint16
	// Count is a decimal number with a minimum.
	Count
	// Duration is what time.ParseDuration takes, such as 90s or 1h30m.
	Duration
	// Ports is a JSON array of numbers from 0 to 65535.
	Ports
	// Drivers is a JSON array of log drivers' names.
	Drivers
	// Strings is a JSON array of strings.
	Strings
	// Pairs is a JSON object of strings.
	Pairs
	// Routes is a JSON array of CIDR blocks.
	Routes
	// Word is one of a closed list.
	Word
	// PortRange is two ports, as in 49152-65535.
	PortRange
)

// Variable is one environment variable that the agent reads.
type Variable struct {
	Name string
	Kind Kind
	// Min and Max bound a Count, or a Duration in nanoseconds. A Max of 0 is no bound.
	Min, Max int64
	// Words are what a Word may be.
	Words []string
	// Secret tells that the value must not be written down.
	Secret bool
	// NotOnWindows says why setting it achieves nothing on Windows, or is empty.
	NotOnWindows string
	// Bad is what the agent does with a value that breaks the grammar or the bounds.
	Bad string
}

// What the agent does with a bad value.
const (
	warns     = "the agent warns and keeps its default"
	stops     = "the agent does not start"
	corrects  = "the agent replaces it silently"
	falsely   = "the agent takes it for its default without a word"
	minimises = "the agent warns and takes the minimum"
)

// LogDrivers returns the log drivers' names that the agent takes for ECS_AVAILABLE_LOGGING_DRIVERS. It takes
// awsfirelens too, which is of no use on Windows: FireLens is never registered there.
func LogDrivers() []string {
	return []string{"json-file", "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "logentries", "sumologic", "none"}
}

// Variables returns every variable the agent reads, sorted by name.
func Variables() []Variable {
	const (
		second     = int64(time.Second)
		minute     = int64(time.Minute)
		linuxOnly  = "the agent reads it on Linux only"
		unused     = "the agent on Windows has no such feature"
		overridden = "the agent on Windows overrides it"
	)
	return []Variable{
		{Name: "AWS_DEFAULT_REGION"},
		{Name: "DOCKER_HOST"},
		{Name: "ECS_AGENT_CONFIG_FILE_PATH"},
		{Name: "ECS_ALTERNATE_CREDENTIAL_PROFILE"},
		{Name: "ECS_APPARMOR_CAPABLE", Kind: Bool, Bad: warns, NotOnWindows: linuxOnly},
		{Name: "ECS_AUDIT_LOGFILE"},
		{Name: "ECS_AUDIT_LOGFILE_DISABLED", Kind: Bool, Bad: falsely},
		{Name: "ECS_AVAILABLE_LOGGING_DRIVERS", Kind: Drivers, Bad: "the agent warns and keeps its default where it is not JSON, and does not start where a driver is unknown"},
		{Name: "ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES", Kind: Routes, Bad: stops},
		{Name: "ECS_AWSVPC_BLOCK_IMDS", Kind: Bool, Bad: warns},
		{Name: "ECS_BACKEND_HOST"},
		{Name: "ECS_CGROUP_CPU_PERIOD", Kind: Duration, Bad: warns, NotOnWindows: unused},
		{Name: "ECS_CGROUP_PATH", NotOnWindows: unused},
		{Name: "ECS_CHECKPOINT", Kind: Bool, Bad: warns},
		{Name: "ECS_CLUSTER"},
		{Name: "ECS_CNI_PLUGINS_PATH"},
		{Name: "ECS_CONTAINER_CREATE_TIMEOUT", Kind: Duration, Min: minute, Bad: minimises},
		{Name: "ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM", Kind: Word, Words: []string{"none", "ec2_instance"}, Bad: falsely},
		{Name: "ECS_CONTAINER_INSTANCE_TAGS", Kind: Pairs, Bad: stops},
		{Name: "ECS_CONTAINER_START_TIMEOUT", Kind: Duration, Min: 2 * minute, Bad: minimises},
		{Name: "ECS_CONTAINER_STOP_TIMEOUT", Kind: Duration, Min: second, Bad: minimises},
		{Name: "ECS_DATADIR"},
		{Name: "ECS_DISABLE_DOCKER_HEALTH_CHECK", Kind: Bool, Bad: warns},
		{Name: "ECS_DISABLE_IMAGE_CLEANUP", Kind: Bool, Bad: warns},
		{Name: "ECS_DISABLE_METRICS", Kind: Bool, Bad: warns},
		{Name: "ECS_DISABLE_PRIVILEGED", Kind: Bool, Bad: warns},
		{Name: "ECS_DISABLE_TASK_METADATA_AZ", Kind: Bool, Bad: falsely},
		{Name: "ECS_DYNAMIC_HOST_PORT_RANGE", Kind: PortRange, Bad: warns},
		{Name: "ECS_EBSTA_SUPPORTED", Kind: Bool, Bad: falsely},
		{Name: "ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE", Kind: Bool, Bad: warns},
		{Name: "ECS_ENABLE_CONTAINER_METADATA", Kind: Bool, Bad: warns},
		{Name: "ECS_ENABLE_CPU_UNBOUNDED_WINDOWS_WORKAROUND", Kind: Bool, Bad: warns},
		{Name: "ECS_ENABLE_FIRELENS_ASYNC", Kind: Bool, Bad: warns, NotOnWindows: unused},
		{Name: "ECS_ENABLE_GPU_SUPPORT", Kind: Bool, Bad: falsely, NotOnWindows: unused},
		{Name: "ECS_ENABLE_HIGH_DENSITY_ENI", Kind: Bool, Bad: warns, NotOnWindows: linuxOnly},
		{Name: "ECS_ENABLE_INF_SUPPORT", Kind: Bool, Bad: falsely, NotOnWindows: unused},
		{Name: "ECS_ENABLE_MEMORY_UNBOUNDED_WINDOWS_WORKAROUND", Kind: Bool, Bad: warns},
		{Name: "ECS_ENABLE_RUNTIME_STATS", Kind: Bool, Bad: warns},
		{Name: "ECS_ENABLE_SPOT_INSTANCE_DRAINING", Kind: Bool, Bad: warns},
		{Name: "ECS_ENABLE_TASK_CPU_MEM_LIMIT", Kind: Bool, Bad: warns, NotOnWindows: overridden},
		{Name: "ECS_ENABLE_TASK_ENI", Kind: Bool, Bad: warns},
		{Name: "ECS_ENABLE_TASK_IAM_ROLE", Kind: Bool, Bad: warns},
		{Name: "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST", Kind: Bool, Bad: falsely},
		{Name: "ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP", Kind: Bool, Bad: warns},
		{Name: "ECS_ENGINE_AUTH_DATA", Secret: true},
		{Name: "ECS_ENGINE_AUTH_TYPE", Kind: Word, Words: []string{"docker", "dockercfg"}, Bad: "the agent logs in to no registry"},
		{Name: "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION", Kind: Duration, Min: second, Bad: corrects},
		{Name: "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION_JITTER", Kind: Duration, Bad: warns},
		{Name: "ECS_EXCLUDE_IPV6_PORTBINDING", Kind: Bool, Bad: warns},
		{Name: "ECS_EXCLUDE_UNTRACKED_IMAGE"},
		{Name: "ECS_EXTERNAL", Kind: Bool, Bad: warns, NotOnWindows: "it makes an ECS Anywhere instance, which has no awsvpc mode"},
		{Name: "ECS_FSX_WINDOWS_FILE_SERVER_SUPPORTED", Kind: Bool, Bad: falsely},
		{Name: "ECS_GMSA_SUPPORTED", Kind: Bool, Bad: falsely},
		{Name: "ECS_HOST_DATA_DIR"},
		{Name: "ECS_IMAGE_CLEANUP_INTERVAL", Kind: Duration, Min: 10 * minute, Bad: corrects},
		{Name: "ECS_IMAGE_MINIMUM_CLEANUP_AGE", Kind: Duration, Bad: warns},
		{Name: "ECS_IMAGE_PULL_BEHAVIOR", Kind: Word, Words: []string{"default", "always", "once", "prefer-cached"}, Bad: falsely},
		{Name: "ECS_IMAGE_PULL_INACTIVITY_TIMEOUT", Kind: Duration, Min: minute, Bad: corrects},
		{Name: "ECS_IMAGE_PULL_TIMEOUT", Kind: Duration, Bad: warns},
		{Name: "ECS_INSTANCE_ATTRIBUTES", Kind: Pairs, Bad: stops},
		{Name: "ECS_INSTANCE_IP_COMPATIBILITY", NotOnWindows: unused},
		{Name: "ECS_LOGFILE"},
		{Name: "ECS_LOGLEVEL", Kind: Word, Words: []string{"crit", "error", "warn", "info", "debug"}, Bad: warns},
		{Name: "ECS_LOGLEVEL_ON_INSTANCE", Kind: Word, Words: []string{"none", "crit", "error", "warn", "info", "debug"}, Bad: warns},
		{Name: "ECS_LOG_DRIVER"},
		{Name: "ECS_LOG_MAX_FILE_SIZE_MB"},
		{Name: "ECS_LOG_MAX_ROLL_COUNT", Kind: Count, Bad: warns},
		{Name: "ECS_LOG_OUTPUT_FORMAT", Kind: Word, Words: []string{"logfmt", "json"}, Bad: falsely},
		{Name: "ECS_LOG_ROLLOVER_TYPE", Kind: Word, Words: []string{"date", "size", "none"}, Bad: falsely},
		{Name: "ECS_MANIFEST_PULL_TIMEOUT", Kind: Duration, Min: 30 * second, Bad: minimises},
		{Name: "ECS_NUM_IMAGES_DELETE_PER_CYCLE", Kind: Count, Min: 1, Bad: corrects},
		{Name: "ECS_NVIDIA_RUNTIME", NotOnWindows: unused},
		{Name: "ECS_POLLING_METRICS_WAIT_DURATION", Kind: Duration, Min: 5 * second, Max: 20 * second, Bad: corrects},
		{Name: "ECS_POLL_METRICS", Kind: Bool, Bad: warns},
		{Name: "ECS_PROPAGATE_TASK_MEMORY_LIMIT_CGROUPV2", NotOnWindows: unused},
		{Name: "ECS_PULL_DEPENDENT_CONTAINERS_UPFRONT", Kind: Bool, Bad: warns},
		{Name: "ECS_RESERVED_MEMORY", Kind: Uint16, Bad: "the agent warns and reserves nothing"},
		{Name: "ECS_RESERVED_PORTS", Kind: Ports, Bad: warns},
		{Name: "ECS_RESERVED_PORTS_UDP", Kind: Ports, Bad: warns},
		{Name: "ECS_SELINUX_CAPABLE", Kind: Bool, Bad: warns, NotOnWindows: linuxOnly},
		{Name: "ECS_SHARED_VOLUME_MATCH_FULL_CONFIG", Kind: Bool, Bad: warns},
		{Name: "ECS_TASK_METADATA_RPS_LIMIT"},
		{Name: "ECS_TASK_PIDS_LIMIT", NotOnWindows: unused},
		{Name: "ECS_UPDATES_ENABLED", Kind: Bool, Bad: warns, NotOnWindows: "ECS does not update the agent of Windows instances"},
		{Name: "ECS_UPDATE_DOWNLOAD_DIR", NotOnWindows: "ECS does not update the agent of Windows instances"},
		{Name: "ECS_VOLUME_PLUGIN_CAPABILITIES", Kind: Strings, Bad: warns},
		{Name: "ECS_WARM_POOLS_CHECK", Kind: Bool, Bad: warns},
		{Name: "HTTPS_PROXY"},
		{Name: "HTTP_PROXY"},
		{Name: "NONECS_NUM_CONTAINERS_DELETE_PER_CYCLE", Kind: Count, Bad: warns},
		{Name: "NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE", Kind: Duration, Bad: warns},
		{Name: "NO_PROXY"},
	}
}

// Find returns the variable of that name. Letter case does not count: Windows does not tell it apart.
func Find(name string) (Variable, bool) {
	for _, v := range Variables() {
		if strings.EqualFold(v.Name, name) {
			return v, true
		}
	}
	return Variable{}, false
}

// Nearest returns the variable that a misspelt name probably means, or "" if none is near.
func Nearest(name string) string {
	name = strings.ToUpper(name)
	best, distance := "", 4
	for _, v := range Variables() {
		if d := levenshtein.Distance(name, v.Name, nil); d < distance {
			best, distance = v.Name, d
		}
	}
	return best
}

// ValueError tells that the agent would not take a value as it is written. It never holds the value.
type ValueError struct {
	Name string
	// Want is what the agent takes.
	Want string
	// Effect is what the agent does with the value.
	Effect string
}

// Error gives name, expectation and effect.
func (e *ValueError) Error() string {
	return fmt.Sprintf("%s wants %s; given this value, %s", e.Name, e.Want, e.Effect)
}

// Stops reports whether the agent does not start with the value.
func (e *ValueError) Stops() bool { return e.Effect == stops }

// Check returns a *ValueError if the agent would not take the value as it is written. An empty value is as good as none
// to the agent, and in order. A variable that the agent does not read has no grammar to break.
func Check(name, value string) error {
	v, ok := Find(name)
	if !ok || value == "" {
		return nil
	}
	if want := v.broken(value); want != "" {
		return &ValueError{Name: v.Name, Want: want, Effect: v.Bad}
	}
	return nil
}

// broken returns what the variable wants, if value is not that.
func (v Variable) broken(value string) string {
	switch v.Kind {
	case Bool:
		return wantIf(!isBool(value), "true or false")
	case Uint16:
		_, err := strconv.ParseUint(value, 10, 16)
		return wantIf(err != nil, "a whole number from 0 to 65535")
	case Count:
		n, err := strconv.Atoi(value)
		return wantIf(err != nil || int64(n) < v.Min, fmt.Sprintf("a whole number from %d on", v.Min))
	case Duration:
		d, err := time.ParseDuration(value)
		return wantIf(err != nil || int64(d) < v.Min || v.Max > 0 && int64(d) > v.Max, "a duration with its unit"+v.bounds())
	case Ports:
		var ports []uint16
		return wantIf(json.Unmarshal([]byte(value), &ports) != nil, "a JSON array of ports, such as [80,443]")
	case Drivers:
		return wantIf(!areDrivers(value), `a JSON array of log drivers, such as ["json-file","awslogs"]`)
	case Strings:
		var list []string
		return wantIf(json.Unmarshal([]byte(value), &list) != nil, `a JSON array of strings`)
	case Pairs:
		var pairs map[string]string
		return wantIf(json.Unmarshal([]byte(value), &pairs) != nil, `a JSON object of strings, such as {"name":"value"}`)
	case Routes:
		return wantIf(!areRoutes(value), `a JSON array of CIDR blocks, such as ["10.0.0.0/16"]`)
	case Word:
		return wantIf(!slices.Contains(v.Words, value), "one of "+strings.Join(v.Words, ", "))
	case PortRange:
		return wantIf(!isPortRange(value), "two ports, the lower one first, such as 49152-65535")
	case Text:
	}
	return ""
}

func (v Variable) bounds() string {
	switch {
	case v.Max > 0:
		return fmt.Sprintf(", from %s to %s", time.Duration(v.Min), time.Duration(v.Max))
	case v.Min > 0:
		return fmt.Sprintf(", at least %s", time.Duration(v.Min))
	}
	return ", at least 0s"
}

func wantIf(bad bool, want string) string {
	if bad {
		return want
	}
	return ""
}

func isBool(value string) bool {
	_, err := strconv.ParseBool(strings.TrimSpace(value))
	return err == nil
}

func areDrivers(value string) bool {
	var drivers []string
	if json.Unmarshal([]byte(value), &drivers) != nil {
		return false
	}
	known := append(LogDrivers(), "awsfirelens")
	return !slices.ContainsFunc(drivers, func(d string) bool { return !slices.Contains(known, d) })
}

func areRoutes(value string) bool {
	var routes []string
	if json.Unmarshal([]byte(value), &routes) != nil {
		return false
	}
	return !slices.ContainsFunc(routes, func(r string) bool { _, err := netip.ParsePrefix(r); return err != nil })
}

func isPortRange(value string) bool {
	first, last, found := strings.Cut(value, "-")
	if !found {
		last = first
	}
	low, err := strconv.ParseUint(first, 10, 16)
	if err != nil {
		return false
	}
	high, err := strconv.ParseUint(last, 10, 16)
	return err == nil && low <= high
}
