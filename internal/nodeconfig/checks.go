package nodeconfig

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig/agentenv"
)

// The checks of single values. Each returns what is wrong in words that go after the member's path, perhaps a semicolon
// and what to do about it; never the value.

func checkPortRange(value string) string {
	first, last, _ := strings.Cut(value, "-")
	low, lowErr := strconv.ParseUint(first, 10, 16)
	high, highErr := strconv.ParseUint(last, 10, 16)
	if lowErr != nil || highErr != nil || low == 0 || low > high {
		return "is not a range from a port to a higher one, both from 1 to 65535"
	}
	return ""
}

func checkPath(value string) string {
	for part := range strings.SplitSeq(value, `\`) {
		if part == ".." || part == "." {
			return `has a step . or .. in it`
		}
	}
	return ""
}

func checkEndpoint(value string) string {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || !validPort(u) || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return "is not the URL of a host, such as https://ecs.eu-central-1.amazonaws.com"
	}
	return ""
}

func checkProxy(value string) string {
	if isReference(value) {
		return ""
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || !validPort(u) || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "is not a proxy's URL, such as http://proxy.example.com:3128"
	}
	return ""
}

// validPort reports whether a URL has no port, or one that exists.
func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && port > 0
}

func checkNoProxy(value string) string {
	if strings.ContainsAny(value, ", \t;") || strings.Contains(value, "://") || strings.ContainsFunc(value, isControl) {
		return "is not one host, domain or CIDR block; write them one by one, without scheme"
	}
	return ""
}

func checkSubnet(value string) string {
	prefix, err := netip.ParsePrefix(value)
	switch {
	case err != nil || !prefix.Addr().Is4():
		return "is not an IPv4 CIDR block, such as 172.30.0.0/20"
	case prefix.Masked() != prefix:
		return "has bits of a host set; write the network's own address"
	case prefix.Bits() > 28 || prefix.Bits() < 8:
		return "is too large or too small for Docker's nat network; take a block from /8 to /28"
	case reserved(prefix):
		return "holds addresses that are not for networks (link-local, loopback, multicast)"
	}
	return ""
}

func checkRoute(value string) string {
	prefix, err := netip.ParsePrefix(value)
	switch {
	case err != nil || !prefix.Addr().Is4():
		return "is not an IPv4 CIDR block; write one such as 10.0.0.5/32, for awsvpc on Windows has no IPv6"
	case prefix.Masked() != prefix:
		return "has bits of a host set; write the network's own address"
	case prefix.Bits() == 0:
		return "would take all traffic of the tasks away from their network interfaces"
	case prefix.Overlaps(netip.MustParsePrefix("169.254.0.0/16")):
		return "holds link-local addresses, which the agent routes itself"
	}
	return ""
}

func reserved(prefix netip.Prefix) bool {
	for _, special := range []string{"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"} {
		if prefix.Overlaps(netip.MustParsePrefix(special)) {
			return true
		}
	}
	return false
}

// checkNameServer refuses what a task cannot reach from its own network interface.
func checkNameServer(value string) string {
	addr, err := netip.ParseAddr(value)
	switch {
	case err != nil || addr.Zone() != "":
		return "is not an IP address"
	case addr.Unmap() == netip.MustParseAddr("169.254.169.253"):
		return "is the link-local Amazon resolver, which tasks do not reach; write the VPC's network address plus two"
	case addr.Unmap().IsLoopback():
		return "is a loopback address, which in a task is the task itself"
	case netip.MustParsePrefix("fec0::/10").Contains(addr):
		return "is a site-local address that Windows makes up where no name server is known"
	case addr.IsUnspecified() || addr.IsMulticast() || addr.Unmap().IsLinkLocalUnicast():
		return "is not the address of a name server"
	}
	return ""
}

func checkGroup(value string) string {
	if utf8.RuneCountInString(value) > 255 || strings.ContainsFunc(value, isControl) {
		return "is not a group's name (up to 255 characters)"
	}
	return ""
}

var (
	attributeKey   = pattern(attributeName)
	attributeValue = pattern(`^[A-Za-z0-9_.@/\\: -]{1,128}$`)
	tagText        = pattern(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)
	variableName   = pattern(`^[A-Za-z_][A-Za-z0-9_]{0,254}$`)
)

// checkAttribute holds an attribute to what the ECS API reference says of Attribute.
func checkAttribute(key, value string) string {
	switch {
	case !attributeKey().MatchString(key):
		return "is not an attribute's name: 1 to 128 letters, digits, and - _ / \\ ."
	case strings.HasPrefix(strings.ToLower(key), "ecs.") || strings.HasPrefix(strings.ToLower(key), "com.amazonaws."):
		return "begins as the attributes of Amazon ECS do"
	case !attributeValue().MatchString(value) || strings.TrimSpace(value) != value:
		return "has a value that no attribute can have: 1 to 128 letters, digits, blanks inside, and - _ . @ / \\ :"
	}
	return ""
}

// checkTag holds a tag to what the ECS API reference says of Tag.
func checkTag(key, value string) string {
	switch {
	case key == "" || utf8.RuneCountInString(key) > 128 || !tagText().MatchString(key):
		return "is not a tag's key: 1 to 128 letters, digits, blanks, and + - = . _ : / @"
	case strings.HasPrefix(strings.ToLower(key), "aws:"):
		return "begins with aws:, as only AWS's own tags do"
	case utf8.RuneCountInString(value) > 256 || !tagText().MatchString(value):
		return "has a value that no tag can have: up to 256 letters, digits, blanks, and + - = . _ : / @"
	}
	return ""
}

// checkVariable refuses variables that would contradict the document or achieve nothing.
func checkVariable(key, value string) string {
	name := strings.ToUpper(key)
	switch {
	case !variableName().MatchString(key):
		return "is not a variable's name"
	case strings.HasPrefix(name, "ZZZ_"):
		return "switches off a check of the agent, and is by its own name not for production"
	case name == "AWS_ACCESS_KEY_ID" || name == "AWS_SECRET_ACCESS_KEY" || name == "AWS_SESSION_TOKEN":
		return "would give the agent fixed credentials; remove it, the agent uses the instance role"
	case name == "AWS_REGION":
		return "has a member of its own; give region"
	case name == "NO_PROXY":
		return "has a member of its own; give proxy.agent.no_proxy"
	case name == "PATH" || name == "PATHEXT" || name == "COMSPEC" || name == "SYSTEMROOT" || name == "WINDIR" || name == "TEMP" || name == "TMP":
		return "is a variable of Windows"
	case strings.ContainsFunc(value, isControl):
		return "has a line break or another control character in its value"
	}
	known, ok := agentenv.Find(name)
	switch {
	case !ok && strings.HasPrefix(name, "ECS_") && agentenv.Nearest(name) != "":
		return "is not a variable of the agent; did you mean " + agentenv.Nearest(name) + "?"
	case ok && known.NotOnWindows != "":
		return "achieves nothing, for " + known.NotOnWindows + "; remove it"
	case isReference(value):
		return ""
	}
	var bad *agentenv.ValueError
	if errors.As(agentenv.Check(name, value), &bad) {
		return fmt.Sprintf("has a value that the agent does not read: %s; write %s", bad.Effect, bad.Want)
	}
	return ""
}

// memberOf returns the member that stands for a variable.
func memberOf(variable string) string {
	for _, r := range rows() {
		if r.Variable == variable {
			return r.Path
		}
	}
	return ""
}
