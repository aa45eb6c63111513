package ec2launch

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
)

// RunBatch runs a batch script as cmd.exe would: line by line, so that what stands after exit is never looked at. It
// knows set, if, for /f over a program's output, rd, mkdir, echo, exit /b and programs by their full path. The error is a
// [*NotUnderstoodError], or what the shell failed with.
func RunBatch(ctx context.Context, content string, shell Shell) (Outcome, error) {
	b := batch{session: newSession(shell)}
	for line := range b.lines(content) {
		if err := ctx.Err(); err != nil {
			return b.outcome(1), err
		}
		line = strings.TrimPrefix(line, "@")
		if line == "" || batchNothing.MatchString(line) {
			continue
		}
		expanded, err := b.expand(line)
		if err != nil {
			return b.outcome(1), err
		}
		if err := b.statement(ctx, expanded); err != nil {
			return b.outcome(1), err
		}
		if b.ended {
			return b.outcome(b.exitCode), nil
		}
	}
	return b.outcome(b.exitCode), nil
}

// batchNothing are the lines that do nothing to us.
var batchNothing = regexp.MustCompile(`^(?i:rem( .*)?|::.*|echo off|setlocal( (EnableExtensions|DisableDelayedExpansion))*)$`)

type batch struct {
	*session
	// loop is the value of the for variable.
	loop  string
	ended bool
}

// value looks a variable up in the script, then in the environment it started with. One that was set to nothing is gone.
func (b *batch) value(name string) string {
	if value, ok := b.get(name); ok {
		return value
	}
	return b.shell.Getenv(name)
}

// percent is a variable, a doubled sign, or a sign of its own.
var percent = regexp.MustCompile(`%%|%[A-Za-z_][A-Za-z0-9_]*%|%`)

// expand replaces variables as cmd.exe does before it looks at a line. A value that would then be read as a part of the
// line's structure is an error: our scripts have none.
func (b *batch) expand(line string) (string, error) {
	var wrong error
	expanded := percent.ReplaceAllStringFunc(line, func(match string) string {
		name := strings.Trim(match, "%")
		switch {
		case match == "%%":
			return "%"
		case match == "%":
			wrong = b.notUnderstood("a percent sign by itself")
			return ""
		case strings.EqualFold(name, "errorlevel"):
			return strconv.Itoa(b.exitCode)
		}
		value := b.value(name)
		if strings.ContainsAny(value, "\"%^&|<>\r\n") {
			wrong = b.notUnderstood("the variable %s has characters that cmd.exe reads as its own", name)
		}
		return value
	})
	return expanded, wrong
}

var (
	ifDefined = regexp.MustCompile(`^(?i:if (not )?defined) ([A-Za-z0-9_]+) (.+)$`)
	ifExist   = regexp.MustCompile(`^(?i:if (not )?exist) "([^"]+)" (.+)$`)
	ifEqual   = regexp.MustCompile(`^(?i:if /i) "([^"]*)"=="([^"]*)" (.+)$`)
	forOutput = regexp.MustCompile(`^(?i:for /f) "delims=" %h (?i:in) \('(.+?)'\) (?i:do) (.+)$`)
	setValue  = regexp.MustCompile(`^(?i:set) "([A-Za-z][A-Za-z0-9_]*)=([^"]*)"$`)
	remove    = regexp.MustCompile(`^(?i:rd /s /q) "([^"]+)"$`)
	makeDir   = regexp.MustCompile(`^(?i:mkdir) "([^"]+)"$`)
	exitBatch = regexp.MustCompile(`^(?i:exit /b) (\d+)$`)
)

// statement runs what stands in a line, or what is left of it after a condition.
func (b *batch) statement(ctx context.Context, text string) error {
	if m := ifDefined.FindStringSubmatch(text); m != nil {
		return b.when(ctx, (b.value(m[2]) != "") == (m[1] == ""), m[3])
	}
	if m := ifExist.FindStringSubmatch(text); m != nil {
		exists, err := b.shell.Exists(ctx, m[2])
		if err != nil {
			return err
		}
		return b.when(ctx, exists == (m[1] == ""), m[3])
	}
	if m := ifEqual.FindStringSubmatch(text); m != nil {
		return b.when(ctx, strings.EqualFold(b.looped(m[1]), b.looped(m[2])), m[3])
	}
	if m := forOutput.FindStringSubmatch(text); m != nil {
		return b.forEach(ctx, m[1], m[2])
	}
	return b.command(ctx, text)
}

