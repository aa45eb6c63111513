package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/scenario"
)

// A simulated machine lives as long as the process. With a state folder it lives on: what is kept there is not the machine
// but which commands changed it. Time and everything else in a simulation follow from the scenario and the commands, so
// running them again in order makes the same machine. They run in milliseconds.

// journalFile is the journal's name in the folder that --state-dir names.
const journalFile = "simulation.json"

// journal is the life of a simulated machine so far.
type journal struct {
	SchemaVersion int `json:"schemaVersion"`
	// Scenario is the file's SHA-256 in hex: commands on another scenario would make another machine.
	Scenario string         `json:"scenario"`
	Commands []journalEntry `json:"commands"`
}

// journalEntry is a command that changed the machine.
type journalEntry struct {
	Args []string `json:"args"`
	// Files are the contents of the files that the command read, as they were.
	Files map[string]string `json:"files,omitempty"`
}

// changing are the commands that change a machine.
func changing() []string { return []string{"apply", "reset", "signal", "drain", "service", "reboot"} }

// simulatedMachine returns the machine of the scenario file that the flags name, with everything done to it that the
// journal tells of.
func (s *session) simulatedMachine() (Machine, error) {
	text, err := os.ReadFile(s.Simulate)
	if err != nil {
		return nil, fault.New("E_SCENARIO", err, "%s", s.Simulate)
	}
	story, err := scenario.Load(os.DirFS(filepath.Dir(s.Simulate)), filepath.Base(s.Simulate))
	if err != nil {
		return nil, fault.New("E_SCENARIO", err, "%s", s.Simulate)
	}
	m, err := story.Machine(s)
	if err != nil {
		return nil, fault.New("E_SCENARIO", err, "%s", s.Simulate)
	}
	s.simulated, s.Path = story.Name, scenario.ProgramPath
	if s.StateDir == "" {
		return m, nil
	}
	sum := sha256.Sum256(text)
	return m, s.relive(m, hex.EncodeToString(sum[:]))
}

// relive runs the journal's commands on the machine.
func (s *session) relive(m Machine, scenarioSum string) error {
	j := &journal{SchemaVersion: 1, Scenario: scenarioSum}
	path := filepath.Join(s.StateDir, journalFile)
	content, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		f := fault.New("E_SCENARIO", err, "%s", path)
		f.Remedy = "name another folder with --state-dir"
		return f
	case json.Unmarshal(content, j) != nil || j.SchemaVersion != 1:
		return journalFault("%s is no journal of this program", path)
	case j.Scenario != scenarioSum:
		return journalFault("%s is of another scenario than %s, or that has changed since", path, s.Simulate)
	}
	for i, entry := range j.Commands {
		if err := s.again(m, entry); err != nil {
			return fault.New("E_SCENARIO", err, "command %d of %s", i+1, path)
		}
	}
	s.journal = j
	return nil
}

func journalFault(seen string, args ...any) error {
	f := fault.New("E_SCENARIO", nil, seen, args...)
	f.Remedy = "remove the file to begin with a fresh machine, or name another folder with --state-dir"
	return f
}

// again runs a command of the journal, in silence. How it ended does not count: it ended so the first time, too.
func (s *session) again(m Machine, entry journalEntry) error {
	p := s.Program
	p.Stdin, p.Stdout, p.Stderr, p.Terminal = nil, io.Discard, io.Discard, false
	past, run, err := p.session(s, entry.Args)
	if err != nil {
		return err
	}
	past.past, past.files = m, entry.Files
	past.exit(run(past))
	return nil
}

// remember adds the command that has just run to the journal, if it changes the machine.
func (s *session) remember() error {
	if s.journal == nil || !slices.Contains(changing(), s.command) {
		return nil
	}
	s.journal.Commands = append(s.journal.Commands, journalEntry{Args: s.args, Files: s.files})
	content, err := json.MarshalIndent(s.journal, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	if err := os.MkdirAll(s.StateDir, 0o700); err != nil {
		return fault.New("E_OUTPUT", err, "%s", s.StateDir)
	}
	path := filepath.Join(s.StateDir, journalFile)
	if err := os.WriteFile(path, append(content, '\n'), 0o600); err != nil {
		return fault.New("E_OUTPUT", err, "%s", path)
	}
	return nil
}
