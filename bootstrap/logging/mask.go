package logging

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Masked is what stands where a secret stood.
const Masked = "***"

// shortest is the length below which a value is not masked: as many words would be taken for it.
const shortest = 6

// Mask takes secrets out of texts: those it was told, and those that look like one. The zero Mask is ready. It is safe for
// concurrent use.
type Mask struct {
	mu      sync.RWMutex
	secrets []string
}

// Add tells of a secret. From then on it is masked, also as it stands in JSON, in a URL and in base64.
func (m *Mask) Add(secret string) {
	if len(secret) < shortest {
		return
	}
	forms := []string{secret, quoted(secret), url.QueryEscape(secret), url.PathEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, form := range forms {
		if !slices.Contains(m.secrets, form) {
			m.secrets = append(m.secrets, form)
		}
	}
	// The longest first: a secret may hold another.
	slices.SortFunc(m.secrets, func(a, b string) int { return len(b) - len(a) })
}

// quoted is a text as it stands in JSON, without the quotes.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return s
	}
	return strings.Trim(string(b), `"`)
}

// Text returns the text with its secrets masked.
func (m *Mask) Text(s string) string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, secret := range m.secrets {
		s = strings.ReplaceAll(s, secret, Masked)
	}
	lower := strings.ToLower(s)
	for _, l := range looks {
		if !l.mayMatch(lower) {
			continue
		}
		s = l.shape.ReplaceAllString(s, l.with)
	}
	return s
}

// names are those of log values that are secrets by their name.
var names = regexp.MustCompile(`(?i)password|passwd|secret|token|private_?key|access_?key|api_?key|auth_data`)

// look is a shape that gives a secret away.
type look struct {
	// hints are in lower case; a text without any of them cannot have the shape. Looking for them costs a hundredth.
	hints []string
	shape *regexp.Regexp
	with  string
}

// looks are the shapes that the NodeConfig document refuses too, and assignments to names that say what they hold. They are
// a net, not a proof.
var looks = []look{
	{[]string{"private key"}, regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)`), Masked},
	{[]string{"akia", "asia"}, regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{16}\b`), Masked},
	{[]string{"gh", "xox"}, regexp.MustCompile(`\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_[A-Za-z0-9_]{22,}|\bxox[abprs]-[A-Za-z0-9-]{10,}`), Masked},
	{[]string{"eyj"}, regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*`), Masked},
	// A session token of AWS begins so; it runs over hundreds of characters.
	{[]string{"iqoj", "fwog"}, regexp.MustCompile(`\b(IQoJ|FwoG)[A-Za-z0-9+/=]{40,}`), Masked},
	// The agent's credentials of private registries are JSON: nothing of the line is left.
	{[]string{"ecs_engine_auth_data"}, regexp.MustCompile(`(?i)(ECS_ENGINE_AUTH_DATA\s*=\s*).+`), "${1}" + Masked},
	{[]string{"bearer", "basic"}, regexp.MustCompile(`(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{12,}`), "$1 " + Masked},
	{[]string{"://"}, regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)[^/?#\s"']*@`), "${1}" + Masked + "@"},
	{telling, regexp.MustCompile(`(?i)((?:password|passwd|pwd|secret|token|private_?key|access_?key(?:_?id)?|api_?key|auth_data)[A-Za-z0-9_]*\\?["']?\s*[=:]\s*\\?["'])[^"'\\\r\n]+`), "${1}" + Masked},
	{telling, regexp.MustCompile(`(?i)((?:password|passwd|pwd|secret|token|private_?key|access_?key(?:_?id)?|api_?key|auth_data)[A-Za-z0-9_]*\s*=\s*)[^\s"',;\\*][^\s"',;\\]*`), "${1}" + Masked},
}

// telling are parts of the names that say that their values are secrets.
var telling = []string{"passw", "pwd", "secret", "token", "key", "auth_data"}

// mayMatch reports whether a text, in lower case, has one of the hints.
func (l look) mayMatch(lower string) bool {
	return slices.ContainsFunc(l.hints, func(hint string) bool { return strings.Contains(lower, hint) })
}
