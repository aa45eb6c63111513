package nodeconfig

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxSize is how many bytes a document may have. EC2 takes 16 KB of user data, and a document has to fit into it.
const MaxSize = 16 << 10

// maxDepth is how deep mappings and lists may nest. The document itself needs four levels.
const maxDepth = 16

// nodeKind tells what a node of the parsed text is.
type nodeKind int

const (
	nullNode nodeKind = iota
	boolNode
	intNode
	stringNode
	otherNode // another scalar: a fraction, a time stamp
	listNode
	mapNode
)

// String names the kind as a user reads it.
func (k nodeKind) String() string {
	return [...]string{"nothing", "a boolean", "a whole number", "a string", "a number or date", "a list", "a mapping"}[k]
}

// node is one value of the text, the same for YAML and JSON.
type node struct {
	kind nodeKind
	text string
	// plain tells that a string stands there without quotes, which YAML 1.1 may read as something else.
	plain   bool
	at      Position
	items   []*node
	entries []entry
}

// entry is one entry of a mapping.
type entry struct {
	key   string
	at    Position
	value *node
}

// syntaxError is a text that is neither YAML nor JSON, or YAML beyond what a document may use.
type syntaxError struct {
	at              Position
	message, remedy string
}

func (e *syntaxError) Error() string { return e.message }

// readTree turns text into nodes. Its error is a *syntaxError.
func readTree(src []byte) (*node, error) {
	switch {
	case len(src) > MaxSize:
		return nil, &syntaxError{message: fmt.Sprintf("has %d bytes, which is more than %d", len(src), MaxSize), remedy: "shorten it: EC2 takes 16 KB of user data"}
	case bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")):
		return nil, &syntaxError{message: "is in UTF-16", remedy: "save it as UTF-8; in PowerShell, Set-Content -Encoding utf8"}
	}
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(src) {
		return nil, &syntaxError{at: firstInvalid(src), message: "is not in UTF-8", remedy: "save it as UTF-8"}
	}
	if i := bytes.IndexFunc(src, func(r rune) bool { return isControl(r) && r != '\n' && r != '\r' && r != '\t' }); i >= 0 {
		return nil, &syntaxError{at: positionAt(src, i), message: "has a control character in it", remedy: "remove it"}
	}
	if looksJSON(src) {
		return readJSON(src)
	}
	return readYAML(src)
}

func firstInvalid(src []byte) Position {
	for i := 0; i < len(src); {
		r, size := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && size <= 1 {
			return positionAt(src, i)
		}
		i += size
	}
	return Position{}
}

// positionAt returns the position of a byte.
func positionAt(src []byte, offset int) Position {
	before := src[:min(offset, len(src))]
	line := bytes.Count(before, []byte("\n")) + 1
	start := bytes.LastIndexByte(before, '\n') + 1
	return Position{Line: line, Column: utf8.RuneCount(before[start:]) + 1}
}

// looksJSON reports whether the text is a whole JSON object. An object in YAML's flow style goes through YAML.
func looksJSON(src []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(src), []byte("{")) && json.Valid(src)
}

// jsonReader builds nodes from JSON's tokens.
type jsonReader struct {
	src     []byte
	decoder *json.Decoder
}

func readJSON(src []byte) (*node, error) {
	r := jsonReader{src: src, decoder: json.NewDecoder(bytes.NewReader(src))}
	r.decoder.UseNumber()
	return r.value(0)
}

// next returns a token and where it begins.
func (r *jsonReader) next() (json.Token, Position, error) {
	offset := int(r.decoder.InputOffset())
	for offset < len(r.src) && strings.IndexByte(" \t\r\n,:", r.src[offset]) >= 0 {
		offset++
	}
	token, err := r.decoder.Token()
	if err != nil {
		return nil, Position{}, &syntaxError{at: positionAt(r.src, offset), message: "is not JSON", remedy: "check brackets, commas and quotes"}
	}
	return token, positionAt(r.src, offset), nil
}

func (r *jsonReader) value(depth int) (*node, error) {
	token, at, err := r.next()
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, tooDeep(at)
	}
	n := &node{at: at}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			n.kind = mapNode
			return n, r.object(n, depth)
		}
		n.kind = listNode
		return n, r.array(n, depth)
	case bool:
		n.kind, n.text = boolNode, fmt.Sprint(token)
	case json.Number:
		n.kind, n.text = intNode, token.String()
		if strings.ContainsAny(n.text, ".eE") {
			n.kind = otherNode
		}
	case string:
		n.kind, n.text = stringNode, token
	}
	return n, nil
}

func (r *jsonReader) object(n *node, depth int) error {
	for r.decoder.More() {
		token, at, err := r.next()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		value, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.entries = append(n.entries, entry{key: key, at: at, value: value})
	}
	_, _, err := r.next()
	return err
}

func (r *jsonReader) array(n *node, depth int) error {
	for r.decoder.More() {
		value, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.items = append(n.items, value)
	}
	_, _, err := r.next()
	return err
}

func tooDeep(at Position) error {
	return &syntaxError{at: at, message: fmt.Sprintf("nests more than %d deep", maxDepth), remedy: "no member of a NodeConfig does"}
}
