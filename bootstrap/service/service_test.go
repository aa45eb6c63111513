package service_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/service"
)

func ended(code int, result, symbol string) *report.Report {
	r := &report.Report{ExitCode: code, Result: result}
	if symbol != "" {
		r.Error = &report.Error{Code: symbol, Message: "what was seen", Remedy: "what to do"}
	}
	return r
}

// life is one life of the service on a simulated machine.
type life struct {
	t       *testing.T
	machine *sim.Machine
	// outcomes are the runs' results, the last one again and again.
	outcomes []*report.Report
	began    time.Time
	// log is what happened, each with the seconds since the start.
	log      []string
	drainErr error
	// keeps tells that the document turns the drain off.
	keeps bool
}

func (l *life) note(what string) {
	l.log = append(l.log, l.machine.Clock().Now().Sub(l.began).String()+" "+what)
}

func (l *life) work() service.Work {
	return service.Work{
		Apply: func(context.Context) *report.Report {
			l.note("apply")
			r := l.outcomes[0]
			if len(l.outcomes) > 1 {
				l.outcomes = l.outcomes[1:]
			}
			return r
		},
		Drain: func(ctx context.Context) (bool, error) {
			l.note("drain")
			if ctx.Err() != nil {
				l.t.Error("the drain's context has ended before it began")
			}
			return !l.keeps, l.drainErr
		},
	}
}

// serve lets the service live until an end comes.
func (l *life) serve(end time.Duration, why error) uint32 {
	l.t.Helper()
	ctx, cancel := context.WithCancelCause(l.t.Context())
	defer cancel(nil)
	l.began = l.machine.Clock().Now()
	l.machine.Do(end, func(*sim.Machine) { cancel(why) })
	var exit uint32
	if err := l.machine.Run(func() {
		exit = service.Serve(ctx, l.machine.Host(), l.work(), func() { l.note("running") })
		l.note("ended")
	}); err != nil {
		l.t.Fatal(err)
	}
	return exit
}

func events(m *sim.Machine) []int {
	var ids []int
	for _, e := range m.Events() {
		ids = append(ids, e.ID)
	}
	return ids
}

