package awsjson

import (
	"fmt"
	"sort"

	"github.com/aws/smithy-go"
)

const maxProblems = 100

// reader walks a document as the SDK's generated code asks it to. A mistake in
// the document is noted and answered with nothing (a zero value, an empty
// list), so that the caller reads on; the methods return no errors.
type reader struct {
	doc    *Document
	opts   Options
	root   *smithy.Schema // the first structure that was asked for
	cur    int            // the node to be read
	unread bool           // nobody has read cur yet
	open   []frame
	found  []finding
	keys   map[string]int // of the object that is checked for duplicates
}

var _ smithy.ShapeDeserializer = (*reader)(nil)

// frame is an object or a list that is being read.
type frame struct {
	next   int // the node to be read next
	after  int
	schema *smithy.Schema
}

// finding is a problem before its offset becomes lines and columns.
type finding struct {
	at, node int
	message  string
}

// ReadNil implements [smithy.ShapeDeserializer].
func (r *reader) ReadNil(*smithy.Schema) (bool, error) {
	if r.node().kind != kindNull {
		return false, nil
	}
	r.unread = false
	return true, nil
}

// ReadStruct implements [smithy.ShapeDeserializer].
func (r *reader) ReadStruct(s *smithy.Schema) error {
	if r.root == nil {
		r.root = s
	}
	r.enter(kindObject, s)
	return nil
}

// ReadStructMember implements [smithy.ShapeDeserializer].
func (r *reader) ReadStructMember() (*smithy.Schema, error) {
	return r.member(), nil
}

// ReadUnion implements [smithy.ShapeDeserializer]. The first call for a union
// enters it and returns its member, the second one leaves it.
func (r *reader) ReadUnion(s *smithy.Schema) (*smithy.Schema, error) {
	if !r.unread {
		r.leave()
		return nil, nil
	}
	union := r.cur
	if !r.enter(kindObject, s) {
		r.leave()
		return nil, nil
	}
	first := r.member()
	if first == nil {
		r.problem(union, r.doc.nodes[union].at, "wants one member of "+typeName(s)+", has none")
		return nil, nil
	}
	r.refuseOtherMembers(s)
	return first, nil
}

// refuseOtherMembers notes what follows the one member that a union takes.
func (r *reader) refuseOtherMembers(s *smithy.Schema) {
	taken, f := r.cur, r.top()
	for ; f.next < f.after; f.next = r.node().after {
		r.cur = f.next
		switch {
		case r.node().kind == kindNull:
		case s.Member(r.node().key) == nil:
			r.unknown(s)
		default:
			r.problem(r.cur, r.node().keyAt, typeName(s)+" takes one member only; remove this one or the one before it")
		}
	}
	r.cur = taken
}

// ReadList implements [smithy.ShapeDeserializer].
func (r *reader) ReadList(s *smithy.Schema) error {
	r.enter(kindList, s)
	return nil
}

// ReadListItem implements [smithy.ShapeDeserializer].
func (r *reader) ReadListItem(*smithy.Schema) (bool, error) {
	return r.advance(), nil
}

// ReadMap implements [smithy.ShapeDeserializer].
func (r *reader) ReadMap(s *smithy.Schema) error {
	r.enter(kindObject, s)
	return nil
}

// ReadMapKey implements [smithy.ShapeDeserializer].
func (r *reader) ReadMapKey(*smithy.Schema) (string, bool, error) {
	if !r.advance() {
		return "", false, nil
	}
	return r.node().key, true, nil
}

// enter opens the current node, which should be of the wanted kind. One of
// another kind is a problem and is entered as if it were empty.
func (r *reader) enter(want kind, s *smithy.Schema) bool {
	n := r.cur
	r.unread = false
	if got := r.node().kind; got != want {
		r.problem(n, r.node().at, "wants "+kindNames[want]+", has "+kindNames[got]+containerRemedy(want, got, s))
		r.open = append(r.open, frame{schema: s})
		return false
	}
	if want == kindObject {
		r.checkDuplicates(n)
	}
	r.open = append(r.open, frame{next: n + 1, after: r.node().after, schema: s})
	return true
}

func (r *reader) leave() {
	r.open = r.open[:len(r.open)-1]
	r.unread = false
}

// advance moves to the next value of what is open and skips nulls. At the end
// it leaves.
func (r *reader) advance() bool {
	f := r.top()
	for f.next < f.after {
		r.cur, r.unread = f.next, true
		f.next = r.node().after
		if r.node().kind != kindNull {
			return true
		}
	}
	r.leave()
	return false
}

// member moves to the next member that the open structure's schema knows, and
// returns its schema; nil at the end.
func (r *reader) member() *smithy.Schema {
	s := r.top().schema
	for r.advance() {
		if m := s.Member(r.node().key); m != nil {
			return m
		}
		r.unknown(s)
	}
	return nil
}

func (r *reader) unknown(s *smithy.Schema) {
	if len(r.found) >= maxProblems {
		return
	}
	u := UnknownMember{Path: r.doc.pathOf(r.cur), Name: r.node().key, Schema: s, root: r.root}
	describe := r.opts.UnknownMember
	if describe == nil {
		describe = UnknownMember.Message
	}
	if message := describe(u); message != "" {
		r.problem(r.cur, r.node().keyAt, message)
	}
}

func (r *reader) checkDuplicates(object int) {
	if r.keys == nil {
		r.keys = map[string]int{}
	}
	clear(r.keys)
	for n := object + 1; n < r.doc.nodes[object].after; n = r.doc.nodes[n].after {
		key, at := r.doc.nodes[n].key, r.doc.nodes[n].keyAt
		if earlier, twice := r.keys[key]; twice {
			r.problem(n, at, fmt.Sprintf("is here a second time; the first is at %s", r.doc.positionOf(earlier)))
			continue
		}
		r.keys[key] = at
	}
}

func (r *reader) node() *node { return &r.doc.nodes[r.cur] }

func (r *reader) top() *frame { return &r.open[len(r.open)-1] }

func (r *reader) problem(node, at int, message string) {
	if len(r.found) < maxProblems {
		r.found = append(r.found, finding{at: at, node: node, message: message})
	}
}

func (r *reader) problems() Problems {
	sort.SliceStable(r.found, func(i, j int) bool { return r.found[i].at < r.found[j].at })
	ps := make(Problems, len(r.found))
	for i, f := range r.found {
		ps[i] = Problem{Position: r.doc.positionOf(f.at), Path: r.doc.pathOf(f.node), Message: f.message}
	}
	return ps
}

var kindNames = map[kind]string{
	kindNull:   "null",
	kindBool:   "true or false",
	kindNumber: "a number",
	kindString: "a string",
	kindList:   "a list",
	kindObject: "an object",
}

// containerRemedy tells how a list or an object is written instead of what
// there is.
func containerRemedy(want, got kind, s *smithy.Schema) string {
	switch {
	case want != kindList:
		return ""
	case got == kindObject && s.ListMember().Member("name") != nil && s.ListMember().Member("value") != nil:
		return `; write each entry as {"name": ..., "value": ...} in [ ]`
	case got == kindObject && s.ListMember().Member("name") != nil && s.ListMember().Member("valueFrom") != nil:
		return `; write each entry as {"name": ..., "valueFrom": ...} in [ ]`
	}
	return "; put it in [ ]"
}
