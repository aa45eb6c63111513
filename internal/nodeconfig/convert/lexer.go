package convert

import (
	"strings"
	"unicode"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// word is one word of a PowerShell command.
type word struct {
	text string
	at   nodeconfig.Position
	// quoted tells that the word, or its first part, stood in quotes: it is a value even if it begins with a hyphen.
	quoted bool
	// open are the names of variables in the word that are not known, so that its text is not either.
	open []string
	// variables are the names of all variables in the word.
	variables []string
	// symbol tells that the word is one character with a meaning of its own: ( ) , = and the like.
	symbol bool
}

// is reports whether the word is that symbol.
func (w word) is(symbol string) bool { return w.symbol && w.text == symbol }

// statement is the words of one command or assignment.
type statement []word

// lexer cuts a PowerShell script into statements. It knows words, quotes, here-strings, comments, back-ticks and line
// ends; of the rest of the language it knows only where a statement ends.
type lexer struct {
	src          []rune
	pos          int
	line, column int
	// variables are the simple variables that were given a literal value so far, by lower-case name.
	variables map[string]string
}

func newLexer(script string) *lexer {
	script = strings.ReplaceAll(strings.TrimPrefix(script, "\ufeff"), "\r\n", "\n")
	return &lexer{src: []rune(script), line: 1, column: 1, variables: map[string]string{}}
}

func (l *lexer) peek(ahead int) rune {
	if l.pos+ahead >= len(l.src) {
		return 0
	}
	return l.src[l.pos+ahead]
}

func (l *lexer) done() bool { return l.pos >= len(l.src) }

func (l *lexer) advance() rune {
	r := l.src[l.pos]
	l.pos++
	if r == '\n' {
		l.line, l.column = l.line+1, 1
	} else {
		l.column++
	}
	return r
}

func (l *lexer) at() nodeconfig.Position {
	return nodeconfig.Position{Line: l.line, Column: l.column}
}

// next returns the next statement that has words, or false at the end.
func (l *lexer) next() (statement, bool) {
	var s statement
	depth := 0
	for !l.done() {
		r := l.peek(0)
		switch {
		case r == '`' && (l.peek(1) == '\n' || l.done()):
			l.advance()
			l.advance()
		case r == '\n' && depth > 0 && !l.blankLine():
			l.advance()
		case r == '\n' || r == ';' || r == '|' || r == '{' || r == '}' || r == '&':
			l.advance()
			if len(s) > 0 {
				return s, true
			}
			depth = 0
		case unicode.IsSpace(r):
			l.advance()
		case r == '#':
			l.skipLine()
		case r == '<' && l.peek(1) == '#':
			l.skipBlockComment()
		case strings.ContainsRune("(),=[]", r):
			at := l.at()
			l.advance()
			if r == '(' {
				depth++
			}
			if r == ')' && depth > 0 {
				depth--
			}
			s = append(s, word{text: string(r), at: at, symbol: true})
		default:
			s = append(s, l.word())
		}
	}
	return s, len(s) > 0
}

// blankLine reports whether the line after this line end is empty, so that an unclosed bracket does not swallow the rest.
func (l *lexer) blankLine() bool {
	for i := 1; ; i++ {
		switch r := l.peek(i); {
		case r == '\n' || r == 0:
			return true
		case !unicode.IsSpace(r):
			return false
		}
	}
}

func (l *lexer) skipLine() {
	for !l.done() && l.peek(0) != '\n' {
		l.advance()
	}
}

func (l *lexer) skipBlockComment() {
	for !l.done() {
		if l.advance() == '#' && l.peek(0) == '>' {
			l.advance()
			return
		}
	}
}

// word reads a word: bare characters and quoted parts, as many as follow each other.
func (l *lexer) word() word {
	w := word{at: l.at()}
	var b strings.Builder
	for first := true; !l.done(); first = false {
		r := l.peek(0)
		switch {
		case r == '@' && (l.peek(1) == '\'' || l.peek(1) == '"') && l.peek(2) == '\n':
			w.quoted = w.quoted || first
			b.WriteString(l.hereString(&w))
		case r == '\'':
			w.quoted = w.quoted || first
			b.WriteString(l.singleQuoted())
		case r == '"':
			w.quoted = w.quoted || first
			b.WriteString(l.doubleQuoted(&w))
		case r == '`':
			l.advance()
			if l.done() || l.peek(0) == '\n' {
				w.text = b.String()
				if !l.done() {
					l.advance()
				}
				return w
			}
			b.WriteRune(l.advance())
		case r == '$':
			b.WriteString(l.variable(&w))
		case unicode.IsSpace(r) || strings.ContainsRune("(),;|{}&", r) || r == '=' && !strings.HasPrefix(b.String(), "-") || r == ']' || r == '[' && b.Len() > 0:
			w.text = b.String()
			return w
		default:
			b.WriteRune(l.advance())
		}
	}
	w.text = b.String()
	return w
}

func (l *lexer) singleQuoted() string {
	var b strings.Builder
	l.advance()
	for !l.done() {
		r := l.advance()
		if r != '\'' {
			b.WriteRune(r)
			continue
		}
		if l.peek(0) != '\'' {
			break
		}
		b.WriteRune(l.advance())
	}
	return b.String()
}

func (l *lexer) doubleQuoted(w *word) string {
	var b strings.Builder
	l.advance()
	for !l.done() {
		switch r := l.peek(0); {
		case r == '"' && l.peek(1) == '"':
			l.advance()
			b.WriteRune(l.advance())
		case r == '"':
			l.advance()
			return b.String()
		case r == '`' && l.pos+1 < len(l.src):
			l.advance()
			b.WriteString(escaped(l.advance()))
		case r == '$':
			b.WriteString(l.variable(w))
		default:
			b.WriteRune(l.advance())
		}
	}
	return b.String()
}

// escaped is what a back-tick and a character stand for in double quotes.
func escaped(r rune) string {
	switch r {
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case 'r':
		return "\r"
	case '0':
		return "\x00"
	}
	return string(r)
}

// hereString reads @' to '@, or the same with double quotes.
func (l *lexer) hereString(w *word) string {
	l.advance()
	quote := l.advance()
	l.advance()
	var b strings.Builder
	for !l.done() {
		if l.column == 1 && l.peek(0) == quote && l.peek(1) == '@' {
			l.advance()
			l.advance()
			break
		}
		if quote == '"' && l.peek(0) == '$' {
			b.WriteString(l.variable(w))
			continue
		}
		b.WriteRune(l.advance())
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// variable reads $name, ${name} or $env:name. It returns the value where that is known, and remembers the name where not.
func (l *lexer) variable(w *word) string {
	l.advance()
	if l.peek(0) == '(' {
		w.open = append(w.open, "$(…)")
		l.skipExpression()
		return "$"
	}
	braces := l.peek(0) == '{'
	if braces {
		l.advance()
	}
	var name strings.Builder
	for !l.done() {
		r := l.peek(0)
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && (r != ':' || l.peek(1) == ':' || !braces && !unicode.IsLetter(l.peek(1))) && (!braces || r == '}' || r == '\n') {
			break
		}
		name.WriteRune(l.advance())
	}
	if braces && l.peek(0) == '}' {
		l.advance()
	}
	w.variables = append(w.variables, name.String())
	switch value, known := l.variables[strings.ToLower(name.String())]; {
	case name.Len() == 0:
		return "$"
	case known:
		return value
	}
	switch strings.ToLower(name.String()) {
	case "true":
		return "True"
	case "false":
		return "False"
	case "null":
		return ""
	}
	w.open = append(w.open, "$"+name.String())
	return "$" + name.String()
}

// skipExpression skips a bracketed expression.
func (l *lexer) skipExpression() {
	depth := 0
	for !l.done() {
		switch l.advance() {
		case '(':
			depth++
		case ')':
			depth--
			if depth == 0 {
				return
			}
		case '\n':
			return
		}
	}
}
