package userdata

import (
	"bytes"
	"fmt"
	"strings"
)

// The tags of XML user data. EC2Launch looks for them as they are written here. Source: EC2 User Guide, "Run commands
// when you launch an EC2 instance with user data input".
var (
	exactTag = pattern(`</?(?:script|powershell)>`)
	looseTag = pattern(`(?i)<\s*/?\s*(?:script|power-?shell|persist|detach)(?:\s[^<>\n]{0,64})?>`)
	goodTag  = pattern(`^</?(?:script|powershell|persist|detach)>$`)
)

func (r *reader) misspeltTags(text []byte) {
	for _, at := range looseTag().FindAllIndex(text, -1) {
		if !goodTag().Match(text[at[0]:at[1]]) {
			r.fail(lineAt(text, at[0]), "has a tag in a spelling that EC2Launch does not know", "write script, powershell, persist and detach in lower case, without blanks or attributes")
		}
	}
}

// tagged reads XML user data: first the batch script, then PowerShell, wherever they stand.
func (r *reader) tagged(text []byte) []Script {
	if first := exactTag().FindIndex(text); yamlTasks().Match(text[:first[0]]) {
		r.fail(lineAt(text, first[0]), "has a tag within a list tasks; EC2Launch takes the tag and leaves the list", "write the tag in parts, such as '<' + 'script>'")
	}
	persist := r.flag(text, "persist")
	detach := r.flag(text, "detach")
	if detach && r.agent == EC2LaunchV1 {
		r.warn(0, "has the tag detach, which EC2Launch v1 does not know", "remove it")
		detach = false
	}
	var scripts []Script
	for _, kind := range []Kind{KindBatch, KindPowerShell} {
		tag := map[Kind]string{KindBatch: "script", KindPowerShell: "powershell"}[kind]
		content, at, ok := r.between(text, tag)
		if !ok {
			continue
		}
		s := Script{Kind: kind, Content: content, Line: lineAt(text, at), Always: persist, RunAs: "localSystem", Detach: detach}
		if strings.TrimSpace(content) == "" {
			r.warn(s.Line, "has an empty "+tag+" block", "remove it, or put commands into it")
			continue
		}
		if exactTag().MatchString(content) {
			r.fail(s.Line, "has a tag inside the "+tag+" block, which EC2Launch takes for a block of its own", "write the tag in parts, such as '<' + 'script>'")
		}
		r.content(s)
		scripts = append(scripts, s)
	}
	return scripts
}

// between returns what stands between a tag and its end, and where it begins.
func (r *reader) between(text []byte, tag string) (content string, at int, ok bool) {
	open, end := []byte("<"+tag+">"), []byte("</"+tag+">")
	begin := bytes.Index(text, open)
	if begin < 0 {
		if i := bytes.Index(text, end); i >= 0 {
			r.fail(lineAt(text, i), "has </"+tag+"> without <"+tag+"> before it", "write <"+tag+"> before the script")
		}
		return "", 0, false
	}
	at = begin + len(open)
	length := bytes.Index(text[at:], end)
	if length < 0 {
		r.fail(lineAt(text, begin), "has <"+tag+"> without </"+tag+"> after it; EC2Launch runs nothing of it", "write </"+tag+"> after the script; user data that was cut off has lost it")
		return "", 0, false
	}
	if again := bytes.Index(text[at+length:], open); again >= 0 {
		r.warn(lineAt(text, at+length+again), "has a second "+tag+" block; that EC2Launch runs more than the first is not documented", "put both into one")
	}
	return string(text[at : at+length]), at, true
}

// flag reads a tag such as <persist>true</persist>.
func (r *reader) flag(text []byte, tag string) bool {
	begin := bytes.Index(text, []byte("<"+tag+">"))
	if begin < 0 {
		return false
	}
	rest := text[begin+len(tag)+2:]
	line := lineAt(text, begin)
	length := bytes.Index(rest, []byte("</"+tag+">"))
	if length < 0 {
		r.fail(line, "has <"+tag+"> without </"+tag+"> after it", fmt.Sprintf("write <%s>true</%s>", tag, tag))
		return false
	}
	switch string(bytes.TrimSpace(rest[:length])) {
	case "true":
		return true
	case "false":
		return false
	}
	r.fail(line, "has a value in <"+tag+"> that is neither true nor false", fmt.Sprintf("write <%s>true</%s>, or remove it", tag, tag))
	return false
}
