package nodeconfig

import (
	"fmt"
	"maps"
	"time"
)

// APIVersion and Kind open every document.
const (
	APIVersion = "bootstrap.ecs/v1"
	Kind       = "NodeConfig"
)

// Document is a whole NodeConfig: every member has its value, given or default. Which members were given, and by whom,
// is part of it; see [Document.Origin]. What each member means stands in [Fields].
//
// A Document is a plain value once made. Do not change one that others read.
type Document struct {
	APIVersion   string
	Kind         string
	Cluster      string
	Region       string
	Agent        Agent
	AWSVPC       AWSVPC
	HostProxy    HostProxy
	NAT          NAT
	DNS          DNS
	Domain       Domain
	AgentInstall AgentInstall
	Coexist      string
	BootPath     bool
	Trunking     Trunking
	Endpoints    Endpoints
	Proxy        Proxy
	Timeouts     Timeouts
	Verify       Verify
	Signal       Signal
	Drain        Drain
	Reboot       Reboot
	Metrics      Metrics
	Download     Download
	Log          Log

	origins map[string]Origin
}

// Agent holds the settings of the ECS agent.
type Agent struct {
	LogLevel                       string
	LoggingDrivers                 []string
	TaskIAMRole                    bool
	AWSLogsExecutionRoleOverride   bool
	ReservedMemoryMiB              int
	ReservedPorts                  []int
	ReservedPortsUDP               []int
	DynamicHostPortRange           string
	ImagePullBehavior              string
	ImagePullTimeout               time.Duration
	ImagePullInactivityTimeout     time.Duration
	ManifestPullTimeout            time.Duration
	PullDependentContainersUpfront bool
	ContainerCreateTimeout         time.Duration
	ContainerStartTimeout          time.Duration
	ContainerStopTimeout           time.Duration
	TaskCleanupWait                time.Duration
	TaskCleanupWaitJitter          time.Duration
	DisableImageCleanup            bool
	ImageCleanupInterval           time.Duration
	ImageMinimumCleanupAge         time.Duration
	ImagesDeletedPerCycle          int
	ContainerMetadata              bool
	DisableMetrics                 bool
	PollMetrics                    bool
	PollingMetricsWait             time.Duration
	GMSA                           bool
	FSxWindowsFileServer           bool
	EBSTaskAttach                  bool
	UnboundedCPUWorkaround         bool
	UnboundedMemoryWorkaround      bool
	DisablePrivileged              bool
	Attributes                     map[string]string
	Tags                           map[string]string
	PropagateTagsFrom              string
	BackendHost                    string
	WarmPool                       bool
	SpotDraining                   bool
	DataDir                        string
	LogFile                        string
	Environment                    map[string]string
	EnvironmentScope               string
}

// AWSVPC holds the settings of task networking.
type AWSVPC struct {
	Enabled               bool
	BlockIMDS             bool
	AdditionalLocalRoutes []string
}

// HostProxy is the way from 169.254.170.2:80 to the agent's credentials server.
type HostProxy struct {
	Mode string
}

// NAT is Docker's nat network.
type NAT struct {
	Repair string
	Subnet string
}

// DNS holds the name servers of the primary interface.
type DNS struct {
	Servers []string
}

// Domain is the Active Directory domain that the instance has to be in before the agent starts.
type Domain struct {
	Require bool
	Name    string
	Wait    time.Duration
}

// AgentInstall says where the agent comes from.
type AgentInstall struct {
	Source  string
	Version string
	SHA256  string
}

// Trunking says what to do about ENI trunking, which ECS does not offer to Windows instances.
type Trunking struct {
	Mode                string
	OptIn               bool
	ExperimentalVariant string
}

// Endpoints is the check of the AWS endpoints before the agent starts.
type Endpoints struct {
	Check bool
}

// Proxy holds the HTTP proxies of the agent and of dockerd.
type Proxy struct {
	Agent  ProxySettings
	Docker ProxySettings
}

// ProxySettings is one program's proxy.
type ProxySettings struct {
	HTTP    string
	HTTPS   string
	NoProxy []string
}

// Timeouts are the deadlines of the phases.
type Timeouts struct {
	Total        time.Duration
	IMDS         time.Duration
	Docker       time.Duration
	NAT          time.Duration
	HostProxy    time.Duration
	AgentInstall time.Duration
	Endpoints    time.Duration
	AgentStart   time.Duration
	Register     time.Duration
	Signal       time.Duration
}

// Verify says what a joined node has to show.
type Verify struct {
	ACSConnected bool
	Attributes   []string
}

// Signal says who is told of the result.
type Signal struct {
	AutoScaling    AutoScalingSignal
	CloudFormation CloudFormationSignal
}

// AutoScalingSignal completes a lifecycle hook.
type AutoScalingSignal struct {
	Hook      string
	Group     string
	Heartbeat time.Duration
	OnFailure string
}

// CloudFormationSignal signals a resource of a stack.
type CloudFormationSignal struct {
	Stack    string
	Resource string
}

// Drain is what happens when the instance shuts down.
type Drain struct {
	Enabled       bool
	Timeout       time.Duration
	TerminateHook string
}

// Reboot says whether the bootstrap may ask for a reboot.
type Reboot struct {
	Policy string
	Limit  int
}

// Metrics says where the phases' durations are written.
type Metrics struct {
	PrometheusTextfile string
}

// Download says where user data gets the program from.
type Download struct {
	Source   string
	Location string
	SHA256   string
}

// Log is the program's own log.
type Log struct {
	Level    string
	Format   string
	File     string
	EventLog bool
}

