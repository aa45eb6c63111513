package provider

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/ecswin/terraform-provider-ecswin/provider/checks"
)

func matches(pattern, rule string) validator.String {
	return checks.Check{Rule: rule, OK: regexp.MustCompile(pattern).MatchString}
}

func notEmpty() validator.String {
	return checks.Check{Rule: "a text that is not empty", OK: func(s string) bool { return s != "" }}
}

// externalID checks the length apart from the pattern, since Go's regular
// expressions count to 1000 only.
func externalID() validator.String {
	characters := regexp.MustCompile(`^[\w+=,.@:/-]*$`)
	return checks.Check{Rule: "2 to 1224 letters, digits and _ + = , . @ : / -", OK: func(s string) bool {
		return len(s) >= 2 && len(s) <= 1224 && characters.MatchString(s)
	}}
}

// The forms of ARNs, in any partition, are those of the IAM user guide.
func roleARN() validator.String {
	return matches(`^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$`, "the ARN of an IAM role, such as arn:aws:iam::123456789012:role/deploy")
}

func policyARN() validator.String {
	return matches(`^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+$`, "the ARN of an IAM policy, such as arn:aws:iam::aws:policy/ReadOnlyAccess")
}

// The bounds are those of DurationSeconds in the STS API.
func roleDuration() validator.String {
	return checks.Check{Rule: "a duration from 15m to 12h, such as 1h30m", OK: func(s string) bool {
		d, err := time.ParseDuration(s)
		return err == nil && d >= 15*time.Minute && d <= 12*time.Hour
	}}
}

func jsonObject() validator.String {
	return checks.Check{Rule: "a JSON object", OK: func(s string) bool {
		var object map[string]any
		return json.Unmarshal([]byte(s), &object) == nil && object != nil
	}}
}

func httpURL() validator.String {
	return checks.Check{Rule: "a URL with http:// or https:// and a host, such as https://ecs.eu-central-1.amazonaws.com", OK: func(s string) bool {
		return isURL(s, "http", "https")
	}}
}

func proxyURL() validator.String {
	return checks.Check{Rule: "the URL of a proxy, with http://, https:// or socks5:// and a host, such as http://proxy.example.com:3128", OK: func(s string) bool {
		return s == "" || isURL(s, "http", "https", "socks5", "socks5h")
	}}
}

func isURL(s string, schemes ...string) bool {
	u, err := url.Parse(s)
	return err == nil && slices.Contains(schemes, u.Scheme) && u.Hostname() != ""
}
