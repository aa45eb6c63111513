// Package run is the story of a run: one at a time, with the state of the last one, the document from wherever it is, the
// phases, and at the end a host that has its metadata and default route, a state to go on from, and a report.
package run

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/hostphase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/state"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// Options are what a run may be told. The zero Options is a whole run with defaults.
type Options struct {
	// Phases are the phases to run; nil: all of them.
	Phases []phase.Phase
	Select phase.Selection
	// Timeout bounds the whole run; 0: timeouts.total of the document.
	Timeout time.Duration
	// LockWait is how long to wait for another run to end; 0: five minutes, negative: not at all.
	LockWait time.Duration
	// Folder is the state folder; empty: state.Folder.
	Folder string
	// Program is who runs. An empty path is where the program lies in an AMI.
	Program state.Program
	// ServiceFlags are for the service of the boot path; see [phase.Node].
	ServiceFlags []string
	// Unattended tells that nobody reads what the run prints, as a service's: the state keeps a failure of which it would
	// otherwise know nothing, that of a run that found no valid document.
	Unattended bool
	// DetailedExit makes a plan with changes end with exit code 11.
	DetailedExit bool
	// CallerReboots tells that whoever started the program reboots on its exit code, so that it must not do so itself.
	CallerReboots bool
	// Sink takes the events, Log the log. Either may be nil.
	Sink report.Sink
	Log  hclog.Logger
}

const (
	// LockName is the machine-wide lock of everything that changes the machine.
	LockName = `Global\ecswin-bootstrap`
	// defaultProgram is where an AMI has the program. Its path in user data is %ProgramFiles%\ecswin\ecswin-bootstrap.exe.
	defaultProgram = `C:\Program Files\ecswin\ecswin-bootstrap.exe`
	// lockWait is longer than a run on a new instance takes, so that of two that a boot starts none fails: the boot path's
	// service, and user data that is to run at each boot.
	lockWait = 5 * time.Minute
)

// Do plans, applies or verifies a document on a machine. Its report always says how it went; there is no other error.
func Do(ctx context.Context, mode phase.Mode, h *host.Host, c *cloud.Cloud, src Source, o Options) *report.Report {
	s := newSession(ctx, string(mode), mode != phase.ModeApply, h, c, o)
	s.mode, s.source = mode, src
	return s.alone(s.apply)
}

// session is one run.
type session struct {
	// ctx is the caller's; what has to be done after its end is done with late.
	ctx, late context.Context
	mode      phase.Mode
	// looksOnly tells that nothing is to be written.
	looksOnly bool
	host      *host.Host
	cloud     *cloud.Cloud
	source    Source
	Options

	store   *state.Store
	network *state.Network
	// exists tells that there was a state before this run.
	exists bool
	// secured tells that the state folder was made safe.
	secured bool
	doc     *nodeconfig.Document
	// leaning tells that the document is the state's, because the metadata did not answer.
	leaning bool
	node    *phase.Node
	report  *report.Report
	// restored is what of the host's network was gone when the run began.
	restored []string
	// lost tells that the host's network is not whole, and could not be made so.
	lost bool
}

func newSession(ctx context.Context, command string, looksOnly bool, h *host.Host, c *cloud.Cloud, o Options) *session {
	if o.Folder == "" {
		o.Folder = state.Folder
	}
	if o.Program.Path == "" {
		o.Program.Path = defaultProgram
	}
	if o.Log == nil {
		o.Log = hclog.NewNullLogger()
	}
	if o.Phases == nil {
		o.Phases = Phases()
	}
	s := &session{
		ctx: ctx, late: context.WithoutCancel(ctx), looksOnly: looksOnly, host: h, cloud: c, Options: o,
		network: state.NewNetwork(h, o.Folder, looksOnly),
	}
	s.report = &report.Report{
		SchemaVersion: report.SchemaVersion, Command: command, Simulated: h.Simulated, Version: o.Program.Version,
		StartedAt: h.Clock.Now(), Phases: []report.Phase{},
	}
	s.tell(report.Event{Type: "run", Status: report.StatusRunning, Text: command})
	return s
}