func (b *batch) when(ctx context.Context, holds bool, rest string) error {
	if !holds {
		return nil
	}
	return b.statement(ctx, rest)
}

// looped puts the loop's value in. It is not parsed again, so it may hold anything.
func (b *batch) looped(text string) string {
	return strings.ReplaceAll(text, "%h", b.loop)
}

// forEach runs a statement for each line of a program's output. Empty lines and those that begin with a semicolon are
// left out, as for /f does.
func (b *batch) forEach(ctx context.Context, command, body string) error {
	program, arguments, err := b.words(command)
	if err != nil {
		return err
	}
	before := b.exitCode
	result, err := b.run(ctx, program, arguments)
	b.exitCode = before // for /f does not pass its program's exit code on
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for line := range strings.SplitSeq(result.Stdout, "\n") {
		line = strings.TrimRight(line, "\r")
		if line == "" || strings.HasPrefix(line, ";") {
			continue
		}
		b.loop = line
		if err := b.statement(ctx, body); err != nil || b.ended {
			return err
		}
	}
	return nil
}

func (b *batch) command(ctx context.Context, text string) error {
	if m := setValue.FindStringSubmatch(text); m != nil {
		b.set(m[1], m[2])
		return nil
	}
	if m := remove.FindStringSubmatch(text); m != nil {
		return b.fileError(b.shell.RemoveFolder(ctx, m[1]))
	}
	if m := makeDir.FindStringSubmatch(text); m != nil {
		return b.fileError(b.shell.MakeFolder(ctx, m[1]))
	}
	if m := exitBatch.FindStringSubmatch(text); m != nil {
		b.exitCode, _ = number(m[1])
		b.ended = true
		return nil
	}
	if words, ok := strings.CutPrefix(text, "echo "); ok && !strings.ContainsAny(words, "&|<>^") {
		b.output.WriteString(words + "\n")
		return nil
	}
	program, arguments, err := b.words(text)
	if err != nil {
		return err
	}
	result, err := b.run(ctx, program, arguments)
	if errors.Is(err, ErrNotFound) {
		// What cmd.exe says of a command that it does not find.
		b.exitCode = 9009
		b.output.WriteString("The system cannot find the path specified.\n")
		return nil
	}
	b.output.WriteString(result.Stdout)
	return err
}

// fileError takes a failed rd or mkdir as cmd.exe does, which says so and goes on.
func (b *batch) fileError(err error) error {
	if err != nil {
		b.output.WriteString(err.Error() + "\n")
		b.exitCode = 1
	}
	return nil
}

// words splits a command into program and arguments, as cmd.exe and the C runtime do between them for what our scripts
// hold: quotes around whole words, no escapes.
func (b *batch) words(text string) (program string, arguments []string, err error) {
	var words []string
	for rest := strings.TrimLeft(text, " "); rest != ""; rest = strings.TrimLeft(rest, " ") {
		var word string
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			end := strings.IndexByte(quoted, '"')
			if end < 0 {
				return "", nil, b.notUnderstood("a quote is not closed")
			}
			word, rest = quoted[:end], quoted[end+1:]
			if strings.HasSuffix(word, `\`) || rest != "" && rest[0] != ' ' {
				return "", nil, b.notUnderstood("a quote inside a word")
			}
		} else {
			end := strings.IndexByte(rest+" ", ' ')
			word, rest = rest[:end], rest[end:]
			if strings.ContainsAny(word, "\"&|<>^()'") {
				return "", nil, b.notUnderstood("a word has characters that cmd.exe reads as its own")
			}
		}
		words = append(words, word)
	}
	if len(words) == 0 {
		return "", nil, b.notUnderstood("there is no command")
	}
	return words[0], words[1:], nil
}
