package awsjson

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// Document is a JSON document that has been read and remembers where
// everything stood. Its positions stay valid for as long as it lives; it is
// safe for concurrent use.
type Document struct {
	text  string
	nodes []node
	lines []int // byte offset of each line's first character
}

// kind is what a JSON value is.
type kind uint8

const (
	kindNull kind = iota
	kindBool
	kindNumber
	kindString
	kindList
	kindObject
)

// node is one JSON value. A document's nodes stand in the order of the text,
// so the values that a value holds follow it, up to after.
type node struct {
	kind  kind
	text  string // a string's content, a number's digits, true or false
	key   string // of a member
	keyAt int    // byte offset of the key's first quote; -1 without a key
	at    int    // byte offset of the value
	end   int    // byte offset after the value
	after int    // index of the first node that the value does not hold
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// Parse reads the text of a JSON document (RFC 8259) in UTF-8, with or without
// a byte order mark, nested at most 100 levels deep. An error is a Problems
// with the one problem that ends reading.
func Parse(src []byte) (*Document, error) {
	src = bytes.TrimPrefix(src, byteOrderMark)
	d := &Document{text: string(src), lines: lineStarts(src)}
	p := parser{text: d.text}
	if err := p.document(); err != nil {
		return nil, Problems{{Position: d.positionOf(err.at), Path: formatPath(err.path), Message: d.explain(err)}}
	}
	d.nodes = p.nodes
	return d, nil
}

// Position returns where the value at path begins. The path has the form that
// Problem.Path has; false means that the document has no such value.
func (d *Document) Position(path string) (Position, bool) {
	n, ok := d.find(path)
	if !ok {
		return Position{}, false
	}
	return d.positionOf(d.nodes[n].at), true
}

// Items returns the paths of the items of the list at path, in their order and
// without those that are null, which is how a list is decoded. It is empty if
// there is no list at path.
func (d *Document) Items(path string) []string {
	parent, ok := d.find(path)
	if !ok || d.nodes[parent].kind != kindList {
		return nil
	}
	var paths []string
	index := 0
	for n := parent + 1; n < d.nodes[parent].after; n = d.nodes[n].after {
		if d.nodes[n].kind != kindNull {
			paths = append(paths, path+formatPath([]step{{index: index, item: true}})[1:])
		}
		index++
	}
	return paths
}

func (d *Document) find(path string) (int, bool) {
	steps, ok := parsePath(path)
	if !ok {
		return 0, false
	}
	n := 0
	for _, s := range steps {
		if n, ok = d.child(n, s); !ok {
			return 0, false
		}
	}
	return n, true
}

func (d *Document) child(parent int, s step) (int, bool) {
	index := 0
	for n := parent + 1; n < d.nodes[parent].after; n = d.nodes[n].after {
		member := d.nodes[n].keyAt >= 0
		if s.item && !member && index == s.index || !s.item && member && d.nodes[n].key == s.key {
			return n, true
		}
		index++
	}
	return 0, false
}

// pathOf returns the path of a node.
func (d *Document) pathOf(target int) string {
	var steps []step
	for at := 0; at != target; {
		n, index := at+1, 0
		for d.nodes[n].after <= target {
			n = d.nodes[n].after
			index++
		}
		steps = append(steps, step{key: d.nodes[n].key, index: index, item: d.nodes[n].keyAt < 0})
		at = n
	}
	return formatPath(steps)
}

func (d *Document) positionOf(offset int) Position {
	line := sort.SearchInts(d.lines, offset+1)
	return Position{Line: line, Column: 1 + utf8.RuneCountInString(d.text[d.lines[line-1]:offset])}
}

func lineStarts(src []byte) []int {
	starts := []int{0}
	for i, c := range src {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}
