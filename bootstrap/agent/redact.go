package agent

import (
	"regexp"
	"strings"
)

// maxQuote is how much of a log line goes into a message, in bytes.
const maxQuote = 400

// secretInText finds what must not be repeated out of a log: a user in a URL, AWS keys, tokens, and whatever stands
// behind a word that announces a secret.
var secretInText = regexp.MustCompile(`(?i)` +
	`(://)[^/@\s"']+@` +
	`|\b()(?:AKIA|ASIA)[A-Z0-9]{12,}\b` +
	`|\b()eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_.-]+` +
	`|((?:password|passwd|pwd|secret|token|auth_data|authorization|credential|access_?key|api_?key)[A-Za-z0-9_-]*["']?\s*[:=]\s*)(?:Bearer\s+|Basic\s+)?("[^"]*"|'[^']*'|[^\s,;&}]+)`)

var longKey = regexp.MustCompile(`[A-Za-z0-9/+]{40,}`)

// Quote returns a line of the log as it may be repeated: without what looks like a secret, and not longer than a message
// bears.
func Quote(text string) string {
	text = secretInText.ReplaceAllString(text, "$1$2$3$4***")
	text = longKey.ReplaceAllStringFunc(text, func(s string) string {
		// A digest or an ARN has no upper case; a random key has all three.
		if strings.ContainsAny(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && strings.ContainsAny(s, "0123456789") && strings.ToUpper(s) != s {
			return "***"
		}
		return s
	})
	if len(text) > maxQuote {
		text = text[:maxQuote] + "..."
	}
	return text
}
