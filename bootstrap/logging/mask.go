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
	for _, l := range looks {
		s = l.shape.ReplaceAllString(s, l.with)
	}
	return s
}

// names are those of log values that are secrets by their name.
var names = regexp.MustCompile(`(?i)password|passwd|secret|token|private_?key|access_?key|api_?key|auth_data`)

// looks are the shapes that give a secret away, as the NodeConfig document refuses them, and assignments to names that
// say what they hold. They are a net, not a proof.
var looks = []struct {
	shape *regexp.Regexp
	with  string
}{
	{regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)`), Masked},
	{regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{16}\b`), Masked},
	{regexp.MustCompile(`\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_[A-Za-z0-9_]{22,}|\bxox[abprs]-[A-Za-z0-9-]{10,}`), Masked},
	{regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*`), Masked},
	// A session token of AWS begins so; it runs over hundreds of characters.
	{regexp.MustCompile(`\b(IQoJ|FwoG)[A-Za-z0-9+/=]{40,}`), Masked},
	// The agent's credentials of private registries are JSON: nothing of the line is left.
	{regexp.MustCompile(`(?i)(ECS_ENGINE_AUTH_DATA\s*=\s*).+`), "${1}" + Masked},
	{regexp.MustCompile(`(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{12,}`), "$1 " + Masked},
	{regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)[^/?#\s"'@]*@`), "${1}" + Masked + "@"},
	{regexp.MustCompile(`(?i)((?:password|passwd|pwd|secret|token|private_?key|access_?key(?:_?id)?|api_?key|auth_data)[A-Za-z0-9_]*\\?["']?\s*[=:]\s*\\?["'])[^"'\\\r\n]+`), "${1}" + Masked},
	{regexp.MustCompile(`(?i)((?:password|passwd|pwd|secret|token|private_?key|access_?key(?:_?id)?|api_?key|auth_data)[A-Za-z0-9_]*\s*=\s*)[^\s"',;\\*][^\s"',;\\]*`), "${1}" + Masked},
}
