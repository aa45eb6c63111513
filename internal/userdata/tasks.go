package userdata

import (
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// tasks reads the YAML of EC2Launch v2. Source: EC2 User Guide, "Configure EC2Launch v2 settings", task executeScript.
func (r *reader) tasks(text []byte) []Script {
	var root yaml.Node
	if err := yaml.Load(text, &root); err != nil {
		line := 1
		if load, ok := errors.AsType[*yaml.LoadError](err); ok {
			line = max(1, load.Mark.Line)
		}
		// The library's own words may quote the text.
		r.fail(line, "is not YAML from here on; EC2Launch runs nothing of it", "check indentation, colons and quotes at this place")
		return nil
	}
	if len(root.Content) != 1 || root.Content[0].Kind != yaml.MappingNode {
		r.fail(1, "is not a mapping with version and tasks", "begin with version: 1.1")
		return nil
	}
	top := r.mapping(root.Content[0], "version", "tasks")
	after := r.version(top["version"])
	list := top["tasks"]
	if list == nil || list.Kind != yaml.SequenceNode {
		r.fail(1, "has no list of tasks", "write - task: executeScript below tasks")
		return nil
	}
	var scripts []Script
	for _, item := range list.Content {
		for _, s := range r.task(item) {
			s.AfterPostReady = after
			scripts = append(scripts, s)
		}
	}
	return scripts
}

// version tells whether the tasks run after the PostReady stage.
func (r *reader) version(n *yaml.Node) (afterPostReady bool) {
	switch {
	case n == nil:
		r.fail(1, "has no version", "begin with version: 1.1")
	case n.Value == "1.1":
	case n.Value == "1.0":
		return true
	default:
		r.fail(n.Line, "has a version that EC2Launch does not know", "write version: 1.1")
	}
	return false
}

// task returns the scripts of a task executeScript; other tasks have none.
func (r *reader) task(n *yaml.Node) []Script {
	if n.Kind != yaml.MappingNode {
		r.fail(n.Line, "has a task that is not a mapping", "write - task: executeScript")
		return nil
	}
	task := r.mapping(n, "task", "inputs")
	name, inputs := task["task"], task["inputs"]
	switch {
	case name == nil:
		r.fail(n.Line, "has a task without a name", "write - task: executeScript")
		return nil
	case name.Value != "executeScript":
		if strings.EqualFold(name.Value, "executeScript") {
			r.fail(name.Line, "has a task in a spelling that EC2Launch does not know", "write executeScript")
		}
		return nil
	case inputs == nil || inputs.Kind != yaml.SequenceNode:
		r.fail(n.Line, "has a task executeScript without a list of inputs", "write - frequency: once below inputs")
		return nil
	}
	var scripts []Script
	for _, input := range inputs.Content {
		if s, ok := r.input(input); ok {
			r.content(s)
			scripts = append(scripts, s)
		}
	}
	return scripts
}

func (r *reader) input(n *yaml.Node) (Script, bool) {
	if n.Kind != yaml.MappingNode {
		r.fail(n.Line, "has an input that is not a mapping", "write - frequency: once, and type, runAs and content below it")
		return Script{}, false
	}
	before := len(r.problems)
	input := r.mapping(n, "frequency", "type", "runAs", "content", "arguments", "detach")
	frequency := r.choice(n, input, "frequency", "once", "always")
	kind := r.choice(n, input, "type", "powershell", "batch")
	runAs := r.choice(n, input, "runAs", "localSystem", "admin")
	detach := ""
	if input["detach"] != nil {
		detach = r.choice(n, input, "detach", "true", "false")
	}
	content := input["content"]
	if content == nil || content.Kind != yaml.ScalarNode || strings.TrimSpace(content.Value) == "" {
		r.fail(n.Line, "has a script without content", "write content: |- and the script below it, indented")
	}
	if len(r.problems) > before {
		return Script{}, false
	}
	line := content.Line
	if content.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		line++
	}
	return Script{
		Kind: Kind(kind), Content: content.Value, Line: line, Always: frequency == "always", RunAs: runAs,
		Detach: detach == "true", Reboots: detach != "true",
	}, true
}

// choice reads a member that is one of several words.
func (r *reader) choice(n *yaml.Node, members map[string]*yaml.Node, name string, words ...string) string {
	value := members[name]
	switch {
	case value == nil:
		r.fail(n.Line, "has a script without "+name, "write "+name+": "+words[0]+", or "+words[1])
	case value.Kind != yaml.ScalarNode || !slices.Contains(words, value.Value):
		r.fail(value.Line, "has a "+name+" that EC2Launch does not know", "write "+words[0]+" or "+words[1])
	default:
		return value.Value
	}
	return ""
}

// mapping returns the members of a mapping by name, and blames those that EC2Launch does not know.
func (r *reader) mapping(n *yaml.Node, known ...string) map[string]*yaml.Node {
	members := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case !slices.Contains(known, key.Value):
			r.fail(key.Line, "has a member that EC2Launch does not know here", "the members are "+strings.Join(known, ", "))
		case members[key.Value] != nil:
			r.fail(key.Line, "has the member "+key.Value+" for the second time", "remove one of the two")
		default:
			members[key.Value] = n.Content[i+1]
		}
	}
	return members
}
