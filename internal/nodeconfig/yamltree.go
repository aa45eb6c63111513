package nodeconfig

import (
	"bytes"
	"errors"
	"strings"

	"go.yaml.in/yaml/v4"
)

// readYAML turns YAML into nodes. It takes the part of YAML on which all readers agree: no anchors, aliases, merges or
// tags, one document, and no plain word that YAML 1.1 and 1.2 read differently.
func readYAML(src []byte) (*node, error) {
	if bytes.HasPrefix(src, []byte("%")) {
		return nil, &syntaxError{at: Position{1, 1}, message: "has a YAML directive", remedy: "remove the lines before the document"}
	}
	var documents []yaml.Node
	if err := loadYAML(src, &documents); err != nil {
		return nil, yamlError(src, err)
	}
	switch len(documents) {
	case 0:
		return &node{at: Position{1, 1}}, nil
	case 1:
	default:
		second := documents[1]
		return nil, &syntaxError{at: Position{second.Line, second.Column}, message: "has more than one YAML document in it", remedy: "remove the line --- and what does not belong to it"}
	}
	if len(documents[0].Content) == 0 {
		return &node{at: Position{1, 1}}, nil
	}
	return fromYAML(documents[0].Content[0], 0)
}

// loadYAML reads every document of a text.
func loadYAML(src []byte, documents *[]yaml.Node) error {
	return yaml.Load(src, documents, yaml.WithAllDocuments())
}

// yamlError places an error of the YAML reader. What that says may quote the text, so it is not passed on.
func yamlError(src []byte, err error) error {
	found := &syntaxError{message: "is not YAML", remedy: "check indentation, colons, brackets and quotes at this place"}
	var load *yaml.LoadError
	if errors.As(err, &load) && load.Mark.Line > 0 {
		found.at = Position{load.Mark.Line, max(load.Mark.Column, 1)}
	}
	for i, line := range strings.Split(string(src), "\n") {
		if tab := strings.IndexByte(line, '\t'); tab >= 0 && strings.TrimLeft(line[:tab], " ") == "" && strings.TrimSpace(line) != "" {
			found.at = Position{i + 1, tab + 1}
			found.message, found.remedy = "is indented with a tab, which YAML does not allow", "indent with spaces"
			break
		}
	}
	return found
}

var (
	decimal = pattern(`^-?(0|[1-9][0-9]*)$`)
	// otherBooleans are words that YAML 1.1 takes for booleans and YAML 1.2 for strings.
	otherBooleans = pattern(`^(?i:y|n|yes|no|on|off)$`)
)

func fromYAML(y *yaml.Node, depth int) (*node, error) {
	at := Position{y.Line, y.Column}
	switch {
	case depth > maxDepth:
		return nil, tooDeep(at)
	case y.Kind == yaml.AliasNode || y.Anchor != "":
		return nil, &syntaxError{at: at, message: "uses an anchor or alias", remedy: "write the value out"}
	case y.Style&yaml.TaggedStyle != 0:
		return nil, &syntaxError{at: at, message: "has a YAML tag", remedy: "remove the tag; put a string into quotes"}
	}
	n := &node{at: at, text: y.Value}
	switch y.Kind {
	case yaml.MappingNode:
		n.kind = mapNode
		return n, n.addEntries(y.Content, depth)
	case yaml.SequenceNode:
		n.kind = listNode
		for _, item := range y.Content {
			value, err := fromYAML(item, depth+1)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, value)
		}
		return n, nil
	}
	n.plain = y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
	n.kind = scalarKind(y, n.plain)
	return n, nil
}

func (n *node) addEntries(content []*yaml.Node, depth int) error {
	for i := 0; i+1 < len(content); i += 2 {
		key, at := content[i], Position{content[i].Line, content[i].Column}
		switch {
		case key.Kind == yaml.AliasNode || key.Anchor != "":
			return &syntaxError{at: at, message: "uses an anchor or alias", remedy: "write the value out"}
		case key.Tag == "!!merge":
			return &syntaxError{at: at, message: "merges another mapping", remedy: "write its members out"}
		case key.Kind != yaml.ScalarNode || key.Style&yaml.TaggedStyle != 0:
			return &syntaxError{at: at, message: "has a key that is not a name", remedy: "write name: value"}
		}
		value, err := fromYAML(content[i+1], depth+1)
		if err != nil {
			return err
		}
		n.entries = append(n.entries, entry{key: key.Value, at: at, value: value})
	}
	return nil
}

func scalarKind(y *yaml.Node, plain bool) nodeKind {
	if !plain {
		return stringNode
	}
	switch y.ShortTag() {
	case "!!null":
		return nullNode
	case "!!bool":
		return boolNode
	case "!!int":
		return intNode
	case "!!str":
		return stringNode
	}
	return otherNode
}
