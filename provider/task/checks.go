package task

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/ecswin/terraform-provider-ecswin/provider/checks"
	"github.com/ecswin/terraform-provider-ecswin/provider/names"
)

// consistsOf reports whether a text has 1 to longest bytes, all of them ok.
func consistsOf(s string, longest int, ok func(c byte) bool) bool {
	if s == "" || len(s) > longest {
		return false
	}
	for _, c := range []byte(s) {
		if !ok(c) {
			return false
		}
	}
	return true
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f'
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

func clusterReference() validator.String {
	return checks.Check{Rule: "the name or ARN of a cluster, such as windows", OK: func(s string) bool {
		return names.Valid(within(s, "cluster/"))
	}}
}

func revisionReference() validator.String {
	return checks.Check{Rule: "family:revision or the ARN of a revision, such as web:3", OK: func(s string) bool {
		family, revision, _ := strings.Cut(within(s, "task-definition/"), ":")
		n, err := strconv.ParseInt(revision, 10, 32)
		return names.Valid(family) && err == nil && n > 0
	}}
}

// within returns what follows kind in the ARN of an ECS resource. Anything
// else is returned as it is.
func within(s, kind string) string {
	if parsed, err := arn.Parse(s); err == nil && parsed.Service == "ecs" {
		if name, ok := strings.CutPrefix(parsed.Resource, kind); ok {
			return name
		}
	}
	return s
}

func mark() validator.String {
	return checks.Check{Rule: "1 to 128 letters, digits, hyphens, slashes and underscores", OK: func(s string) bool {
		return consistsOf(s, 128, func(c byte) bool { return isWord(c) || c == '/' })
	}}
}

func token() validator.String {
	return checks.Check{Rule: "1 to 64 printable ASCII characters without spaces", OK: func(s string) bool {
		return consistsOf(s, 64, func(c byte) bool { return c > ' ' && c < 0x7f })
	}}
}

// resourceID wants an id of EC2's: a kind, a hyphen and hexadecimal digits.
func resourceID(what, kind string) validator.String {
	return checks.Check{Rule: fmt.Sprintf("the id of %s, such as %s-0123456789abcdef0", what, kind), OK: func(s string) bool {
		digits, ok := strings.CutPrefix(s, kind+"-")
		return ok && consistsOf(digits, 17, isHex)
	}}
}

// roleARN takes roles of every partition.
func roleARN() validator.String {
	return checks.Check{Rule: "the ARN of an IAM role, such as arn:aws:iam::123456789012:role/name", OK: func(s string) bool {
		parsed, err := arn.Parse(s)
		return err == nil && parsed.Service == "iam" && strings.HasPrefix(parsed.Resource, "role/") && parsed.Resource != "role/"
	}}
}
