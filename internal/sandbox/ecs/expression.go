package ecs

import (
	"regexp"
	"slices"
	"strings"
)

// An expression of the cluster query language (ECS Developer Guide, Cluster
// query language), as far as it is about attributes:
//
//	attribute:ecs.os-type == windows and !(attribute:rack in [a, b])
type expression struct {
	tokens []string
}

// tokens of the language: brackets, operators, words, quoted words.
var lexical = regexp.MustCompile(`^(?:==|!=|=~|!~|&&|\|\||[()\[\],!]|'[^']*'|"[^"]*"|[^\s()\[\],!=&|'"]+)`)

// maxExpression is how long an expression may be (API reference,
// PlacementConstraint).
const maxExpression = 2000

// parseExpression returns the condition that an expression stands for. An empty
// one always holds. The error's text is assumed.
func parseExpression(text string) (func(*containerInstance) bool, error) {
	always := func(*containerInstance) bool { return true }
	if strings.TrimSpace(text) == "" {
		return always, nil
	}
	if len(text) > maxExpression {
		return nil, invalidf("An expression can have at most %d characters.", maxExpression)
	}
	bad := invalidf("Invalid expression: the sandbox reads conditions on attributes, such as attribute:ecs.os-type == windows.")
	var e expression
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		token := lexical.FindString(rest)
		if token == "" {
			return nil, bad
		}
		e.tokens = append(e.tokens, token)
		rest = rest[len(token):]
	}
	holds := e.either()
	if holds == nil || len(e.tokens) > 0 {
		return nil, bad
	}
	return holds, nil
}

// condition is what a part of an expression says of an instance; nil stands for
// a part that cannot be read.
type condition = func(*containerInstance) bool

// accept takes the next token if it is one of those given.
func (e *expression) accept(tokens ...string) bool {
	if len(e.tokens) > 0 && slices.Contains(tokens, strings.ToLower(e.tokens[0])) {
		e.tokens = e.tokens[1:]
		return true
	}
	return false
}

func (e *expression) either() condition {
	holds := e.both()
	for holds != nil && e.accept("or", "||") {
		first, second := holds, e.both()
		if second == nil {
			return nil
		}
		holds = func(i *containerInstance) bool { return first(i) || second(i) }
	}
	return holds
}

func (e *expression) both() condition {
	holds := e.negation()
	for holds != nil && e.accept("and", "&&") {
		first, second := holds, e.negation()
		if second == nil {
			return nil
		}
		holds = func(i *containerInstance) bool { return first(i) && second(i) }
	}
	return holds
}

func (e *expression) negation() condition {
	if !e.accept("not", "!") {
		return e.primary()
	}
	holds := e.negation()
	if holds == nil {
		return nil
	}
	return func(i *containerInstance) bool { return !holds(i) }
}

func (e *expression) primary() condition {
	if e.accept("(") {
		holds := e.either()
		if !e.accept(")") {
			return nil
		}
		return holds
	}
	subject, ok := e.word()
	if !ok {
		return nil
	}
	read := subjectOf(subject)
	if read == nil {
		return nil
	}
	return e.comparison(read)
}

// subjectOf returns what reads a subject of an instance, or nil if the sandbox
// does not know it.
func subjectOf(subject string) func(*containerInstance) (string, bool) {
	called, isAttribute := strings.CutPrefix(subject, "attribute:")
	switch {
	case isAttribute:
		return func(i *containerInstance) (string, bool) { return i.attribute(called) }
	case subject == "ec2InstanceId":
		return func(i *containerInstance) (string, bool) { return i.ec2, true }
	case subject == "agentConnected":
		return func(i *containerInstance) (string, bool) {
			if i.connected {
				return "true", true
			}
			return "false", true
		}
	default:
		return nil
	}
}

// comparison reads an operator and its argument.
func (e *expression) comparison(read func(*containerInstance) (string, bool)) condition {
	switch {
	case e.accept("exists"):
		return func(i *containerInstance) bool { _, ok := read(i); return ok }
	case e.accept("not_exists", "!exists"):
		return func(i *containerInstance) bool { _, ok := read(i); return !ok }
	case e.accept("==", "equals"):
		return e.withWord(read, true)
	case e.accept("!=", "not_equals"):
		return e.withWord(read, false)
	case e.accept("in"):
		return e.withList(read, true)
	case e.accept("not_in"):
		return e.withList(read, false)
	case e.accept("!"):
		if e.accept("in") {
			return e.withList(read, false)
		}
		if e.accept("exists") {
			return func(i *containerInstance) bool { _, ok := read(i); return !ok }
		}
		return nil
	case e.accept("=~", "matches"):
		return e.withPattern(read, true)
	case e.accept("!~", "not_matches"):
		return e.withPattern(read, false)
	default:
		return nil
	}
}

func (e *expression) withWord(read func(*containerInstance) (string, bool), want bool) condition {
	word, ok := e.word()
	if !ok {
		return nil
	}
	return func(i *containerInstance) bool {
		value, there := read(i)
		return (there && value == word) == want
	}
}

func (e *expression) withPattern(read func(*containerInstance) (string, bool), want bool) condition {
	word, ok := e.word()
	if !ok {
		return nil
	}
	pattern, err := regexp.Compile("^(?:" + word + ")$")
	if err != nil {
		return nil
	}
	return func(i *containerInstance) bool {
		value, there := read(i)
		return (there && pattern.MatchString(value)) == want
	}
}

func (e *expression) withList(read func(*containerInstance) (string, bool), want bool) condition {
	if !e.accept("[") {
		return nil
	}
	var words []string
	for !e.accept("]") {
		word, ok := e.word()
		if !ok {
			return nil
		}
		words = append(words, word)
		e.accept(",")
	}
	return func(i *containerInstance) bool {
		value, there := read(i)
		return (there && slices.Contains(words, value)) == want
	}
}

// word takes a word, quoted or not.
func (e *expression) word() (string, bool) {
	if len(e.tokens) == 0 || strings.ContainsAny(e.tokens[0][:1], "()[],!=&|") {
		return "", false
	}
	word := strings.Trim(e.tokens[0], `'"`)
	e.tokens = e.tokens[1:]
	return word, true
}
