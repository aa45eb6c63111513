// Package convert turns what a Windows container instance was set up with so far into a NodeConfig: environment variables
// of the ECS agent, or a PowerShell script that calls Initialize-ECSAgent. What cannot be taken over is told, with its
// place; nothing is dropped in silence, and no value that looks like a secret gets into the document.
package convert

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig/agentenv"
)

// Note is something that was not taken over as it stood, or that means something else than its author may think. It never
// holds a value.
type Note struct {
	// Position is the place in the script, or zero.
	Position nodeconfig.Position
	// Subject is the variable, parameter or command that the note is about.
	Subject string
	Message string
}

// String gives the note in one line.
func (n Note) String() string {
	if n.Position.Line > 0 {
		return fmt.Sprintf("line %d, column %d: %s: %s", n.Position.Line, n.Position.Column, n.Subject, n.Message)
	}
	return n.Subject + ": " + n.Message
}

// conversion fills a document.
type conversion struct {
	doc *nodeconfig.Document
	// origin says where a value is from.
	origin func(subject string, at nodeconfig.Position) nodeconfig.Origin
	extra  map[string]string
	notes  []Note
}

func newConversion(origin func(string, nodeconfig.Position) nodeconfig.Origin) *conversion {
	return &conversion{doc: nodeconfig.Default(), origin: origin, extra: map[string]string{}}
}

func fromVariable(name string, _ nodeconfig.Position) nodeconfig.Origin {
	return nodeconfig.Origin{Source: nodeconfig.FromEnvironment, Name: name}
}

func fromScript(_ string, at nodeconfig.Position) nodeconfig.Origin {
	return nodeconfig.Origin{Source: nodeconfig.FromDocument, Name: "script", Line: at.Line}
}

func (c *conversion) note(at nodeconfig.Position, subject, format string, args ...any) {
	c.notes = append(c.notes, Note{Position: at, Subject: subject, Message: fmt.Sprintf(format, args...)})
}

// FromEnvironment returns the document that stands for the agent's environment variables. Variables that are none of the
// agent's are left aside without a note: an environment is full of them. The document is valid.
func FromEnvironment(environment map[string]string) (*nodeconfig.Document, []Note) {
	c := newConversion(fromVariable)
	for _, name := range slices.Sorted(maps.Keys(environment)) {
		upper := strings.ToUpper(name)
		if _, known := agentenv.Find(name); known || strings.HasPrefix(upper, "ECS_") || strings.HasPrefix(upper, "ZZZ_") {
			c.variable(upper, environment[name], nodeconfig.Position{})
		}
	}
	return c.finish()
}

// variable takes one variable over, or says why not.
func (c *conversion) variable(name, value string, at nodeconfig.Position) {
	known, isKnown := agentenv.Find(name)
	var bad *agentenv.ValueError
	switch {
	case value == "":
		c.note(at, name, "is empty, which is as good as not set; left out")
	case isKnown && known.NotOnWindows != "":
		c.note(at, name, "left out: %s", known.NotOnWindows)
	case errors.As(agentenv.Check(name, value), &bad):
		c.note(at, name, "left out: %s. It wants %s", bad.Effect, bad.Want)
	case name == "NO_PROXY":
		c.noProxy(value, at)
	default:
		c.assign(name, value, at)
	}
}

// assign gives a variable's value to the member that stands for it, or to agent.environment.
func (c *conversion) assign(name, value string, at nodeconfig.Position) {
	field, ok := fieldOf(name)
	if !ok {
		c.addExtra(name, value, at)
		return
	}
	typed, err := typedValue(field.Type, value)
	if err != nil {
		c.note(at, name, "left out: its value does not fit %s, a %s", field.Path, field.Type)
		return
	}
	c.set(name, field.Path, typed, at)
}

