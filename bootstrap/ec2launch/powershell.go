package ec2launch

import (
	"context"
	"errors"
	"regexp"
	"strings"
)

// RunPowerShell runs a PowerShell script that has one statement a line. Like PowerShell it reads all of it before it runs
// any. It knows assignment, if with one statement, -contains over a program's output, Test-Path, Remove-Item, New-Item,
// Write-Output, exit and programs by their full path. The error is a [*NotUnderstoodError], or what the shell failed with.
func RunPowerShell(ctx context.Context, content string, shell Shell) (Outcome, error) {
	p := powershell{session: newSession(shell)}
	var statements []statement
	for line := range p.lines(content) {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		s, err := p.parse(line)
		if err != nil {
			return p.outcome(1), err
		}
		at := p.line
		statements = append(statements, func(ctx context.Context) error {
			p.line = at
			return s(ctx)
		})
	}
	for _, s := range statements {
		if err := ctx.Err(); err != nil {
			return p.outcome(1), err
		}
		err := s(ctx)
		if failed, ok := errors.AsType[*cmdletError](err); ok {
			p.output.WriteString(failed.Error() + "\n")
			continue
		}
		if err != nil {
			return p.outcome(1), err
		}
		if p.ended {
			return p.outcome(p.ending), nil
		}
	}
	return p.outcome(0), nil
}

// statement is a parsed line.
type statement func(context.Context) error

// cmdletError is a failed cmdlet or a program that is not there. $ErrorActionPreference is Continue: the next line runs.
type cmdletError struct{ cause error }

func (e *cmdletError) Error() string { return e.cause.Error() }
func (e *cmdletError) Unwrap() error { return e.cause }

type powershell struct {
	*session
	ended  bool
	ending int
}

const quoted = `('(?:[^']|'')*'|"[^"` + "`" + `]*")`

var (
	psIfNot   = regexp.MustCompile(`^if \(-not \$([A-Za-z0-9]+)\) \{ (.+) \}$`)
	psIfPath  = regexp.MustCompile(`^if \(Test-Path -LiteralPath ` + quoted + `\) \{ (.+) \}$`)
	psAssign  = regexp.MustCompile(`^\$([A-Za-z0-9]+) = ` + quoted + `$`)
	psTest    = regexp.MustCompile(`^\$([A-Za-z0-9]+) = Test-Path -LiteralPath ` + quoted + `$`)
	psMatches = regexp.MustCompile(`^\$([A-Za-z0-9]+) = \(& (.+)\) -contains ` + quoted + `$`)
	psRemove  = regexp.MustCompile(`^Remove-Item -LiteralPath ` + quoted + ` -Recurse -Force$`)
	psMake    = regexp.MustCompile(`^New-Item -ItemType Directory -Path ` + quoted + ` \| Out-Null$`)
	psWrite   = regexp.MustCompile(`^Write-Output ` + quoted + `$`)
	psExit    = regexp.MustCompile(`^exit (\d+|\$LASTEXITCODE)$`)
	psString  = regexp.MustCompile(`^` + quoted + `(?: |$)`)
	psWord    = regexp.MustCompile(`^([A-Za-z0-9./:\\-]+)(?: |$)`)
)

// parse turns a line into a statement.
func (p *powershell) parse(text string) (statement, error) {
	if m := psIfNot.FindStringSubmatch(text); m != nil {
		then, err := p.parse(m[2])
		return func(ctx context.Context) error {
			if value, _ := p.get(m[1]); value != "" {
				return nil
			}
			return then(ctx)
		}, err
	}
	if m := psIfPath.FindStringSubmatch(text); m != nil {
		then, err := p.parse(m[2])
		return func(ctx context.Context) error {
			path, err := p.text(m[1])
			if err != nil {
				return err
			}
			exists, err := p.shell.Exists(ctx, path)
			if err != nil || !exists {
				return err
			}
			return then(ctx)
		}, err
	}
	if m := psMatches.FindStringSubmatch(text); m != nil {
		words, err := p.words(m[2])
		return func(ctx context.Context) error { return p.contains(ctx, m[1], words, m[3]) }, err
	}
	if m := psTest.FindStringSubmatch(text); m != nil {
		return p.withText(m[2], func(ctx context.Context, path string) error {
			exists, err := p.shell.Exists(ctx, path)
			p.set(m[1], truth(exists))
			return err
		}), nil
	}
	if m := psAssign.FindStringSubmatch(text); m != nil {
		return p.withText(m[2], func(_ context.Context, value string) error {
			p.set(m[1], value)
			return nil
		}), nil
	}
	return p.parseCommand(text)
}

