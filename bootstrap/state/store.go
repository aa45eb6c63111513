package state

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
)

// Store is the state of one run. It is safe for concurrent use. A method that changes the state has written the file
// when it returns, and writes nothing where nothing changes.
type Store struct {
	host     *host.Host
	folder   string
	readOnly bool

	mu      sync.Mutex
	state   State
	writing bool
}

// Open reads the state in a folder. A store that is read-only changes in memory, never the file. The error is a fault:
// E_STATE_CORRUPT, E_STATE_NEWER or E_STATE_UNREADABLE.
func Open(ctx context.Context, h *host.Host, folder string, readOnly bool) (*Store, error) {
	s, err := read(ctx, h, folder)
	if err != nil {
		return nil, err
	}
	store := New(h, folder, readOnly)
	store.state = s
	return store, nil
}

// New returns a store that begins with nothing, whatever the folder holds.
func New(h *host.Host, folder string, readOnly bool) *Store {
	return &Store{host: h, folder: folder, readOnly: readOnly, state: State{SchemaVersion: SchemaVersion}}
}

// Get returns the state as it is.
func (s *Store) Get() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.clone()
}

// clone copies what methods change in place.
func (s State) clone() State {
	s.Undos = slices.Clone(s.Undos)
	s.Markers = maps.Clone(s.Markers)
	return s
}

func (s State) equal(o State) bool {
	return s.SchemaVersion == o.SchemaVersion && s.InstanceID == o.InstanceID && s.BootID == o.BootID && s.Document == o.Document &&
		s.ConfigHash == o.ConfigHash && s.Program == o.Program && slices.Equal(s.Undos, o.Undos) &&
		maps.Equal(s.Markers, o.Markers) && s.Reboot == o.Reboot && s.Open == o.Open && bytes.Equal(s.LastRun, o.LastRun)
}

// Change changes the state and writes it, if that makes a difference. The error is E_STATE_UNWRITABLE, or why ctx ended.
func (s *Store) Change(ctx context.Context, change func(*State)) error {
	if err := s.enter(ctx); err != nil {
		return unwritable(ctx, err, s.folder+`\`+FileName)
	}
	defer s.leave()
	before := s.Get()
	next := before.clone()
	change(&next)
	if next.equal(before) {
		return nil
	}
	if !s.readOnly {
		if err := s.write(ctx, next); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = next
	return nil
}

func (s *Store) write(ctx context.Context, next State) error {
	path := s.folder + `\` + FileName
	content, err := encode(next)
	if err == nil {
		err = s.host.Files.Write(ctx, path, content)
	}
	if err != nil {
		return unwritable(ctx, err, path)
	}
	return nil
}

// enter waits for the other writers to end.
func (s *Store) enter(ctx context.Context) error {
	for {
		s.mu.Lock()
		free := !s.writing
		s.writing = true
		s.mu.Unlock()
		if free {
			return nil
		}
		if err := s.host.Clock.Sleep(ctx, turn); err != nil {
			return err
		}
	}
}

func (s *Store) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writing = false
}

// Identify is that of phase.Memory. The undo records of a foreign state stay: an image carries registry values, services
// and files with it, and somebody has to be able to take them back.
func (s *Store) Identify(ctx context.Context, instanceID string) (foreign bool, err error) {
	err = s.Change(ctx, func(st *State) {
		foreign = st.InstanceID != "" && st.InstanceID != instanceID
		if foreign {
			st.Markers, st.Reboot, st.LastRun, st.Open = nil, Reboot{}, nil, ""
		}
		st.InstanceID = instanceID
	})
	return foreign, err
}

// Marker implements phase.Markers.
func (s *Store) Marker(name string) string {
	return s.Get().Markers[name]
}

// Mark implements phase.Markers.
func (s *Store) Mark(ctx context.Context, name, value string) error {
	return s.Change(ctx, func(st *State) {
		if st.Markers == nil {
			st.Markers = map[string]string{}
		}
		st.Markers[name] = value
	})
}

// Record implements phase.Journal. Until Finish the state says that a run is under way.
func (s *Store) Record(ctx context.Context, id phase.ID, undos []phase.Undo) error {
	return s.Change(ctx, func(st *State) {
		st.Open = st.BootID
		for _, u := range undos {
			if !slices.ContainsFunc(st.Undos, func(known Undo) bool { return known.covers(u) }) {
				st.Undos = append(st.Undos, Undo{Phase: id, Undo: u})
			}
		}
	})
}

// covers reports whether a recorded change needs no other: the first of a kind and target knows how the machine was, and a
// service that the bootstrap has made goes away whole, however a kill left it half set up.
func (u Undo) covers(other phase.Undo) bool {
	made := u.Kind == phase.UndoServiceCreated && other.Kind == phase.UndoServiceConfig
	return u.Target == other.Target && (u.Kind == other.Kind || made)
}

// Forget removes the record of a change that was taken back.
func (s *Store) Forget(ctx context.Context, u Undo) error {
	return s.Change(ctx, func(st *State) {
		st.Undos = slices.DeleteFunc(st.Undos, func(known Undo) bool { return known == u })
	})
}

// Finish stores the report of a run, unless the run changed nothing and ended as the last one did. A run that leaves the
// host without its network is not whole: the next one has to end it.
func (s *Store) Finish(ctx context.Context, r *report.Report, whole bool) error {
	told := *r
	told.StartedAt = told.StartedAt.UTC()
	content, err := json.Marshal(told)
	if err != nil {
		return fault.New("E_STATE_UNWRITABLE", err, "%s", s.folder)
	}
	return s.Change(ctx, func(st *State) {
		if whole {
			st.Open = ""
		}
		if !sameEnd(st.LastRun, r) {
			st.LastRun = content
		}
	})
}

// sameEnd reports whether a run ended as the one before, and changed nothing.
func sameEnd(last json.RawMessage, r *report.Report) bool {
	var before report.Report
	if len(last) == 0 || json.Unmarshal(last, &before) != nil || before.ExitCode != r.ExitCode || len(before.Phases) != len(r.Phases) {
		return false
	}
	for i, p := range r.Phases {
		old := before.Phases[i]
		if p.Status == report.StatusDone || p.Name != old.Name || settled(p.Status) != settled(old.Status) || code(p.Error) != code(old.Error) {
			return false
		}
	}
	return code(before.Error) == code(r.Error)
}

// settled takes a phase that made its changes and one that found them made for the same.
func settled(status string) string {
	if status == report.StatusSatisfied {
		return report.StatusDone
	}
	return status
}

func code(e *report.Error) string {
	if e == nil {
		return ""
	}
	return e.Code
}

// Last returns the report of the last run that left one, or nil.
func (s State) Last() *report.Report {
	var r report.Report
	if len(s.LastRun) == 0 || json.Unmarshal(s.LastRun, &r) != nil {
		return nil
	}
	return &r
}

var (
	_ phase.Markers = (*Store)(nil)
	_ phase.Journal = (*Store)(nil)
)