func TestServe(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	joined, warmed := ended(0, report.ResultJoined, ""), ended(0, report.ResultWarmed, "")
	network := ended(6, report.ResultFailed, "E_HNS_NAT_MISSING")
	for name, test := range map[string]struct {
		outcomes []*report.Report
		keeps    bool
		end      time.Duration
		why      error
		exit     uint32
		log      []string
		events   []int
	}{
		"joins and stays until it is stopped": {
			outcomes: []*report.Report{joined}, end: day, why: service.ErrStop,
			log:    []string{"0s running", "0s apply", "24h0m0s ended"},
			events: []int{service.EventStarted, service.EventRun, service.EventStopped},
		},
		"drains when Windows shuts down": {
			outcomes: []*report.Report{joined}, end: time.Minute, why: service.ErrPreshutdown,
			log:    []string{"0s running", "0s apply", "1m0s drain", "1m0s ended"},
			events: []int{service.EventStarted, service.EventRun, service.EventDrained, service.EventStopped},
		},
		"leaves tasks alone where the document says so": {
			outcomes: []*report.Report{joined}, keeps: true, end: time.Minute, why: service.ErrPreshutdown,
			log:    []string{"0s running", "0s apply", "1m0s drain", "1m0s ended"},
			events: []int{service.EventStarted, service.EventRun, service.EventStopped},
		},
		"tries again, less and less often": {
			outcomes: []*report.Report{network, network, network, joined}, end: time.Hour, why: service.ErrStop,
			log: []string{"0s running", "0s apply", "15s apply", "45s apply", "1m45s apply", "1h0m0s ended"},
			events: []int{
				service.EventStarted, service.EventFailed, service.EventFailed, service.EventFailed, service.EventRun, service.EventStopped,
			},
		},
		"never waits longer than five minutes": {
			outcomes: []*report.Report{network}, end: 20 * time.Minute, why: service.ErrStop,
			log: []string{
				"0s running", "0s apply", "15s apply", "45s apply", "1m45s apply", "3m45s apply", "7m45s apply", "12m45s apply", "17m45s apply", "20m0s ended",
			},
		},
		"gives somebody time to do something": {
			outcomes: []*report.Report{ended(7, report.ResultFailed, "E_AGENT_CLUSTER_MISSING"), joined}, end: time.Hour, why: service.ErrStop,
			log: []string{"0s running", "0s apply", "5m0s apply", "1h0m0s ended"},
		},
		"does not repeat a document that is not valid": {
			outcomes: []*report.Report{ended(3, report.ResultFailed, "E_CONFIG")}, end: day, why: service.ErrPreshutdown,
			log: []string{"0s running", "0s apply", "24h0m0s drain", "24h0m0s ended"},
		},
		"asks a silent source again": {
			outcomes: []*report.Report{ended(3, report.ResultFailed, "E_CONFIG_SOURCE"), joined}, end: time.Hour, why: service.ErrStop,
			log: []string{"0s running", "0s apply", "15s apply", "1h0m0s ended"},
		},
		"waits for a reboot": {
			outcomes: []*report.Report{ended(10, report.ResultReboot, "E_REBOOT_PENDING")}, end: day, why: service.ErrStop,
			log: []string{"0s running", "0s apply", "24h0m0s ended"},
		},
		"looks whether a warm pool lets it go": {
			outcomes: []*report.Report{warmed, warmed, joined}, end: time.Minute, why: service.ErrStop,
			log: []string{"0s running", "0s apply", "10s apply", "20s apply", "1m0s ended"},
		},
		"ends with what nobody foresaw": {
			outcomes: []*report.Report{ended(1, report.ResultFailed, "E_INTERNAL")}, end: day, why: service.ErrStop, exit: 1,
			log:    []string{"0s running", "0s apply", "0s ended"},
			events: []int{service.EventStarted, service.EventFailed, service.EventStopped},
		},
		"is stopped between two tries": {
			outcomes: []*report.Report{network}, end: 20 * time.Second, why: service.ErrStop,
			log: []string{"0s running", "0s apply", "15s apply", "20s ended"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &life{t: t, machine: sim.New(sim.Options{}), outcomes: test.outcomes, keeps: test.keeps}
			if exit := l.serve(test.end, test.why); exit != test.exit {
				t.Errorf("exit code %d, want %d", exit, test.exit)
			}
			if diff := cmp.Diff(test.log, l.log); diff != "" {
				t.Errorf("what happened (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.events, events(l.machine)); test.events != nil && diff != "" {
				t.Errorf("event log (-want +got):\n%s", diff)
			}
		})
	}
}

func TestServeSaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	l := &life{t: t, machine: sim.New(sim.Options{}), drainErr: errors.New("ecs:UpdateContainerInstancesState was refused")}
	l.outcomes = []*report.Report{ended(6, report.ResultFailed, "E_HNS_NAT_MISSING")}
	l.serve(time.Second, service.ErrPreshutdown)
	var texts []string
	for _, e := range l.machine.Events() {
		texts = append(texts, e.Severity+": "+e.Text)
	}
	for _, want := range []string{
		"warning: E_HNS_NAT_MISSING: what was seen. what to do. The next try is in 15s.",
		"error: Windows shuts down, and the container instance could not be drained: ecs:UpdateContainerInstancesState was refused",
	} {
		if !slices.Contains(texts, want) {
			t.Errorf("the event log lacks %q:\n%s", want, strings.Join(texts, "\n"))
		}
	}
}

func config(program string) host.ServiceConfig {
	return host.ServiceConfig{
		DisplayName: "ecswin", Command: `"` + program + `" service run`, StartType: host.StartAutomatic,
		Restarts: []time.Duration{5 * time.Second}, ResetAfter: time.Minute, OnNonCrash: true,
	}
}