// alone runs a story and stores how it went, all of it while no other run is at work: the state that this run stores is
// the state that the next one begins with.
func (s *session) alone(story func() error) *report.Report {
	release, err := s.lock()
	if err == nil {
		defer release()
		err = story()
	}
	return s.finish(err)
}

// apply is the story.
func (s *session) apply() error {
	if err := s.open(); err != nil {
		return s.interrupted(err)
	}
	if err := s.load(); err != nil {
		return s.interrupted(err)
	}
	if s.doc == nil {
		s.report.Result = report.ResultNothing
		return nil
	}
	if err := s.begin(); err != nil {
		return s.interrupted(err)
	}
	return s.phases()
}

// interrupted names a failure of what comes before the phases after the end of the context, if that has ended: whatever
// was asked then fails.
func (s *session) interrupted(err error) error {
	if s.ctx.Err() == nil {
		return err
	}
	return fault.New("E_INTERRUPTED", err, "")
}

// lock waits until no other run is at work. Who only looks needs no lock.
func (s *session) lock() (release func(), err error) {
	if s.looksOnly {
		return func() {}, nil
	}
	patience := s.LockWait
	if patience == 0 {
		patience = lockWait
	}
	err = wait.Until(s.ctx, s.host.Clock, wait.Every(250*time.Millisecond, max(patience, 0)), "the end of another run", func(time.Duration) (bool, string, error) {
		var err error
		if release, err = s.host.Locks.Acquire(s.ctx, LockName); errors.Is(err, host.ErrInUse) {
			return false, "it runs", nil
		}
		return err == nil, "", err
	})
	var expired *wait.Expired
	switch {
	case err == nil:
		return release, nil
	case s.ctx.Err() != nil:
		return nil, s.interrupted(err)
	case errors.As(err, &expired):
		return nil, fault.New("E_LOCKED", err, "")
	}
	return nil, s.denied(err, "E_LOCKED")
}

// open reads what an earlier run left, and ends the rollback that a kill may have left undone, also where the state cannot
// be read. A folder that is not safe is not trusted.
func (s *session) open() error {
	network, err := s.there(state.NetworkFileName)
	if err != nil {
		return err
	}
	if s.exists, err = s.there(state.FileName); err != nil {
		return err
	}
	if !network && !s.exists {
		s.store = state.New(s.host, s.Folder, s.looksOnly)
		return nil
	}
	if !s.looksOnly {
		if err := s.secure(); err != nil {
			return err
		}
	}
	unreadable := s.patiently(state.FileName, func(string) error {
		var err error
		s.store, err = state.Open(s.ctx, s.host, s.Folder, s.looksOnly)
		return err
	})
	err = s.rollback()
	s.lost = err != nil
	s.tellRollback()
	if unreadable != nil {
		unreadable = s.beginAnew(unreadable)
	}
	if s.lost {
		return err
	}
	return unreadable
}

// there reports whether a file of the state is there. Who may not look at it at all is not kept waiting.
func (s *session) there(name string) (there bool, err error) {
	err = s.patiently(name, func(path string) error {
		_, err := s.host.Files.Stat(s.ctx, path)
		there = err == nil
		if there || errors.Is(err, host.ErrNotFound) {
			return nil
		}
		return s.denied(err, "E_STATE_UNREADABLE")
	})
	return there, err
}

// patience is how long a file of the state gets to be readable: a virus scanner may hold it.
const patience = 5 * time.Second

