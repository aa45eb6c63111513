package awsjson

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const maxDepth = 100

// syntaxError is the mistake that ends parsing.
type syntaxError struct {
	at      int // byte offset
	path    []step
	message string
	// opened is the byte offset of what the message says was opened, or -1.
	opened int
}

// explain completes the message with the place where something was opened.
func (d *Document) explain(e *syntaxError) string {
	if e.opened < 0 {
		return e.message
	}
	return fmt.Sprintf("%s that opens at %s", e.message, d.positionOf(e.opened))
}

// parser turns a text into nodes, by recursive descent.
type parser struct {
	text  string
	i     int
	nodes []node
	path  []step
}

func (p *parser) document() *syntaxError {
	if err := p.encoding(); err != nil {
		return err
	}
	p.space()
	if p.i == len(p.text) {
		return p.fail(0, "the document is empty; it wants a JSON object")
	}
	if err := p.value("", -1); err != nil {
		return err
	}
	if p.space(); p.i < len(p.text) {
		return p.fail(p.i, "the document goes on after its end; it wants one JSON value and nothing after it")
	}
	return nil
}

func (p *parser) encoding() *syntaxError {
	if strings.HasPrefix(p.text, "\xff\xfe") || strings.HasPrefix(p.text, "\xfe\xff") {
		return p.fail(0, "the document is in UTF-16, as Windows PowerShell writes it with > and Out-File; save it in UTF-8")
	}
	if utf8.ValidString(p.text) {
		return nil
	}
	bad := 0
	for bad < len(p.text) {
		r, size := utf8.DecodeRuneInString(p.text[bad:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		bad += size
	}
	return p.fail(bad, "the document is not in UTF-8 from here on; save it in UTF-8")
}

// value reads one value and what it holds. keyAt is -1 for a value that is no
// member.
func (p *parser) value(key string, keyAt int) *syntaxError {
	n := len(p.nodes)
	p.nodes = append(p.nodes, node{key: key, keyAt: keyAt, at: p.i})
	var err *syntaxError
	switch c := p.peek(); {
	case c == '{':
		p.nodes[n].kind = kindObject
		err = p.object()
	case c == '[':
		p.nodes[n].kind = kindList
		err = p.list()
	case c == '"':
		p.nodes[n].kind = kindString
		p.nodes[n].text, err = p.string()
	case c == '-' || isDigit(c):
		p.nodes[n].kind = kindNumber
		p.nodes[n].text, err = p.number()
	default:
		p.nodes[n].kind, p.nodes[n].text, err = p.word()
	}
	p.nodes[n].end, p.nodes[n].after = p.i, len(p.nodes)
	return err
}

func (p *parser) object() *syntaxError {
	return p.sequence('}', "the object", func(int) *syntaxError {
		if p.peek() != '"' {
			return p.fail(p.i, "wants the name of a member in double quotes, has "+p.found())
		}
		keyAt := p.i
		key, err := p.string()
		if err != nil {
			return err
		}
		p.path = append(p.path, step{key: key})
		if p.space(); p.peek() != ':' {
			return p.fail(p.i, "wants a colon after the member's name, has "+p.found())
		}
		p.i++
		p.space()
		if err := p.value(key, keyAt); err != nil {
			return err
		}
		p.path = p.path[:len(p.path)-1]
		return nil
	})
}

func (p *parser) list() *syntaxError {
	return p.sequence(']', "the list", func(index int) *syntaxError {
		p.path = append(p.path, step{index: index, item: true})
		if err := p.value("", -1); err != nil {
			return err
		}
		p.path = p.path[:len(p.path)-1]
		return nil
	})
}

// sequence reads what stands between an opening bracket, where the parser is,
// and its closing one.
func (p *parser) sequence(closing byte, what string, read func(index int) *syntaxError) *syntaxError {
	opened := p.i
	if len(p.path) >= maxDepth {
		return p.fail(opened, fmt.Sprintf("is nested more than %d levels deep", maxDepth))
	}
	p.i++
	comma := -1
	for index := 0; ; index++ {
		p.space()
		switch c := p.peek(); {
		case p.i == len(p.text):
			return p.failOpened(p.i, opened, "the document ends before the end of "+what)
		case c == closing && comma >= 0:
			return p.fail(comma, fmt.Sprintf("a comma stands before the closing %c; remove the comma", closing))
		case c == closing:
			p.i++
			return nil
		}
		if err := read(index); err != nil {
			return err
		}
		p.space()
		switch p.peek() {
		case ',':
			comma = p.i
			p.i++
		case closing:
			comma = -1
		default:
			if p.i == len(p.text) {
				return p.failOpened(p.i, opened, "the document ends before the end of "+what)
			}
			return p.fail(p.i, fmt.Sprintf("wants a comma or %c, has %s", closing, p.found()))
		}
	}
}

func (p *parser) string() (string, *syntaxError) {
	opened := p.i
	p.i++
	start := p.i
	for p.i < len(p.text) {
		switch c := p.text[p.i]; {
		case c == '"':
			p.i++
			return p.text[start : p.i-1], nil
		case c == '\\':
			return p.escapedString(opened, start)
		case c < ' ':
			return "", p.control(opened)
		default:
			p.i++
		}
	}
	return "", p.unclosedString(opened)
}

// escapedString reads on at a string's first escape.
func (p *parser) escapedString(opened, start int) (string, *syntaxError) {
	var b strings.Builder
	b.WriteString(p.text[start:p.i])
	for p.i < len(p.text) {
		switch c := p.text[p.i]; {
		case c == '"':
			p.i++
			return b.String(), nil
		case c == '\\':
			r, err := p.escape(opened)
			if err != nil {
				return "", err
			}
			b.WriteRune(r)
		case c < ' ':
			return "", p.control(opened)
		default:
			b.WriteByte(c)
			p.i++
		}
	}
	return "", p.unclosedString(opened)
}

func (p *parser) escape(opened int) (rune, *syntaxError) {
	if p.i+1 == len(p.text) {
		return 0, p.unclosedString(opened)
	}
	const letters, meanings = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	c := p.text[p.i+1]
	if c == 'u' {
		return p.unicodeEscape()
	}
	which := strings.IndexByte(letters, c)
	if which < 0 {
		return 0, p.fail(p.i, `a single backslash stands in a string; write two, as in C:\\inetpub`)
	}
	p.i += 2
	return rune(meanings[which]), nil
}

func (p *parser) unicodeEscape() (rune, *syntaxError) {
	at := p.i
	first, ok := p.hex()
	if !ok {
		return 0, p.fail(at, `\u wants four hexadecimal digits after it`)
	}
	if !utf16.IsSurrogate(first) {
		return first, nil
	}
	second, ok := p.hex()
	whole := utf16.DecodeRune(first, second)
	if !ok || whole == utf8.RuneError {
		return 0, p.fail(at, `\u names half of a character; the other half must follow it as another \u`)
	}
	return whole, nil
}

// hex reads one \uXXXX.
func (p *parser) hex() (rune, bool) {
	rest := p.text[p.i:]
	if len(rest) < 6 || rest[:2] != `\u` {
		return 0, false
	}
	v, err := strconv.ParseUint(rest[2:6], 16, 16)
	if err != nil {
		return 0, false
	}
	p.i += 6
	return rune(v), true
}

func (p *parser) number() (string, *syntaxError) {
	start := p.i
	if p.peek() == '-' {
		p.i++
	}
	whole := p.digits()
	if whole == 0 || whole > 1 && p.text[p.i-whole] == '0' {
		return "", p.fail(start, "a number starts with a digit, and with 0 only if no other digit follows")
	}
	if p.peek() == '.' {
		p.i++
		if p.digits() == 0 {
			return "", p.fail(start, "a number wants a digit after its decimal point")
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.i++
		if c := p.peek(); c == '+' || c == '-' {
			p.i++
		}
		if p.digits() == 0 {
			return "", p.fail(start, "a number wants a digit in its exponent")
		}
	}
	return p.text[start:p.i], nil
}

func (p *parser) digits() int {
	start := p.i
	for isDigit(p.peek()) {
		p.i++
	}
	return p.i - start
}

func (p *parser) word() (kind, string, *syntaxError) {
	end := p.i
	for end < len(p.text) && isLetter(p.text[end]) {
		end++
	}
	switch word := p.text[p.i:end]; word {
	case "true", "false":
		p.i = end
		return kindBool, word, nil
	case "null":
		p.i = end
		return kindNull, "", nil
	}
	return 0, "", p.fail(p.i, "wants a value (a string in double quotes, a number, true, false, null, a list or an object), has "+p.found())
}

// found tells what stands where the parser is, without repeating it.
func (p *parser) found() string {
	if p.i == len(p.text) {
		return "the end of the document"
	}
	switch c := p.text[p.i]; {
	case c == '\'':
		return "a single quote; JSON has double quotes only"
	case c == '/' || c == '#':
		return "what looks like a comment; JSON has none, remove it"
	case strings.IndexByte("{}[]:,", c) >= 0:
		return "a " + string(c)
	case c == '"':
		return "a double quote"
	case isLetter(c):
		return "a word without quotes"
	case isDigit(c):
		return "a digit"
	}
	return "another character"
}

func (p *parser) control(opened int) *syntaxError {
	if c := p.text[p.i]; c == '\n' || c == '\r' {
		return p.fail(opened, `the string is not closed on its line; close it with a double quote, and write a line break in it as \n`)
	}
	return p.fail(p.i, `a tab or another control character stands in a string; write a tab as \t`)
}

func (p *parser) unclosedString(opened int) *syntaxError {
	return p.fail(opened, "the string is never closed; close it with a double quote")
}

func (p *parser) fail(at int, message string) *syntaxError {
	return p.failOpened(at, -1, message)
}

func (p *parser) failOpened(at, opened int, message string) *syntaxError {
	return &syntaxError{at: at, path: p.path, message: message, opened: opened}
}

func (p *parser) space() {
	for p.i < len(p.text) {
		switch p.text[p.i] {
		case ' ', '\t', '\r', '\n':
			p.i++
		default:
			return
		}
	}
}

// peek returns the next byte, or 0 at the end of the text.
func (p *parser) peek() byte {
	if p.i == len(p.text) {
		return 0
	}
	return p.text[p.i]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' || c >= utf8.RuneSelf }
