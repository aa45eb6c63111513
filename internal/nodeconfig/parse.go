package nodeconfig

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Parse reads a document in YAML or JSON. The name is what errors and origins call it, such as "user data" or a file's
// name. An error is of type [Problems] and lists everything that is wrong, in the order of the text.
func Parse(src []byte, name string) (*Document, error) {
	p := parser{name: name, doc: Default(), places: map[string]place{}}
	root, err := readTree(src)
	var syntax *syntaxError
	if errors.As(err, &syntax) {
		return nil, Problems{{Document: name, Position: syntax.at, Message: syntax.message, Remedy: syntax.remedy}}
	}
	// What a document must give has no default.
	p.doc.APIVersion, p.doc.Kind = "", ""
	if root.kind == mapNode || root.kind == nullNode {
		p.section("", root)
		p.validate()
	} else {
		p.blame("", place{at: root.at}, "is "+root.kind.String()+", not a mapping", "begin with apiVersion: "+APIVersion)
	}
	if len(p.problems) > 0 {
		return nil, p.inOrder()
	}
	return p.doc, nil
}

// parser fills a document from nodes.
type parser struct {
	name     string
	doc      *Document
	places   map[string]place
	problems Problems
}

// place is where a member stands, and what an error may show of it.
type place struct {
	at      Position
	excerpt string
}

func (p *parser) blame(path string, at place, message, remedy string) {
	p.problems = append(p.problems, Problem{Document: p.name, Position: at.at, Path: path, Message: message, Remedy: remedy, excerpt: at.excerpt})
}

// section reads the members of a mapping.
func (p *parser) section(path string, n *node) {
	if n.kind == nullNode {
		return
	}
	if n.kind != mapNode {
		p.blame(path, p.placeOf(path, n), "is "+n.kind.String()+", not a mapping", "write its members below it, as name: value")
		return
	}
	seen := map[string]int{}
	for _, e := range n.entries {
		member := join(path, e.key)
		at := place{e.at, shown(e.key) + ": …"}
		switch r, isMember := find(member); {
		case seen[e.key] > 0:
			p.blame(join(path, shown(e.key)), at, fmt.Sprintf("stands here for the second time; the first is in line %d", seen[e.key]), "remove one of the two")
			continue
		case strings.Contains(e.key, "."):
			// A path is no name: the same member could stand twice, here and in its section.
			p.unknown(path, e, at)
		case isSection(member):
			p.places[member] = at
			p.section(member, e.value)
		case isMember:
			p.places[member] = at
			p.member(r, e.value)
		default:
			p.unknown(path, e, at)
		}
		seen[e.key] = e.at.Line
	}
}

func isSection(path string) bool {
	return slices.ContainsFunc(Sections(), func(s Section) bool { return s.Path == path })
}

// placeOf is the place of a member's name, or of the value where there is no name.
func (p *parser) placeOf(path string, n *node) place {
	if at, ok := p.places[path]; ok {
		return at
	}
	return place{n.at, "…"}
}

// unknown blames a name that the section does not know, and says which name is probably meant.
func (p *parser) unknown(section string, e entry, at place) {
	where := "a NodeConfig"
	if section != "" {
		where = section
	}
	remedy := "the command config example lists the members"
	if names := namesIn(section); len(names) <= maxListed {
		remedy = "the members are " + strings.Join(names, ", ")
	}
	if elsewhere := memberNamed(e.key); elsewhere != "" {
		remedy = "it belongs to " + parentOr(elsewhere)
	}
	if near := nearest(e.key, namesIn(section)); near != "" {
		remedy = "did you mean " + near + "?"
	}
	if member := memberOf(strings.ToUpper(e.key)); member != "" {
		remedy = "the member that stands for it is " + member
	}
	if r, isMember := find(join(section, e.key)); isMember {
		remedy = "write " + base(r.Path) + " below " + parent(r.Path) + ", indented"
	}
	p.blame(join(section, shown(e.key)), at, "is not a member of "+where, remedy)
}

// maxListed is how many members an error lists.
const maxListed = 12

func parentOr(path string) string {
	if section := parent(path); section != "" {
		return section
	}
	return "the top of the document"
}