// patiently looks at a file of the state until that can be read, or is E_STATE_UNREADABLE.
func (s *session) patiently(name string, look func(path string) error) error {
	path := s.Folder + `\` + name
	var last error
	err := wait.Until(s.ctx, s.host.Clock, wait.Every(250*time.Millisecond, patience), path+" to be readable", func(time.Duration) (bool, string, error) {
		if last = look(path); last == nil || fault.Of(last).Code != "E_STATE_UNREADABLE" {
			return true, "", nil
		}
		return false, last.Error(), nil
	})
	if err != nil && s.ctx.Err() != nil {
		return err
	}
	return last
}

// beginAnew keeps a state that cannot be read under another name, and goes on without it.
func (s *session) beginAnew(unreadable error) error {
	if fault.Of(unreadable).Code != "E_STATE_CORRUPT" || s.mode != phase.ModeApply {
		return unreadable
	}
	kept, err := state.SetAside(s.ctx, s.host, s.Folder)
	if err != nil {
		return errors.Join(unreadable, err)
	}
	s.warn("E_STATE_CORRUPT: the state could not be read; it is kept as " + kept + ", and the run began from zero")
	s.store = state.New(s.host, s.Folder, s.looksOnly)
	return nil
}

// rollback brings back what of the host's network is gone since the last run: a killed one may have left it so, and a
// reboot takes link-local routes. It needs neither metadata nor the state: the snapshot is in a file of its own, and the MAC
// tells whether it is this machine's.
func (s *session) rollback() error {
	err := s.patiently(state.NetworkFileName, func(string) error { return s.network.Open(s.ctx) })
	if err != nil && fault.Of(err).Code == "E_STATE_CORRUPT" {
		// One that cannot be read brings nothing back.
		s.warn(err.Error() + "; a new one is taken")
		return nil
	}
	snapshot, ok := s.network.Snapshot()
	if err != nil || !ok || s.looksOnly {
		return err
	}
	mine, err := hostphase.Mine(s.late, s.host, snapshot)
	if err != nil || !mine {
		return err
	}
	if s.store != nil && s.store.Get().Open == "" {
		// The last run has left the network whole. An address that is gone since was taken by somebody who may have given it
		// to another machine.
		snapshot.Addresses = nil
	}
	s.restored, err = hostphase.Restore(s.late, s.host, snapshot, false)
	return err
}

// tellRollback says what was brought back, and blames the last run where that did not end, or not with the network whole.
func (s *session) tellRollback() {
	switch {
	case len(s.restored) == 0:
	case s.wasCutOff():
		s.warn("an earlier run had left the host without its " + strings.Join(s.restored, ", ") + "; it was restored")
	default:
		s.tell(report.Event{Type: "change", Phase: string(hostphase.Lock), Text: "the host's network: missing " + gone(s.restored) + " → restored"})
	}
}

// wasCutOff reports whether the last run began to change the machine in this boot, and did not end with the network whole.
func (s *session) wasCutOff() bool {
	if s.store == nil || s.store.Get().Open == "" {
		return false
	}
	boot, err := s.host.System.Boot(s.ctx)
	return err == nil && boot.ID == s.store.Get().Open
}

// secure makes the state folder safe, once.
func (s *session) secure() error {
	if s.secured {
		return nil
	}
	if err := s.host.Folders.Secure(s.ctx, s.Folder); err != nil {
		s.store = nil // nothing is written to a folder that somebody else may own
		return s.denied(err, "E_STATE_FOLDER")
	}
	s.secured = true
	return nil
}

// denied is why Windows refused something: most often the program does not run elevated.
func (s *session) denied(err error, code fault.Code) error {
	if errors.Is(err, host.ErrDenied) {
		if os, looked := s.host.System.OS(s.ctx); looked == nil && !os.Elevated {
			return fault.New("E_NOT_ELEVATED", err, "")
		}
		return fault.New(code, err, "")
	}
	if code == "E_STATE_FOLDER" {
		code = "E_STATE_UNWRITABLE"
	}
	return fault.New(code, err, "")
}

// begin stores the document and who runs it, before anything is changed: a rerun needs no metadata to have it.
func (s *session) begin() error {
	if !s.looksOnly {
		if err := s.secure(); err != nil {
			return err
		}
	}
	boot, err := s.host.System.Boot(s.ctx)
	if err != nil {
		return fault.New("E_STEP_FAILED", err, "Windows does not say which boot this is")
	}
	text := nodeconfig.Encode(s.doc)
	err = s.store.Change(s.ctx, func(st *state.State) {
		st.BootID, st.Program = boot.ID, s.Program
		st.Document, st.ConfigHash = string(text), hash(text)
	})
	if err == nil {
		return nil
	}
	if os, looked := s.host.System.OS(s.ctx); looked == nil && os.FreeBytes < leastFree {
		return fault.New("E_DISK_FULL", err, "%d MiB free on C:", os.FreeBytes>>20)
	}
	return err
}

// leastFree is below which a write that fails is one for which there is no room, in bytes.
const leastFree = 16 << 20
