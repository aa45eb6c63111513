package nodeconfig

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Field describes one member of the document.
type Field struct {
	// Path is the member's place, as in agent.reserved_memory_mib.
	Path string
	Type Type
	// Doc says what the member is for, in Markdown without line breaks.
	Doc string
	// Default is the value of a document that does not give the member, of the type that Document.Get returns.
	Default any
	// Enum lists what a string, or an item of a list of strings, may be. It is empty where anything is allowed.
	Enum []string
	// Range bounds a number, a duration (in nanoseconds), or each number of a list. It is nil where nothing does.
	Range *Range
	// MaxItems is how many items a list or map may have; 0 is any number.
	MaxItems int
	// Pattern is a regular expression that a string, or an item of a list, matches if it is not empty.
	Pattern string
	// PatternHint says in words what the pattern asks for.
	PatternHint string
	// Required tells that a document without the member is not valid.
	Required bool
	// Reference tells that the value, or a value of the map, may be an ssm: or secretsmanager: reference.
	Reference bool
	// Sensitive tells that the values are the user's own and never shown.
	Sensitive bool
	// Variable is the environment variable of the ECS agent that the member stands for, or empty.
	Variable string
	// Example is a value for the example document, as YAML.
	Example string
}

// Range is an interval with both ends in it.
type Range struct {
	Min, Max int64
}

// Unbounded is the Max of a range without upper end.
const Unbounded = math.MaxInt64

// Fields returns every member in the document's order. The caller may change what it gets.
func Fields() []Field {
	defaults := Default()
	var fields []Field
	for _, r := range rows() {
		f := r.Field
		f.Default = load(r.at(defaults))
		fields = append(fields, f)
	}
	return fields
}

// row is a Field and how to get at it.
type row struct {
	Field
	// at returns a pointer to the member.
	at func(*Document) any
	// always tells that the variable is written at its default too, because the agent's own default is another one.
	always bool
	// pattern is Field.Pattern, compiled, or nil.
	pattern *regexp.Regexp
	// check says what is wrong with a string that is not empty, or with an item of a list.
	check func(string) string
	// checkPair says what is wrong with an entry of a map.
	checkPair func(key, value string) string
}

// rows returns the table. Nobody changes it.
var rows = sync.OnceValue(makeRows)

// rowIndex returns each row's place in the table by its path.
var rowIndex = sync.OnceValue(func() map[string]int {
	index := map[string]int{}
	for i, r := range rows() {
		index[r.Path] = i
	}
	return index
})

// makeRows puts the table together and adds to each row what follows from it.
func makeRows() []row {
	all := slices.Concat(headRows(), agentRows(), networkRows(), nodeRows(), reportRows())
	var none Document
	for i := range all {
		all[i].Type = typeOf(all[i].at(&none))
		if all[i].Pattern != "" {
			all[i].pattern = regexp.MustCompile(all[i].Pattern)
		}
	}
	return all
}

func find(path string) (row, bool) {
	i, ok := rowIndex()[path]
	if !ok {
		return row{}, false
	}
	return rows()[i], true
}

// Section describes a member that holds others.
type Section struct {
	// Path is the member's place, as in signal.auto_scaling.
	Path string
	// Doc says what the section is about, in Markdown without line breaks.
	Doc string
}

// Sections returns every section in the document's order, each before those inside it.
func Sections() []Section {
	return []Section{
		{"agent", "Settings of the ECS agent. Where a member is not given, the agent's own default holds, unless the table says that the bootstrap writes the variable."},
		{"awsvpc", "Task networking."},
		{"host_proxy", "The way from 169.254.170.2:80 to the agent's credentials server on 127.0.0.1:51679. Tasks in `awsvpc` mode take it too."},
		{"nat", "Docker's `nat` network, which carries the tasks' traffic to the host."},
		{"dns", "Name servers."},
		{"domain", "The Active Directory domain."},
		{"agent_install", "Where the agent comes from."},
		{"trunking", "ENI trunking. Amazon ECS does not offer it to Windows container instances; the bootstrap says what it finds."},
		{"endpoints", "The check of DNS and TLS to the AWS endpoints before the agent starts."},
		{"proxy", "HTTP proxies."},
		{"proxy.agent", "The ECS agent's proxy. A variable of machine scope is seen by every service."},
		{"proxy.docker", "The proxy of dockerd, which pulls the images."},
		{"timeouts", "Deadlines of the phases. `total` covers all of them, and is not shorter than any."},
		{"verify", "What a joined node has to show."},
		{"signal", "Who is told of the result."},
		{"signal.auto_scaling", "Completes a launch lifecycle hook of an Auto Scaling group."},
		{"signal.cloudformation", "Signals a resource of a CloudFormation stack."},
		{"drain", "What happens when the instance shuts down, in service mode."},
		{"reboot", "Whether the bootstrap may ask for a reboot."},
		{"metrics", "Where the phases' durations go."},
		{"download", "Where user data gets the program from."},
		{"log", "The program's own log."},
	}
}

// parent returns the section that a path stands in, "" at the top.
func parent(path string) string {
	i := strings.LastIndexByte(path, '.')
	return path[:max(i, 0)]
}

// base returns the last part of a path.
func base(path string) string {
	return path[strings.LastIndexByte(path, '.')+1:]
}

func join(section, name string) string {
	if section == "" {
		return name
	}
	return section + "." + name
}

func numbers(low, high int64) *Range {
	return &Range{low, high}
}

func atLeast(d time.Duration) *Range {
	return &Range{int64(d), Unbounded}
}

func durations(low, high time.Duration) *Range {
	return &Range{int64(low), int64(high)}
}