// TestUnderTheSCM lets the simulated service control manager start, restart and stop the service.
func TestUnderTheSCM(t *testing.T) {
	t.Parallel()
	const program = `C:\Program Files\ecswin\ecswin-bootstrap.exe`
	lives := 0
	m := sim.New(sim.Options{Services: map[string]sim.ServiceProgram{
		"ecswin-bootstrap.exe": func(ctx context.Context, m *sim.Machine, h *host.Host, running func()) uint32 {
			lives++
			l := &life{t: t, machine: m, outcomes: []*report.Report{ended(0, report.ResultJoined, "")}}
			if lives == 1 {
				l.outcomes = []*report.Report{ended(1, report.ResultFailed, "E_INTERNAL")}
			}
			return service.Serve(ctx, h, l.work(), running)
		},
	}})
	m.WriteFile(program, []byte("MZ"))
	do := func(what string, fn func(ctx context.Context, h *host.Host) error) {
		t.Helper()
		var err error
		if stuck := m.Run(func() { err = fn(t.Context(), m.Host()) }); stuck != nil || err != nil {
			t.Fatalf("%s: %v, %v", what, err, stuck)
		}
	}
	do("install", func(ctx context.Context, h *host.Host) error { return service.Install(ctx, h, config(program)) })
	do("start", func(ctx context.Context, h *host.Host) error { return h.Services.Start(ctx, service.Name) })
	if err := m.Advance(time.Minute); err != nil {
		t.Fatal(err)
	}
	if s, _ := m.Service(service.Name); s.State != host.ServiceRunning || lives != 2 {
		t.Errorf("after a failure nobody foresaw the service is %s in life %d; want it running in its second", s.State, lives)
	}
	do("stop", func(ctx context.Context, h *host.Host) error { return h.Services.Stop(ctx, service.Name) })
	if s, _ := m.Service(service.Name); s.State != host.ServiceStopped || s.ExitCode != 0 {
		t.Errorf("after a stop the service is %s with exit code %d", s.State, s.ExitCode)
	}
	if v, ok := m.RegistryValue(`HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\ecswin-bootstrap`, "EventMessageFile"); !ok || v.Kind != host.KindExpandString {
		t.Errorf("the event source is %+v, %t", v, ok)
	}
	do("uninstall", service.Uninstall)
	do("uninstall again", service.Uninstall)
	if _, ok := m.Service(service.Name); ok {
		t.Error("the service is there after Uninstall")
	}
	if v, ok := m.RegistryValue(`HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\ecswin-bootstrap`, "EventMessageFile"); ok {
		t.Errorf("the event source is %+v after Uninstall", v)
	}
}

func TestInstallRefuses(t *testing.T) {
	t.Parallel()
	for name, command := range map[string]string{
		"no quotes":          `C:\Program Files\ecswin\ecswin-bootstrap.exe service run`,
		"no end of quotes":   `"C:\Program Files\ecswin\ecswin-bootstrap.exe service run`,
		"no full path":       `"ecswin-bootstrap.exe" service run`,
		"no file":            `"C:\gone\ecswin-bootstrap.exe" service run`,
		"a path with a step": `"C:\Program Files\..\ecswin-bootstrap.exe" service run`,
		"nothing":            ``,
	} {
		m := sim.New(sim.Options{})
		m.WriteFile(`C:\Program Files\ecswin\ecswin-bootstrap.exe`, []byte("MZ"))
		var err error
		if stuck := m.Run(func() { err = service.Install(t.Context(), m.Host(), host.ServiceConfig{Command: command}) }); stuck != nil || err == nil {
			t.Errorf("%s: Install = %v, %v; want a refusal", name, err, stuck)
		}
		if len(m.Writes()) > 0 {
			t.Errorf("%s: the refused Install has written %v", name, m.Writes())
		}
	}
}