// set gives a member a value, and takes it back if the document is not valid with it.
func (c *conversion) set(subject, path string, value any, at nodeconfig.Position) {
	next := c.doc.Clone()
	if err := next.Set(path, value, c.origin(subject, at)); err != nil {
		c.note(at, subject, "left out: it does not fit %s", path)
		return
	}
	if wrong := nodeconfig.ValidateMember(next, path); len(wrong) > 0 {
		c.note(at, subject, "left out: as %s it %s", path, said(wrong[0]))
		return
	}
	c.doc = next
}

// said is a problem's message and remedy in one sentence.
func said(p nodeconfig.Problem) string {
	if p.Remedy == "" {
		return p.Message
	}
	return p.Message + "; " + p.Remedy
}

func (c *conversion) addExtra(name, value string, at nodeconfig.Position) {
	next := c.doc.Clone()
	extra := maps.Clone(c.extra)
	extra[name] = value
	if err := next.Set("agent.environment", extra, c.origin(name, at)); err != nil {
		c.note(at, name, "left out: %v", err)
		return
	}
	if wrong := nodeconfig.ValidateMember(next, "agent.environment"); len(wrong) > 0 {
		c.note(at, name, "left out: in agent.environment it %s", said(wrong[0]))
		return
	}
	c.doc, c.extra = next, extra
}

func (c *conversion) noProxy(value string, at nodeconfig.Position) {
	var list []string
	for host := range strings.SplitSeq(value, ",") {
		host = strings.TrimSpace(host)
		if host != "" && !slices.Contains(list, host) && !slices.Contains(nodeconfig.NoProxyAlways(), host) {
			list = append(list, host)
		}
	}
	if len(list) > 0 {
		c.set("NO_PROXY", "proxy.agent.no_proxy", list, at)
	}
}

// finish settles what only the whole shows.
func (c *conversion) finish() (*nodeconfig.Document, []Note) {
	if c.doc.Cluster == "" {
		c.note(nodeconfig.Position{}, "ECS_CLUSTER", "is not set; the agent would make and join a cluster named default, and so does the document. Probably not what you want")
		c.set("ECS_CLUSTER", "cluster", "default", nodeconfig.Position{})
	}
	// Each member is valid by itself by now. What is left contradicts another member, and gives way to it.
	for range nodeconfig.Fields() {
		found := nodeconfig.Validate(c.doc)
		if len(found) == 0 {
			break
		}
		member, _, _ := strings.Cut(found[0].Path, "[")
		value, ok := defaultOf(member)
		if !ok || c.doc.Set(member, value, nodeconfig.Origin{}) != nil {
			break
		}
		c.note(nodeconfig.Position{}, member, "left out: it %s", said(found[0]))
	}
	return c.doc, c.notes
}

func defaultOf(path string) (any, bool) {
	for _, f := range nodeconfig.Fields() {
		if f.Path == path {
			return f.Default, true
		}
	}
	return nil, false
}

func fieldOf(variable string) (nodeconfig.Field, bool) {
	for _, f := range nodeconfig.Fields() {
		if f.Variable == variable {
			return f, true
		}
	}
	return nodeconfig.Field{}, false
}

// typedValue reads a variable's value as the agent does.
func typedValue(kind nodeconfig.Type, value string) (any, error) {
	switch kind {
	case nodeconfig.TypeBool:
		return strconv.ParseBool(strings.TrimSpace(value))
	case nodeconfig.TypeInt:
		return strconv.Atoi(value)
	case nodeconfig.TypeDuration:
		return time.ParseDuration(value)
	case nodeconfig.TypeStrings:
		var list []string
		err := json.Unmarshal([]byte(value), &list)
		return list, err
	case nodeconfig.TypeInts:
		var list []int
		err := json.Unmarshal([]byte(value), &list)
		return list, err
	case nodeconfig.TypeMap:
		var pairs map[string]string
		err := json.Unmarshal([]byte(value), &pairs)
		return pairs, err
	case nodeconfig.TypeString:
	}
	return value, nil
}