func (p *powershell) parseCommand(text string) (statement, error) {
	if m := psRemove.FindStringSubmatch(text); m != nil {
		return p.withText(m[1], func(ctx context.Context, path string) error { return cmdlet(p.shell.RemoveFolder(ctx, path)) }), nil
	}
	if m := psMake.FindStringSubmatch(text); m != nil {
		return p.withText(m[1], func(ctx context.Context, path string) error { return cmdlet(p.shell.MakeFolder(ctx, path)) }), nil
	}
	if m := psWrite.FindStringSubmatch(text); m != nil {
		return p.withText(m[1], func(_ context.Context, value string) error {
			p.output.WriteString(value + "\n")
			return nil
		}), nil
	}
	if m := psExit.FindStringSubmatch(text); m != nil {
		return func(context.Context) error {
			p.ended, p.ending = true, p.exitCode
			if n, ok := number(m[1]); ok {
				p.ending = n
			}
			return nil
		}, nil
	}
	call, ok := strings.CutPrefix(text, "& ")
	if !ok {
		return nil, p.notUnderstood("it is no statement that the provider writes")
	}
	words, err := p.words(call)
	return func(ctx context.Context) error {
		result, err := p.call(ctx, words)
		p.output.WriteString(result.Stdout)
		return err
	}, err
}

// cmdlet marks the failure of a cmdlet.
func cmdlet(err error) error {
	if err == nil {
		return nil
	}
	return &cmdletError{err}
}

func (p *powershell) withText(literal string, do func(context.Context, string) error) statement {
	return func(ctx context.Context) error {
		value, err := p.text(literal)
		if err != nil {
			return err
		}
		return do(ctx, value)
	}
}

// contains sets a variable to whether a line of a program's output equals a text but for letter case.
func (p *powershell) contains(ctx context.Context, name string, words []string, literal string) error {
	want, err := p.text(literal)
	if err != nil {
		return err
	}
	result, err := p.call(ctx, words)
	if err != nil {
		return err
	}
	found := false
	for line := range strings.SplitSeq(result.Stdout, "\n") {
		found = found || strings.EqualFold(strings.TrimRight(line, "\r"), want)
	}
	p.set(name, truth(found))
	return nil
}

// truth is a boolean as -not takes it from a string.
func truth(holds bool) string {
	if holds {
		return "True"
	}
	return ""
}

func (p *powershell) call(ctx context.Context, words []string) (Result, error) {
	values := make([]string, len(words))
	for i, word := range words {
		value, err := p.text(word)
		if err != nil {
			return Result{}, err
		}
		values[i] = value
	}
	result, err := p.run(ctx, values[0], values[1:])
	if errors.Is(err, ErrNotFound) {
		return Result{}, &cmdletError{err}
	}
	return result, err
}

// words splits a call into quoted strings and bare words.
func (p *powershell) words(text string) ([]string, error) {
	var words []string
	for text != "" {
		m := psString.FindStringSubmatch(text)
		if m == nil {
			m = psWord.FindStringSubmatch(text)
		}
		if m == nil {
			return nil, p.notUnderstood("a word of the call is neither plain nor in quotes")
		}
		words, text = append(words, m[1]), text[len(m[0]):]
	}
	if len(words) == 0 || words[0] == "" {
		return nil, p.notUnderstood("there is no program to call")
	}
	return words, nil
}

var psVariable = regexp.MustCompile(`\$(env:)?([A-Za-z0-9]*)`)

// text is the value of a literal or a bare word. Variables stand in double quotes only.
func (p *powershell) text(literal string) (string, error) {
	switch {
	case strings.HasPrefix(literal, "'"):
		return strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(literal, "'"), "'"), "''", "'"), nil
	case !strings.HasPrefix(literal, `"`):
		return literal, nil
	}
	var wrong error
	value := psVariable.ReplaceAllStringFunc(strings.Trim(literal, `"`), func(match string) string {
		m := psVariable.FindStringSubmatch(match)
		if m[1] != "" {
			return p.shell.Getenv(m[2])
		}
		value, ok := p.get(m[2])
		if !ok {
			wrong = p.notUnderstood("a variable is read that was never set")
		}
		return value
	})
	return value, wrong
}
