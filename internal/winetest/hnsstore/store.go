package hnsstore

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// Store is one simulated host's networking, in a folder. Any number of processes may use the same folder at once, on
// Linux and under Wine: each call holds the folder's lock.
type Store struct {
	// Dir is the folder. It is made when something is written.
	Dir string
	// Clock lets a Fault's delay pass; nil is the machine's own.
	Clock wait.Clock
	// Exit ends the process, for a Fault that kills; nil is os.Exit(137).
	Exit func()
}

// Call is a line of calls.jsonl: one call and how it ended.
type Call struct {
	Sequence  int
	Procedure string
	// ID is the object's ID, or what else the call is about.
	ID string `json:",omitempty"`
	// Body is the document that came with the call, byte for byte if it is JSON.
	Body json.RawMessage `json:",omitempty"`
	// HRESULT and Message tell why it failed.
	HRESULT string `json:",omitempty"`
	Message string `json:",omitempty"`
	// Process is the caller's process ID.
	Process int
}

// View returns the state as it is now.
func (s *Store) View() (*State, error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	return s.load()
}

// Update changes the state, unless change fails. It is how a test seeds it; no call is recorded.
func (s *Store) Update(change func(*State) error) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	st, err := s.load()
	if err != nil {
		return err
	}
	if err := change(st); err != nil {
		return err
	}
	return s.save(st)
}

// Calls returns the calls so far, in order.
func (s *Store) Calls() ([]Call, error) {
	unlock, err := s.lock() // so that no line is half written
	if err != nil {
		return nil, err
	}
	defer unlock()
	text, err := os.ReadFile(s.path("calls.jsonl"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the calls of HNS: %w", err)
	}
	var calls []Call
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for lines.Scan() {
		var c Call
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return nil, fmt.Errorf("reading the calls of HNS, line %d: %w", len(calls)+1, err)
		}
		calls = append(calls, c)
	}
	return calls, nil
}

// call answers one call: it counts it, lets faults strike, has the effect, and writes the call down.
func (s *Store) call(c Call, body string, effect func(*State) error) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer func() { unlock() }()
	st, fault, err := s.admit(c.Procedure)
	if err != nil {
		return err
	}
	if fault.Delay > 0 {
		unlock()
		if err := s.clock().Sleep(context.Background(), fault.Delay); err != nil {
			return err
		}
		if unlock, err = s.lock(); err != nil {
			return err
		}
		if st, err = s.load(); err != nil {
			return err
		}
	}
	if fault.Kill == KillBefore {
		s.exit()
	}
	c.Sequence, c.Process = st.Sequence, os.Getpid()
	if json.Valid([]byte(body)) {
		c.Body = json.RawMessage(body)
	}
	outcome := fault.err()
	if outcome == nil && st.Down && isHNS(c.Procedure) {
		outcome = failure(ServiceNotActive, "The service has not been started.")
	}
	if outcome == nil {
		outcome = effect(st)
	}
	if err := s.writeDown(c, outcome); err != nil {
		return err
	}
	if outcome != nil { // leaves nothing half done
		return outcome
	}
	if err := s.save(st); err != nil {
		return err
	}
	if fault.Kill == KillAfter {
		s.exit()
	}
	return nil
}

// admit counts a call, and stores that it did: a failing or killed call counts too.
func (s *Store) admit(procedure string) (*State, Fault, error) {
	st, err := s.load()
	if err != nil {
		return nil, Fault{}, err
	}
	st.Sequence++
	fault := st.hit(procedure)
	return st, fault, s.save(st)
}

// writeDown adds a call and how it ended to the record.
func (s *Store) writeDown(c Call, outcome error) error {
	if e, ok := errors.AsType[*Error](outcome); ok {
		c.HRESULT, c.Message = fmt.Sprintf("0x%08x", e.HRESULT), e.Message
	}
	line, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("writing down a call of HNS: %w", err)
	}
	return appendLine(s.path("calls.jsonl"), line)
}

func (s *Store) path(name string) string { return filepath.Join(s.Dir, name) }

func (s *Store) clock() wait.Clock {
	if s.Clock == nil {
		return wait.System()
	}
	return s.Clock
}

func (s *Store) exit() {
	if s.Exit != nil {
		s.Exit()
		return
	}
	os.Exit(137) //nolint:forbidigo // the fault asks for the process's sudden end
}

func (s *Store) load() (*State, error) {
	st := &State{}
	text, err := os.ReadFile(s.path("state.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return st, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the simulated HNS: %w", err)
	}
	if err := json.Unmarshal(text, st); err != nil {
		return nil, fmt.Errorf("reading the simulated HNS in %s: %w", s.Dir, err)
	}
	return st, nil
}

// save replaces the file in one step: a process killed in between leaves the old one.
func (s *Store) save(st *State) error {
	text, err := json.MarshalIndent(st, "", " ")
	if err != nil {
		return fmt.Errorf("writing the simulated HNS: %w", err)
	}
	next := s.path("state.json.new")
	if err := os.WriteFile(next, text, 0o600); err != nil {
		return fmt.Errorf("writing the simulated HNS: %w", err)
	}
	if err := os.Rename(next, s.path("state.json")); err != nil {
		return fmt.Errorf("writing the simulated HNS: %w", err)
	}
	return nil
}

// lock makes the folder and waits for its lock.
func (s *Store) lock() (unlock func(), err error) {
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the simulated HNS's folder: %w", err)
	}
	f, err := os.OpenFile(s.path("lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the simulated HNS's lock: %w", err)
	}
	if err := lockFile(f); err != nil {
		return nil, errors.Join(fmt.Errorf("waiting for the simulated HNS's lock: %w", err), f.Close())
	}
	return func() { _ = f.Close() }, nil // closing gives the lock back
}

func appendLine(name string, line []byte) (err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("writing down a call: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("writing down a call: %w", err)
	}
	return nil
}
