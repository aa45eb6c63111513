package state_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/state"
)

const path = state.Folder + `\` + state.FileName

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func full(t *testing.T, m *sim.Machine) *state.Store {
	t.Helper()
	ctx, s := t.Context(), state.New(m.Host(), state.Folder, false)
	_, err := s.Identify(ctx, "i-1")
	must(t, err)
	must(t, s.Record(ctx, "docker", []phase.Undo{{Kind: "file", Target: "a", Before: "1"}, {Kind: "file", Target: "b"}}))
	must(t, s.Mark(ctx, "hook", "CONTINUE"))
	must(t, s.Finish(ctx, &report.Report{ExitCode: 5, Phases: []report.Phase{{Name: "docker", Status: report.StatusDone}}}, true))
	return s
}

func TestStateIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{})
	written := full(t, m)
	read, err := state.Open(t.Context(), m.Host(), state.Folder, false)
	must(t, err)
	// The report is written with other white space than it was stored with.
	a, b := written.Get(), read.Get()
	if diff := cmp.Diff(a.Last(), b.Last()); diff != "" {
		t.Error(diff)
	}
	a.LastRun, b.LastRun = nil, nil
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
	m.ResetCounters()
	must(t, read.Mark(t.Context(), "hook", "CONTINUE"))
	must(t, read.Finish(t.Context(), &report.Report{ExitCode: 5, Phases: []report.Phase{{Name: "docker", Status: report.StatusSatisfied}}}, true))
	if len(m.Writes()) > 0 {
		t.Errorf("writes that change nothing: %v", m.Writes())
	}
}

func TestFirstRecordOfATargetStays(t *testing.T) {
	t.Parallel()
	s := full(t, sim.New(sim.Options{}))
	must(t, s.Record(t.Context(), "docker", []phase.Undo{{Kind: "file", Target: "a", Before: "2"}, {Kind: "route", Target: "a"}}))
	undos := s.Get().Undos
	if len(undos) != 3 || undos[0].Before != "1" || undos[2].Kind != "route" {
		t.Errorf("%+v", undos)
	}
	must(t, s.Forget(t.Context(), undos[0]))
	if left := s.Get().Undos; len(left) != 2 || left[0].Target != "b" {
		t.Errorf("%+v", left)
	}
}

func TestServiceOfOursIsNotRestored(t *testing.T) {
	t.Parallel()
	s := full(t, sim.New(sim.Options{}))
	before := len(s.Get().Undos)
	must(t, s.Record(t.Context(), "boot-path", []phase.Undo{{Kind: phase.UndoServiceCreated, Target: "ours"}}))
	must(t, s.Record(t.Context(), "boot-path", []phase.Undo{
		{Kind: phase.UndoServiceConfig, Target: "ours", Before: "half set up"}, {Kind: phase.UndoServiceConfig, Target: "theirs", Before: "whole"},
	}))
	if got := s.Get().Undos[before:]; len(got) != 2 || got[0].Kind != phase.UndoServiceCreated || got[1].Target != "theirs" {
		t.Errorf("%+v", got)
	}
}

func TestForeignStateKeepsItsUndosAlone(t *testing.T) {
	t.Parallel()
	s := full(t, sim.New(sim.Options{}))
	foreign, err := s.Identify(t.Context(), "i-1")
	if err != nil || foreign {
		t.Errorf("its own instance: %t, %v", foreign, err)
	}
	foreign, err = s.Identify(t.Context(), "i-2")
	got := s.Get()
	if err != nil || !foreign || got.InstanceID != "i-2" || len(got.Undos) != 2 || got.Markers != nil || got.LastRun != nil {
		t.Errorf("%t, %v: %+v", foreign, err, got)
	}
}

func TestReadOnlyStoreWritesNothing(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{})
	s := state.New(m.Host(), state.Folder, true)
	must(t, s.Mark(t.Context(), "a", "b"))
	if s.Marker("a") != "b" || len(m.Writes()) > 0 {
		t.Errorf("marker %q, writes %v", s.Marker("a"), m.Writes())
	}
}

func TestWhatCouldNotBeWrittenDidNotHappen(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{Faults: []sim.Fault{{On: "files.Write", Nth: 1, Err: "denied"}}})
	s := state.New(m.Host(), state.Folder, false)
	if err := s.Mark(t.Context(), "a", "b"); fault.Of(err).Code != "E_STATE_UNWRITABLE" || s.Marker("a") != "" {
		t.Errorf("%v, marker %q", err, s.Marker("a"))
	}
	must(t, s.Mark(t.Context(), "a", "b"))
}

// TestWritersTakeTurns: phases run at the same time, and a write takes time.
func TestWritersTakeTurns(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{Latencies: sim.Latencies{Call: 10 * time.Millisecond}})
	s := state.New(m.Host(), state.Folder, false)
	must(t, m.Run(func() {
		for _, id := range []phase.ID{"a", "b", "c", "d"} {
			m.Clock().Go(func() {
				if err := s.Record(t.Context(), id, []phase.Undo{{Kind: "file", Target: string(id)}}); err != nil {
					t.Error(err)
				}
			})
		}
	}))
	content, _ := m.File(path)
	got, err := state.Decode(content)
	must(t, err)
	if len(got.Undos) != 4 {
		t.Errorf("the file has %d records of 4", len(got.Undos))
	}
}

func TestDecodeIsStrict(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	for text, want := range map[string]fault.Code{
		`{"schemaVersion":1}`:                    "",
		``:                                       "E_STATE_CORRUPT",
		`{`:                                      "E_STATE_CORRUPT",
		`{}`:                                     "E_STATE_CORRUPT",
		`[]`:                                     "E_STATE_CORRUPT",
		`{"schemaVersion":0}`:                    "E_STATE_CORRUPT",
		`{"schemaVersion":1}{"schemaVersion":1}`: "E_STATE_CORRUPT",
		`{"schemaVersion":1}}`:                   "E_STATE_CORRUPT",
		`{"schemaVersion":1,"` + secret + `":1}`: "E_STATE_CORRUPT",
		`{"schemaVersion":1,"undos":"` + secret + `"}`: "E_STATE_CORRUPT",
		`{"schemaVersion":2,"whatever":true}`:          "E_STATE_NEWER",
	} {
		_, err := state.Decode([]byte(text))
		var f *fault.Fault
		if got := errors.As(err, &f); got != (want != "") || got && f.Code != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows what stands in the state: %v", err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"schemaVersion":1,"undos":[{"phase":"a","kind":"file","target":"b"}]}`))
	f.Add([]byte(`{"schemaVersion":2}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		s, err := state.Decode(content)
		if err != nil {
			if code := fault.Of(err).Code; code != "E_STATE_CORRUPT" && code != "E_STATE_NEWER" {
				t.Errorf("%v has no name", err)
			}
			return
		}
		again, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := state.Decode(again); err != nil {
			t.Errorf("what was read cannot be written and read again: %v", err)
		}
	})
}