// Default returns a document of which nothing was given. It lacks a cluster, and so is not valid.
func Default() *Document {
	return &Document{
		APIVersion: APIVersion,
		Kind:       Kind,
		Agent: Agent{
			LogLevel:                   "info",
			LoggingDrivers:             []string{"json-file", "none", "awslogs"},
			TaskIAMRole:                true,
			ReservedPorts:              []int{53, 135, 139, 445, 2375, 2376, 3389, 5985, 5986, 51678, 51679},
			DynamicHostPortRange:       "49152-65535",
			ImagePullBehavior:          "default",
			ImagePullTimeout:           2 * time.Hour,
			ImagePullInactivityTimeout: 3 * time.Minute,
			ManifestPullTimeout:        time.Minute,
			ContainerCreateTimeout:     4 * time.Minute,
			ContainerStartTimeout:      8 * time.Minute,
			ContainerStopTimeout:       30 * time.Second,
			TaskCleanupWait:            3 * time.Hour,
			ImageCleanupInterval:       30 * time.Minute,
			ImageMinimumCleanupAge:     time.Hour,
			ImagesDeletedPerCycle:      5,
			PollingMetricsWait:         10 * time.Second,
			GMSA:                       true,
			FSxWindowsFileServer:       true,
			EBSTaskAttach:              true,
			PropagateTagsFrom:          "none",
			DataDir:                    `C:\ProgramData\Amazon\ECS\data`,
			LogFile:                    `C:\ProgramData\Amazon\ECS\log\ecs-agent.log`,
			EnvironmentScope:           "machine",
		},
		AWSVPC:       AWSVPC{Enabled: true},
		HostProxy:    HostProxy{Mode: "auto"},
		NAT:          NAT{Repair: "auto"},
		Domain:       Domain{Wait: 5 * time.Minute},
		AgentInstall: AgentInstall{Source: "cache"},
		Coexist:      "takeover",
		BootPath:     true,
		Trunking:     Trunking{Mode: "auto"},
		Endpoints:    Endpoints{Check: true},
		Timeouts: Timeouts{
			Total:        15 * time.Minute,
			IMDS:         2 * time.Minute,
			Docker:       3 * time.Minute,
			NAT:          2 * time.Minute,
			HostProxy:    time.Minute,
			AgentInstall: 3 * time.Minute,
			Endpoints:    30 * time.Second,
			AgentStart:   2 * time.Minute,
			Register:     5 * time.Minute,
			Signal:       time.Minute,
		},
		Verify:   Verify{ACSConnected: true},
		Signal:   Signal{AutoScaling: AutoScalingSignal{Heartbeat: time.Minute, OnFailure: "ABANDON"}},
		Drain:    Drain{Enabled: true, Timeout: 2 * time.Minute},
		Reboot:   Reboot{Policy: "never", Limit: 2},
		Download: Download{Source: "baked"},
		Log:      Log{Level: "info", Format: "text", EventLog: true},
	}
}

// Source is where a value comes from.
type Source int

// The sources of a value.
const (
	FromDefault Source = iota
	FromDocument
	FromEnvironment
	FromMetadata
)

// Origin says where the value of a member comes from.
type Origin struct {
	Source Source
	// Name is the document's name, the variable's name, or the category of the instance metadata.
	Name string
	// Line is the line in the document, counted from 1, or 0.
	Line int
}

// String gives the origin as a user reads it.
func (o Origin) String() string {
	switch {
	case o.Source == FromDocument && o.Line > 0:
		return fmt.Sprintf("%s line %d", o.Name, o.Line)
	case o.Source == FromDocument:
		return o.Name
	case o.Source == FromEnvironment:
		return "environment variable " + o.Name
	case o.Source == FromMetadata:
		return "instance metadata " + o.Name
	}
	return "default"
}

// Origin returns where the value of a member comes from. Path is as in [Field].
func (d *Document) Origin(path string) Origin {
	return d.origins[path]
}

// Get returns the value of a member: a string, bool, int, time.Duration, []string, []int or map[string]string.
func (d *Document) Get(path string) (value any, ok bool) {
	r, ok := find(path)
	if !ok {
		return nil, false
	}
	return load(r.at(d)), true
}

// Set gives a member a value of the type that [Document.Get] returns, and says where it is from. It fails on an unknown
// path and on another type; whether the value is in order is for [Validate] to say.
func (d *Document) Set(path string, value any, origin Origin) error {
	r, ok := find(path)
	if !ok {
		return fmt.Errorf("setting %s of a NodeConfig: there is no such member; Fields lists all", path)
	}
	if !store(r.at(d), value) {
		return fmt.Errorf("setting %s of a NodeConfig: it is a %s, not a %T", path, r.Type, value)
	}
	d.mark(path, origin)
	return nil
}

func (d *Document) mark(path string, origin Origin) {
	if d.origins == nil {
		d.origins = map[string]Origin{}
	}
	d.origins[path] = origin
}

// given reports whether a member was given, or set to something other than its default by a program. What a document
// must give counts as given.
func (d *Document) given(r row, defaults *Document) bool {
	return r.Required || d.origins[r.Path].Source != FromDefault || !same(load(r.at(d)), load(r.at(defaults)))
}

// Equal reports whether two documents say the same: the same values, the same members given. From where they were given
// does not count.
func (d *Document) Equal(other *Document) bool {
	if d == nil || other == nil {
		return d == other
	}
	defaults := Default()
	for _, r := range rows() {
		if !same(load(r.at(d)), load(r.at(other))) || d.given(r, defaults) != other.given(r, defaults) {
			return false
		}
	}
	return true
}

// Clone returns a copy that shares nothing with the document.
func (d *Document) Clone() *Document {
	clone := *d
	clone.origins = maps.Clone(d.origins)
	for _, r := range rows() {
		store(r.at(&clone), load(r.at(d)))
	}
	return &clone
}
