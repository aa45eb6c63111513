package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
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

// ResetOptions are what a reset does besides taking back what the bootstrap has changed.
type ResetOptions struct {
	// AgentState removes the agent's database, of which a copy is kept.
	AgentState bool
	// HNS removes Docker's nat network and the networks that tasks left; Docker makes nat anew.
	HNS bool
	// ForAMI leaves the machine as an image is made of it: both of the above, nothing of the bootstrap's own, Docker
	// stopped so that it makes no nat network. The agent's cache stays.
	ForAMI bool
}

const dockerService = "docker"

// Reset takes back what the state says that the bootstrap has changed, the newest change first. What cannot be taken back
// keeps its record, so that another reset tries it again; so does a reset that was killed.
func Reset(ctx context.Context, h *host.Host, c *cloud.Cloud, what ResetOptions, o Options) *report.Report {
	s := newSession(ctx, "reset", false, h, c, o)
	return s.alone(func() error { return s.reset(what) })
}

func (s *session) reset(what ResetOptions) error {
	if err := s.open(); err != nil {
		return s.interrupted(err)
	}
	if what.HNS || what.ForAMI {
		if err := s.noTasks(); err != nil {
			return err
		}
	}
	steps := []struct {
		name, title string
		asked       bool
		do          func(*report.Phase) error
	}{
		{"agent", "The ECS agent is stopped", s.exists || what.AgentState || what.HNS || what.ForAMI, s.stopAgent},
		{"undo", "What the bootstrap has changed is as before", true, s.undo},
		{"agent-state", "The agent's database is gone", what.AgentState || what.ForAMI, func(p *report.Phase) error { return s.forgetAgent(p, !what.ForAMI) }},
		{"hns", "The networks of HNS are gone", what.HNS || what.ForAMI, func(p *report.Phase) error { return s.resetHNS(p, !what.ForAMI) }},
		{"network", "Address, default route and instance metadata are there", true, s.keepNetwork},
		{"state", "The state is gone", true, func(p *report.Phase) error { return s.dropState(p, what.ForAMI) }},
	}
	for _, step := range steps {
		p := report.Phase{Name: step.name, Title: step.title, Status: report.StatusSkipped, Why: "not asked for"}
		var err error
		if step.asked {
			p.Status, p.Why = report.StatusSatisfied, ""
			began := s.host.Clock.Now()
			if err = step.do(&p); err != nil {
				err = s.interrupted(err)
				p.Status, p.Error = report.StatusFailed, phase.Explain(err)
			} else if len(p.Changes) > 0 {
				p.Status = report.StatusDone
			}
			p.StartedAt, p.DurationMS = &began, s.host.Clock.Now().Sub(began).Milliseconds()
		}
		s.report.Phases = append(s.report.Phases, p)
		s.tell(report.Event{Type: "phase", Phase: p.Name, Status: p.Status, Text: p.Why, DurationMS: p.DurationMS, Error: p.Error})
		if err != nil {
			return err
		}
	}
	s.report.Result = report.ResultReset
	return nil
}

// noTasks refuses to take the network from under running tasks.
func (s *session) noTasks() error {
	// A Docker that does not answer is one of the reasons for a reset, and shows none.
	tasks, _ := agent.RunningTasks(s.ctx, s.host.Docker)
	if tasks > 0 {
		return fault.New("E_DOCKER_TASKS_RUNNING", nil, "%d containers of tasks run", tasks)
	}
	return nil
}

// stopAgent stops the agent: its settings and its tasks' way to credentials are about to go.
func (s *session) stopAgent(p *report.Phase) error {
	return s.stop(p, agent.Service)
}

func (s *session) stop(p *report.Phase, name string) error {
	service, err := s.host.Services.Service(s.ctx, name)
	if errors.Is(err, host.ErrNotFound) || err == nil && service.State == host.ServiceStopped {
		return nil
	}
	if err == nil {
		err = s.host.Services.Stop(s.ctx, name)
	}
	if err != nil {
		return fault.New("E_UNDO", err, "stopping the service %s", name)
	}
	did(p, "service "+name, service.State, host.ServiceStopped)
	return nil
}