// namesIn returns the names of a section's members, in order.
func namesIn(path string) []string {
	var names []string
	for _, r := range rows() {
		rest, ok := strings.CutPrefix(r.Path, path+".")
		if path == "" {
			rest, ok = r.Path, true
		}
		name, _, _ := strings.Cut(rest, ".")
		if ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// memberNamed returns a member that bears a name, wherever it is.
func memberNamed(name string) string {
	for _, r := range rows() {
		if base(r.Path) == name {
			return r.Path
		}
	}
	return ""
}

// member reads a value into the document. What the value may be is checked later; here it is only of the right type.
func (p *parser) member(r row, n *node) {
	if n.kind == nullNode && n.text != "" || n.kind == nullNode && !n.plain {
		return
	}
	at := p.places[r.Path]
	value, wrong := p.read(r, n)
	if wrong != nil {
		p.blame(r.Path, at, wrong.message, wrong.remedy)
		return
	}
	store(r.at(p.doc), value)
	p.doc.mark(r.Path, Origin{Source: FromDocument, Name: p.name, Line: at.at.Line})
}

// read turns a node into a value of the row's type. Lists and maps blame their items themselves.
func (p *parser) read(r row, n *node) (any, *syntaxError) {
	switch r.Type {
	case TypeStrings:
		return readList(p, r, n, readString)
	case TypeInts:
		return readList(p, r, n, readInt)
	case TypeMap:
		return p.readMap(r, n)
	case TypeBool:
		return readBool(n)
	case TypeInt:
		return readInt(n)
	case TypeDuration:
		return readDuration(n)
	case TypeString:
	}
	return readString(n)
}

func mismatch(n *node, want, remedy string) *syntaxError {
	if n.kind == nullNode {
		return &syntaxError{message: "has no value", remedy: "give " + want + ", or remove it"}
	}
	return &syntaxError{message: "is " + n.kind.String() + ", not " + want, remedy: remedy}
}

func readString(n *node) (string, *syntaxError) {
	switch n.kind {
	case stringNode:
		if n.plain && otherBooleans().MatchString(n.text) {
			return "", &syntaxError{message: "is a boolean to some readers of YAML", remedy: "put it into quotes"}
		}
		return n.text, nil
	case boolNode, intNode, otherNode:
		return "", mismatch(n, "a string", "put it into quotes")
	}
	return "", mismatch(n, "a string", "write one value")
}

func readBool(n *node) (bool, *syntaxError) {
	if n.kind != boolNode {
		return false, mismatch(n, "a boolean", "write true or false, without quotes")
	}
	return strings.EqualFold(n.text, "true"), nil
}

func readInt(n *node) (int, *syntaxError) {
	if n.kind != intNode {
		return 0, mismatch(n, "a whole number", "write digits only, without quotes")
	}
	if !decimal().MatchString(n.text) {
		return 0, &syntaxError{message: "is not a decimal number", remedy: "write it without leading zeros, 0x, 0o and _"}
	}
	i, err := strconv.ParseInt(n.text, 10, 32)
	if err != nil {
		return 0, &syntaxError{message: "is too large", remedy: "write a smaller number"}
	}
	return int(i), nil
}

func readDuration(n *node) (time.Duration, *syntaxError) {
	if n.kind == intNode {
		return 0, &syntaxError{message: "is a number without a unit", remedy: "write a duration such as 90s, 5m or 1h30m"}
	}
	if n.kind != stringNode {
		return 0, mismatch(n, "a duration", "write one such as 90s, 5m or 1h30m")
	}
	d, err := time.ParseDuration(n.text)
	if err != nil {
		return 0, &syntaxError{message: "is not a duration", remedy: "write one such as 90s, 5m or 1h30m"}
	}
	return d, nil
}

func readList[T any](p *parser, r row, n *node, read func(*node) (T, *syntaxError)) ([]T, *syntaxError) {
	if n.kind != listNode {
		return nil, mismatch(n, "a list", "write [first, second], or one item a line after -")
	}
	values := make([]T, 0, len(n.items))
	for i, item := range n.items {
		path, at := fmt.Sprintf("%s[%d]", r.Path, i), place{item.at, "…"}
		p.places[path] = at
		value, wrong := read(item)
		if wrong != nil {
			p.blame(path, at, wrong.message, wrong.remedy)
			continue
		}
		values = append(values, value)
	}
	if len(values) < len(n.items) {
		return nil, nil
	}
	return values, nil
}

func (p *parser) readMap(r row, n *node) (map[string]string, *syntaxError) {
	if n.kind != mapNode {
		return nil, mismatch(n, "a mapping", "write name: value below it")
	}
	values := make(map[string]string, len(n.entries))
	for _, e := range n.entries {
		path, at := fmt.Sprintf("%s[%q]", r.Path, shown(e.key)), place{e.at, shown(e.key) + ": …"}
		if _, twice := values[e.key]; twice {
			p.blame(path, at, "stands here for the second time", "remove one of the two")
			continue
		}
		p.places[path] = at
		value, wrong := readString(e.value)
		if wrong != nil {
			p.blame(path, at, wrong.message, wrong.remedy)
		}
		values[e.key] = value
	}
	return values, nil
}

// validate adds what is wrong with the values, each at its place, unless the member has been blamed already.
func (p *parser) validate() {
	blamed := map[string]bool{}
	for _, found := range p.problems {
		blamed[found.Path] = true
		section, _, _ := strings.Cut(found.Path, "[")
		blamed[section] = true
	}
	for _, found := range Validate(p.doc) {
		member, _, _ := strings.Cut(found.Path, "[")
		if blamed[found.Path] || blamed[member] && found.Path == member {
			continue
		}
		at := p.nearestPlace(found.Path)
		found.Document, found.Position, found.excerpt = p.name, at.at, at.excerpt
		p.problems = append(p.problems, found)
	}
}

// nearestPlace is the place of a member, or of the innermost section around it that the text has.
func (p *parser) nearestPlace(path string) place {
	for path != "" {
		if at, ok := p.places[path]; ok {
			return at
		}
		if i := strings.IndexByte(path, '['); i >= 0 {
			path = path[:i]
			continue
		}
		path = parent(path)
	}
	return place{}
}

// inOrder sorts the problems by place; what has none comes first.
func (p *parser) inOrder() Problems {
	slices.SortStableFunc(p.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Position.Line, b.Position.Line), cmp.Compare(a.Position.Column, b.Position.Column))
	})
	return p.problems
}

