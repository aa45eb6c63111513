package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

const (
	maxPort = 65535
	// maxPortRanges is how many containerPortRanges one container may have.
	maxPortRanges = 100
)

func portRules() []Rule {
	return []Rule{{
		ID: "DEF020", Severity: Error,
		Title:  "A container port is out of range",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Give a containerPort from 1 to 65535.",
		Source: apiType("PortMapping"),
		check: eachPort(func(p port, report reporter) {
			if n := value(p.ContainerPort); p.ContainerPort != nil && (n < 1 || n > maxPort) {
				report(p.at("containerPort"), "Container %q maps the container port %d.", p.container.name(), n)
			}
		}),
	}, {
		ID: "DEF021", Severity: Error,
		Title:  "A host port is out of range",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Leave out hostPort.",
		Source: apiType("PortMapping"),
		check: eachPort(func(p port, report reporter) {
			if n := value(p.HostPort); n < 0 || n > maxPort {
				report(p.at("hostPort"), "Container %q maps the host port %d.", p.container.name(), n)
			}
		}),
	}, {
		ID: "DEF022", Severity: Error,
		Title:  "A range of container ports is malformed",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Write containerPortRange as first-last, such as 8000-8010, with 1 <= first < last <= 65535.",
		Source: apiType("PortMapping"),
		check: eachPort(func(p port, report reporter) {
			if _, _, ok := parsePortRange(value(p.ContainerPortRange)); p.ContainerPortRange != nil && !ok {
				report(p.at("containerPortRange"), "A containerPortRange of container %q is not two ports in ascending order.", p.container.name())
			}
		}),
	}, {
		ID: "DEF023", Severity: Error,
		Title:  "A port mapping has both a port and a range",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Keep either containerPortRange alone, or containerPort.",
		Source: apiType("PortMapping"),
		check: eachPort(func(p port, report reporter) {
			if p.ContainerPortRange != nil && (value(p.ContainerPort) != 0 || value(p.HostPort) != 0) {
				report(p.at("containerPortRange"), "A port mapping of container %q has containerPortRange beside containerPort or hostPort.", p.container.name())
			}
		}),
	}, {
		ID: "DEF024", Severity: Error,
		Title:  "A port mapping names no port",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Set containerPort or containerPortRange.",
		Source: apiType("PortMapping"),
		check: eachPort(func(p port, report reporter) {
			if p.ContainerPort == nil && p.known("containerPort") && p.ContainerPortRange == nil && p.known("containerPortRange") {
				report(p.at("containerPort"), "A port mapping of container %q has neither containerPort nor containerPortRange.", p.container.name())
			}
		}),
	}, {
		ID: "DEF025", Severity: Error,
		Title:  "A container has too many port ranges",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Give a container at most 100 port ranges.",
		Source: apiType("PortMapping"),
		check: eachContainer(func(c *container, report reporter) {
			n := 0
			for _, m := range c.PortMappings {
				if m.ContainerPortRange != nil {
					n++
				}
			}
			if n > maxPortRanges {
				report(c.at("portMappings"), "Container %q has %d port ranges.", c.name(), n)
			}
		}),
	}, {
		ID: "DEF026", Severity: Error,
		Title:  "The name of a port mapping is malformed",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Use up to 64 lower-case letters, digits, underscores and hyphens, and no hyphen in front.",
		Source: apiType("PortMapping"),
		check: eachPort(func(p port, report reporter) {
			if name := value(p.Name); p.Name != nil && !isPortName(name) {
				report(p.at("name"), "A port mapping of container %q has a name that is not allowed.", p.container.name())
			}
		}),
	}, {
		ID: "DEF027", Severity: Warning,
		Title:  "Two port mappings have the same name",
		Effect: "A service refers to a port by its name, so the name cannot tell the two apart. How ECS takes it is not documented.",
		Remedy: "Give every port mapping of the task a name of its own.",
		Source: apiType("PortMapping"),
		check: func(d *definition, report reporter) {
			all := d.ports()
			for _, i := range repeats(all, func(p port) string { return value(p.Name) }) {
				report(all[i].at("name"), "More than one port mapping is named %q.", value(all[i].Name))
			}
		},
	}, {
		ID: "DEF028", Severity: Warning,
		Title:  "An application protocol is not known",
		Effect: "The ECS API rejects values it does not know. This list is that of the AWS SDK's ECS package " + sdkVersion + ".",
		Remedy: "Use http, http2 or grpc, or leave out appProtocol: Service Connect, which reads it, is not for Windows.",
		Source: apiType("PortMapping"),
		check: eachPort(func(p port, report reporter) {
			if isUnlisted(p.AppProtocol) {
				report(p.at("appProtocol"), "The application protocol %q is not known.", p.AppProtocol)
			}
		}),
	}, {
		ID: "DEF029", Severity: Error,
		Title:  "A protocol is neither tcp nor udp",
		Effect: "ECS takes any other value for tcp, also UDP in capitals, so the port is open for the wrong protocol.",
		Remedy: "Write tcp or udp in lower case.",
		Source: apiType("PortMapping"),
		check: eachPort(func(p port, report reporter) {
			if isUnlisted(p.Protocol) {
				report(p.at("protocol"), "The protocol is %q.", p.Protocol)
			}
		}),
	}, {
		ID: "NET004", Severity: Error,
		Title:  "The host port differs from the container port",
		Effect: "The ECS API rejects the definition: with awsvpc a port is reached on the task's own network interface, so nothing can be remapped.",
		Remedy: "Leave out hostPort.",
		Source: apiType("PortMapping"),
		check: eachPort(func(p port, report reporter) {
			host, own := value(p.HostPort), value(p.ContainerPort)
			// ECS replaces a host port of 0 by the container port.
			if p.container.d.awsvpc() && host != 0 && own != 0 && host != own {
				report(p.at("hostPort"), "Container %q maps the host port %d to the container port %d.", p.container.name(), host, own)
			}
		}),
	}, {
		ID: "NET008", Severity: Error,
		Title:  "A port is mapped more than once in the task",
		Effect: "The ECS API rejects the definition: with awsvpc all containers of a task share one network interface, so a port and protocol can be mapped once.",
		Remedy: "Let every container of the task listen on ports of its own.",
		Source: awsvpcGuide + "; https://github.com/aws/amazon-ecs-agent/issues/1220",
		check: func(d *definition, report reporter) {
			if !d.awsvpc() {
				return
			}
			reportOverlaps(d, report, func(a, b portSpan) bool { return a.protocol == b.protocol })
		},
	}, {
		ID: "NET009", Severity: Warning,
		Title:  "A container maps a port for both tcp and udp",
		Effect: "AWS documents an error. The definition registers all the same, and creating a service that refers to the port fails.",
		Remedy: "Map the port for one protocol, or use another port for the second.",
		Source: apiType("PortMapping") + "; https://github.com/terraform-aws-modules/terraform-aws-ecs/issues/89",
		check: func(d *definition, report reporter) {
			reportOverlaps(d, report, func(a, b portSpan) bool {
				return a.container == b.container && a.protocol != b.protocol
			})
		},
	}}
}

