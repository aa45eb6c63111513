package nodeconfig

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// User data is readable by every process of the instance, and by tasks unless awsvpc.block_imds is set. A document
// therefore refers to secrets and never holds one.

// Reference names a secret that is kept elsewhere.
type Reference struct {
	// Store is ssm for a parameter of Systems Manager, secretsmanager for a secret of Secrets Manager.
	Store string
	// Name is the parameter's or secret's name or ARN.
	Name string
	// Key is the member to take of a secret that is a JSON object, or empty.
	Key string
}

// String writes the reference as the document does.
func (r Reference) String() string {
	s := r.Store + ":" + r.Name
	if r.Key != "" {
		s += "#" + r.Key
	}
	return s
}

// The stores of references.
const (
	StoreSSM            = "ssm"
	StoreSecretsManager = "secretsmanager"
)

var referenceName = pattern(`^[A-Za-z0-9_.:/@+=!-]+$`)

// isReference reports whether a value is meant as a reference.
func isReference(value string) bool {
	return strings.HasPrefix(value, StoreSSM+":") || strings.HasPrefix(value, StoreSecretsManager+":")
}

// ParseReference reads ssm:NAME or secretsmanager:NAME, the latter perhaps with #KEY. Its error does not hold the value.
func ParseReference(value string) (Reference, error) {
	store, name, _ := strings.Cut(value, ":")
	r := Reference{Store: store, Name: name}
	if store == StoreSecretsManager {
		r.Name, r.Key, _ = strings.Cut(name, "#")
	}
	if !isReference(value) || !referenceName().MatchString(r.Name) || strings.HasSuffix(value, "#") {
		return Reference{}, fmt.Errorf("not a reference: write ssm:/name, secretsmanager:name or secretsmanager:name#key")
	}
	return r, nil
}

// secretShapes are the forms that give a secret away.
var secretShapes = []struct {
	what  string
	shape func() *regexp.Regexp
}{
	{"an AWS access key ID", pattern(`(^|[^A-Za-z0-9])(AKIA|ASIA)[A-Z0-9]{16}([^A-Za-z0-9]|$)`)},
	{"a private key", pattern(`-----BEGIN [A-Z ]*PRIVATE KEY`)},
	{"a GitHub token", pattern(`gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22}`)},
	{"a Slack token", pattern(`xox[abprs]-[A-Za-z0-9-]{10}`)},
	{"a JSON web token", pattern(`eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.`)},
	{"a password in a connection string", pattern(`(?i)(^|;|\s)(password|pwd)\s*=\s*[^;\s]`)},
}

var fortyCharacters = pattern(`(^|[^A-Za-z0-9/+=])([A-Za-z0-9/+]{40})([^A-Za-z0-9/+=]|$)`)

// looksSecret says what secret a value looks like, or "".
func looksSecret(value string) string {
	for _, s := range secretShapes {
		if s.shape().MatchString(value) {
			return s.what
		}
	}
	for _, m := range fortyCharacters().FindAllStringSubmatch(value, -1) {
		if mixed(m[2]) {
			return "an AWS secret access key"
		}
	}
	if hasPassword(value) {
		return "a URL with a password"
	}
	return ""
}

// mixed reports whether s has upper and lower case letters and digits, as a random key has and a SHA-1 has not.
func mixed(s string) bool {
	return strings.ContainsAny(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyz") && strings.ContainsAny(s, "0123456789")
}

var userInfo = pattern(`^[A-Za-z][A-Za-z0-9+.-]*://[^/?#\s]*@`)

// hasPassword reports whether value is a URL with a user. A user's name alone is often a token.
func hasPassword(value string) bool {
	if userInfo().MatchString(value) {
		return true
	}
	u, err := url.Parse(value)
	return err == nil && u.User != nil
}

// LooksSecret reports whether a variable's name or value looks like a secret. It is a net, not a proof.
func LooksSecret(name, value string) bool {
	return value != "" && (secretIn(name) || looksSecret(value) != "")
}

// secretIn reports whether a variable's name says that its value is a secret.
func secretIn(name string) bool {
	name = strings.ReplaceAll(strings.ToUpper(name), "-", "_")
	if slices.Contains([]string{"ECS_ENGINE_AUTH_DATA", "AWS_ACCESS_KEY_ID"}, name) {
		return true
	}
	for _, word := range []string{"PASSWORD", "PASSWD", "SECRET", "TOKEN", "PRIVATE_KEY", "ACCESS_KEY", "API_KEY", "APIKEY", "CREDENTIAL"} {
		if strings.Contains(name, word) {
			return name != "ECS_ALTERNATE_CREDENTIAL_PROFILE"
		}
	}
	return false
}