// References returns the references that a document holds, by the path of the member or entry that holds it.
func (d *Document) References() map[string]Reference {
	found := map[string]Reference{}
	d.eachReference(func(path string, r Reference, _ func(string) string) string {
		found[path] = r
		return r.String()
	})
	return found
}

// Resolve returns a copy of the document in which lookup has replaced every reference. It asks for each place once, in
// order of the table, and stops at the first error: of lookup, or of a value that the member does not take, such as one
// that was stored with a line break at its end. The copy holds secrets: do not encode it, do not show it.
func (d *Document) Resolve(lookup func(Reference) (string, error)) (*Document, error) {
	resolved := d.Clone()
	var failed error
	resolved.eachReference(func(path string, r Reference, wrong func(string) string) string {
		if failed != nil {
			return r.String()
		}
		value, err := lookup(r)
		if err != nil {
			failed = fmt.Errorf("resolving the reference in %s to %s: %w; check its name and that the instance role may read it", path, r.Store, err)
			return r.String()
		}
		if what, _, _ := strings.Cut(wrong(value), "; "); what != "" {
			failed = fmt.Errorf("resolving the reference in %s to %s: what it stands for %s; store another value there", path, r.Store, what)
		}
		return value
	})
	if failed != nil {
		return nil, failed
	}
	return resolved, nil
}

// eachReference replaces each reference by what replace returns. What wrong says of a value goes after the member's path.
func (d *Document) eachReference(replace func(path string, r Reference, wrong func(value string) string) string) {
	for _, r := range rows() {
		if !r.Reference {
			continue
		}
		switch member := r.at(d).(type) {
		case *string:
			if ref, err := ParseReference(*member); err == nil {
				*member = replace(r.Path, ref, inOneLine(r.check))
			}
		case *map[string]string:
			for _, key := range slices.Sorted(maps.Keys(*member)) {
				if ref, err := ParseReference((*member)[key]); err == nil {
					wrong := func(value string) string { return r.checkPair(key, value) }
					(*member)[key] = replace(fmt.Sprintf("%s[%q]", r.Path, key), ref, inOneLine(wrong))
				}
			}
		}
	}
}

// inOneLine adds to a check that a value is one line.
func inOneLine(check func(string) string) func(string) string {
	return func(value string) string {
		if strings.ContainsFunc(value, isControl) {
			return "has a line break or another control character in it"
		}
		return check(value)
	}
}