// undo takes back the recorded changes, the newest first, and goes on after one that cannot be.
func (s *session) undo(p *report.Phase) error {
	var failed []error
	undos := s.store.Get().Undos
	slices.Reverse(undos)
	for _, u := range undos {
		if s.ctx.Err() != nil {
			return fmt.Errorf("%d changes are still to be taken back: %w", len(s.store.Get().Undos), context.Cause(s.ctx))
		}
		err := phase.TakeBack(s.ctx, s.host, u.Undo)
		if err == nil {
			err = s.store.Forget(s.ctx, u)
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		what, back := strings.ReplaceAll(u.Kind, "-", " ")+" "+u.Target, "as before"
		if phase.Withheld(u.Undo) {
			back = "as before, but for what looked like a secret and was not recorded"
			s.warn(what + ": what it was before looked like a secret, which the state never holds; set it again by hand")
		}
		did(p, what, "as phase "+string(u.Phase)+" left it", back)
	}
	if len(failed) > 0 {
		return fault.New("E_UNDO", errors.Join(failed...), "%d of %d", len(failed), len(undos))
	}
	return nil
}

// forgetAgent removes the database in which the agent knows its cluster and tasks.
func (s *session) forgetAgent(p *report.Phase, keepCopy bool) error {
	path := s.dataDir() + `\agent.db`
	content, err := s.host.Files.Read(s.ctx, path)
	if errors.Is(err, host.ErrNotFound) {
		return nil
	}
	if err == nil && keepCopy {
		err = s.host.Files.Write(s.ctx, path+"."+s.host.Clock.Now().UTC().Format("20060102T150405Z")+".bak", content)
	}
	if err == nil {
		err = s.host.Files.Remove(s.ctx, path)
	}
	if err != nil {
		return fault.New("E_UNDO", err, "%s", path)
	}
	did(p, path, "there", "gone")
	return nil
}

// dataDir is the agent's, after the document of the last run.
func (s *session) dataDir() string {
	doc, err := nodeconfig.Parse([]byte(s.store.Get().Document), "the state's document")
	if err != nil {
		doc = nodeconfig.Default()
	}
	return doc.Agent.DataDir
}

// deleteTime is how long HNS gets to delete a network: it errs now and then.
const deleteTime = 30 * time.Second

// resetHNS deletes the networks that Docker and the agent's plugins made, while both are stopped.
func (s *session) resetHNS(p *report.Phase, startAgain bool) error {
	if err := s.stop(p, dockerService); err != nil {
		return err
	}
	networks, err := s.host.HNS.Networks(s.ctx)
	if err != nil {
		return fault.New("E_HNS_NO_ANSWER", err, "")
	}
	for _, n := range networks {
		if n.Name != "nat" && !strings.HasPrefix(n.Name, "taskbr") {
			continue
		}
		err := wait.Until(s.ctx, s.host.Clock, wait.Every(time.Second, deleteTime), "HNS to delete "+n.Name, func(time.Duration) (bool, string, error) {
			err := s.host.HNS.Delete(s.ctx, n.ID)
			return err == nil, fmt.Sprint(err), nil
		})
		if err != nil {
			return fault.New("E_UNDO", err, "network %s", n.Name)
		}
		did(p, "HNS network "+n.Name, "there", "gone")
	}
	if !startAgain {
		return nil
	}
	if err := s.host.Services.Start(s.ctx, dockerService); err != nil {
		return fault.New("E_UNDO", err, "starting Docker again")
	}
	did(p, "service "+dockerService, host.ServiceStopped, host.ServiceRunning)
	return nil
}

// keepNetwork keeps the promise of every run for a reset too.
func (s *session) keepNetwork(p *report.Phase) error {
	snapshot, ok := s.network.Snapshot()
	if !ok {
		return nil
	}
	mine, err := hostphase.Mine(s.late, s.host, snapshot)
	if err != nil || !mine {
		return err
	}
	restored, err := hostphase.Restore(s.late, s.host, snapshot, false)
	for _, what := range restored {
		did(p, what, "missing", "restored")
	}
	return err
}

// dropState ends the bootstrap's life on this machine. It comes last: until then a killed reset can be repeated.
func (s *session) dropState(p *report.Phase, folder bool) error {
	paths := []string{s.Folder + `\` + state.FileName, s.Folder + `\` + state.NetworkFileName}
	if folder {
		paths = []string{s.Folder}
	}
	for _, path := range paths {
		if _, err := s.host.Files.Stat(s.ctx, path); errors.Is(err, host.ErrNotFound) {
			continue
		}
		if err := s.host.Files.Remove(s.ctx, path); err != nil {
			return fault.New("E_STATE_UNWRITABLE", err, "%s", path)
		}
		did(p, path, "there", "gone")
	}
	return nil
}

func did(p *report.Phase, what, from, to string) {
	p.Changes = append(p.Changes, report.Change{What: what, From: from, To: to, Done: true})
}
