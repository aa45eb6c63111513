// Package tools is how a test announces the calls of external programs (netsh, PowerShell and the like) that it expects, and
// how a fake of such a program answers. Both work on files in one folder of the simulated machine.
package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Folder is where the files are: tools.json with the announced calls, tools.jsonl with those that took place.
type Folder string

// Announced is a call that a test expects, any number of times.
type Announced struct {
	// Match is a regular expression for the whole call, "netsh interface portproxy add .*", without regard to case.
	Match string
	// Stdout, Stderr and ExitCode are the answer.
	Stdout, Stderr string
	ExitCode       int
	// Firewall gives the call its effect on the firewall's rules in the registry: `netsh advfirewall firewall ...`.
	Firewall bool
}

// Seen is a call that took place.
type Seen struct {
	Tool string
	Args []string
	// Announced tells whether the test expected it.
	Announced bool
}

// String is the call as one line.
func (s Seen) String() string { return strings.Join(append([]string{s.Tool}, s.Args...), " ") }

// Announce adds an expected call.
func (f Folder) Announce(a Announced) error {
	if _, err := a.pattern(); err != nil {
		return err
	}
	all, err := f.announced()
	if err != nil {
		return err
	}
	text, err := json.Marshal(append(all, a))
	if err != nil {
		return fmt.Errorf("announcing %q: %w", a.Match, err)
	}
	return os.WriteFile(f.path("tools.json"), text, 0o600)
}

// Call writes a call down and returns its answer. One that was not announced is an error.
func (f Folder) Call(tool string, args []string) (Announced, error) {
	seen := Seen{Tool: tool, Args: args}
	all, err := f.announced()
	if err != nil {
		return Announced{}, err
	}
	answer, err := match(all, seen.String())
	if err != nil {
		return Announced{}, err
	}
	seen.Announced = answer != nil
	if err := f.write(seen); err != nil {
		return Announced{}, err
	}
	if answer == nil {
		return Announced{}, fmt.Errorf("the test did not announce this call: %s", seen)
	}
	return *answer, nil
}

// Seen returns the calls that took place, in order.
func (f Folder) Seen() ([]Seen, error) {
	text, err := os.ReadFile(f.path("tools.jsonl"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the calls of tools: %w", err)
	}
	var all []Seen
	for line := range bytes.Lines(text) {
		var s Seen
		if err := json.Unmarshal(line, &s); err != nil {
			return nil, fmt.Errorf("reading the calls of tools: %w", err)
		}
		all = append(all, s)
	}
	return all, nil
}

func (f Folder) announced() ([]Announced, error) {
	text, err := os.ReadFile(f.path("tools.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the announced calls: %w", err)
	}
	var all []Announced
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("reading the announced calls: %w", err)
	}
	return all, nil
}

// match finds the first announced call that fits; nil if none does.
func match(all []Announced, call string) (*Announced, error) {
	for i := range all {
		pattern, err := all[i].pattern()
		if err != nil {
			return nil, err
		}
		if pattern.MatchString(call) {
			return &all[i], nil
		}
	}
	return nil, nil
}

func (a Announced) pattern() (*regexp.Regexp, error) {
	pattern, err := regexp.Compile("(?is)^(?:" + a.Match + ")$")
	if err != nil {
		return nil, fmt.Errorf("announcing %q: %w", a.Match, err)
	}
	return pattern, nil
}

func (f Folder) write(s Seen) (err error) {
	line, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("writing down %s: %w", s, err)
	}
	out, err := os.OpenFile(f.path("tools.jsonl"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("writing down %s: %w", s, err)
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = out.Write(append(line, '\n'))
	return err
}

func (f Folder) path(name string) string { return filepath.Join(string(f), name) }