// reportOverlaps reports every port mapping that has ports in common with an
// earlier one, of those pairs that matter.
func reportOverlaps(d *definition, report reporter, matters func(a, b portSpan) bool) {
	spans := d.portSpans()
	for i, b := range spans {
		j := slices.IndexFunc(spans[:i], func(a portSpan) bool { return a.overlaps(b) && matters(a, b) })
		if j >= 0 {
			a := spans[j]
			report(b.path, "Container %q maps %s, container %q maps %s.", b.container, b, a.container, a)
		}
	}
}

// port is a port mapping and its place.
type port struct {
	types.PortMapping
	container *container
	path      taskdef.Path
}

func (d *definition) ports() []port {
	var all []port
	for _, c := range d.containers {
		for i, m := range c.PortMappings {
			all = append(all, port{PortMapping: m, container: c, path: c.at("portMappings").Index(i)})
		}
	}
	return all
}

// eachPort makes a check out of one for a single port mapping.
func eachPort(one func(p port, report reporter)) check {
	return func(d *definition, report reporter) {
		for _, p := range d.ports() {
			one(p, report)
		}
	}
}

func (p port) at(member string) taskdef.Path {
	return p.path.Member(member)
}

func (p port) known(member string) bool {
	return p.container.d.known(p.at(member))
}

// protocol returns tcp or udp, and "" while it is unknown or invalid.
func (p port) protocol() types.TransportProtocol {
	switch {
	case p.Protocol == "" && p.known("protocol"):
		return types.TransportProtocolTcp
	case isUnlisted(p.Protocol):
		return ""
	}
	return p.Protocol
}

// bounds returns the first and the last container port, 0 and 0 if there is
// none that is valid.
func (p port) bounds() (first, last int) {
	if n := int(value(p.ContainerPort)); n > 0 {
		return n, n
	}
	first, last, _ = parsePortRange(value(p.ContainerPortRange))
	return first, last
}

// portSpan is what a port mapping certainly takes.
type portSpan struct {
	first, last int
	protocol    types.TransportProtocol
	container   string
	path        taskdef.Path
}

// portSpans lists the port mappings that have valid ports and a known protocol.
func (d *definition) portSpans() []portSpan {
	var spans []portSpan
	for _, p := range d.ports() {
		s := portSpan{protocol: p.protocol(), container: p.container.name(), path: p.path}
		if s.first, s.last = p.bounds(); s.first != 0 && s.protocol != "" {
			spans = append(spans, s)
		}
	}
	return spans
}

func (s portSpan) overlaps(t portSpan) bool {
	return s.first <= t.last && t.first <= s.last
}

// String gives the ports and the protocol, as in 8000-8010/tcp.
func (s portSpan) String() string {
	if s.first == s.last {
		return fmt.Sprintf("%d/%s", s.first, s.protocol)
	}
	return fmt.Sprintf("%d-%d/%s", s.first, s.last, s.protocol)
}

// parsePortRange reads first-last with 1 <= first < last <= 65535.
func parsePortRange(s string) (first, last int, ok bool) {
	a, b, _ := strings.Cut(s, "-")
	f, errF := strconv.ParseUint(a, 10, 16)
	l, errL := strconv.ParseUint(b, 10, 16)
	if errF != nil || errL != nil || f < 1 || f >= l {
		return 0, 0, false
	}
	return int(f), int(l), true
}

func isPortName(s string) bool {
	if s == "" || len(s) > 64 || s[0] == '-' {
		return false
	}
	for i := range len(s) {
		if b := s[i]; !isNameByte(b) || b >= 'A' && b <= 'Z' {
			return false
		}
	}
	return true
}

// enum is a type of the SDK with a list of values.
type enum[T any] interface {
	~string
	Values() []T
}

// isUnlisted reports whether e has a value that the SDK does not list.
func isUnlisted[T enum[T]](e T) bool {
	if e == "" {
		return false
	}
	for _, v := range e.Values() {
		if v == e {
			return false
		}
	}
	return true
}
