package sim_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	ecsagent "github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

const agentName = "AmazonECS"

func state(t *testing.T, m *sim.Machine, name string) string {
	t.Helper()
	s, ok := m.Service(name)
	if !ok {
		t.Fatalf("there is no service %s", name)
	}
	return s.State
}

func expectState(t *testing.T, m *sim.Machine, name, want string) {
	t.Helper()
	if got := state(t, m, name); got != want {
		t.Errorf("service %s is %s, want %s", name, got, want)
	}
}

func code(err error) uint32 {
	var refused *host.ServiceError
	if !errors.As(err, &refused) {
		return 0
	}
	return refused.Code
}

// running is a machine whose agent has joined the cluster prod.
func running(t *testing.T, o sim.Options) *sim.Machine {
	t.Helper()
	m := sim.New(installed(o))
	join(t, m)
	expectState(t, m, agentName, host.ServiceRunning)
	return m
}

func TestStoppingDockerStopsTheAgent(t *testing.T) {
	t.Parallel()
	m := running(t, sim.Options{Latencies: sim.Latencies{ServiceStop: time.Second}})
	h := m.Host()
	before := h.Clock.Now()
	must(t, h.Services.Stop(t.Context(), "docker"))
	expectState(t, m, agentName, host.ServiceStopped)
	expectState(t, m, "Docker", host.ServiceStopped)
	if got := h.Clock.Now().Sub(before); got != 2*time.Second {
		t.Errorf("the stop of two services took %s, want 2s", got)
	}
	// Starting the agent starts what it depends on.
	must(t, h.Services.Start(t.Context(), agentName))
	must(t, m.Advance(time.Second))
	expectState(t, m, "Docker", host.ServiceRunning)
	expectState(t, m, agentName, host.ServiceRunning)
}

func TestAStartWithoutAnswerFailsAfter30Seconds(t *testing.T) {
	t.Parallel()
	for load, want := range map[time.Duration]uint32{29 * time.Second: 0, 31 * time.Second: host.ErrorServiceRequestTimeout} {
		m := sim.New(installed(sim.Options{Latencies: sim.Latencies{AgentLoad: load}}))
		h := m.Host()
		before := h.Clock.Now()
		if got := code(h.Services.Start(t.Context(), agentName)); got != want {
			t.Errorf("an agent that needs %s: Windows error %d, want %d", load, got, want)
		}
		if got := h.Clock.Now().Sub(before); got != min(load, 30*time.Second) {
			t.Errorf("an agent that needs %s: Start returned after %s", load, got)
		}
	}
}

func TestAStartFromAStartingServiceBlocks(t *testing.T) {
	t.Parallel()
	try := func(early bool) error {
		var result error
		m := sim.New(installed(sim.Options{
			Conditions: []string{"docker-manual"},
			Services: map[string]sim.ServiceProgram{"starter.exe": func(ctx context.Context, _ *sim.Machine, h *host.Host, running func()) uint32 {
				if early {
					running()
				}
				result = h.Services.Start(ctx, "Docker")
				running()
				return 0
			}},
		}))
		m.WriteFile(`C:\starter.exe`, []byte("MZ"))
		h := m.Host()
		must(t, h.Services.Configure(t.Context(), "starter", host.ServiceConfig{Command: `"C:\starter.exe" run`, StartType: host.StartManual}))
		_ = h.Services.Start(t.Context(), "starter")
		_ = m.Advance(time.Minute)
		return result
	}
	if err := try(true); err != nil {
		t.Errorf("a running service starts another: %v", err)
	}
	if err := try(false); err == nil {
		t.Error("a service that is still starting started another; the SCM waits for the first")
	}
}

func TestServicesSeeTheEnvironmentOfTheirStart(t *testing.T) {
	t.Parallel()
	ctx, m := t.Context(), running(t, sim.Options{})
	h := m.Host()
	must(t, h.Registry.SetValue(ctx, host.MachineEnvironmentKey, "ECS_CLUSTER", host.Value{Kind: host.KindString, Text: "other"}))
	if got := m.AgentEnvironment()["ECS_CLUSTER"]; got != "prod" {
		t.Errorf("the running agent has ECS_CLUSTER=%s, want that of its start", got)
	}
	must(t, h.Registry.SetValue(ctx, host.ServicesKey+`\AmazonECS`, "Environment", host.Value{Kind: host.KindMultiString, List: []string{"ecs_cluster=mine"}}))
	must(t, h.Services.Stop(ctx, agentName))
	must(t, h.Services.Start(ctx, agentName))
	if got := m.AgentEnvironment(); got["ecs_cluster"] != "mine" || got["ECS_CLUSTER"] != "" {
		t.Errorf("after the restart the agent has %v, want the service's own value over the machine's", got)
	}
}

func TestRecoveryRestartsAfter5And30And60Seconds(t *testing.T) {
	t.Parallel()
	m := sim.New(installed(sim.Options{Conditions: []string{"no-pause-image"}}))
	m.SetMachineEnvironment("ECS_ENABLE_TASK_ENI", "true")
	failures := func() int { return strings.Count(m.AgentLog(), "Failed to load pause container") }
	h := m.Host()
	must(t, h.Services.Start(t.Context(), agentName))
	must(t, m.Advance(time.Second))
	var waits []time.Duration
	last := h.Clock.Now()
	for seen := failures(); len(waits) < 5; {
		must(t, m.Advance(time.Second))
		if n := failures(); n > seen {
			waits, seen, last = append(waits, h.Clock.Now().Sub(last)), n, h.Clock.Now()
		}
	}
	want := []time.Duration{5 * time.Second, 30 * time.Second, time.Minute, time.Minute, time.Minute}
	if !slices.Equal(waits, want) {
		t.Errorf("the SCM waited %v, want %v", waits, want)
	}
	s, _ := m.Service(agentName)
	if s.ExitCode != host.ErrorServiceSpecific || s.SpecificCode != 1 {
		t.Errorf("exit code %d, own code %d, want 1066 and 1", s.ExitCode, s.SpecificCode)
	}
}

func TestATerminalAgentStaysDownWithExitCode0(t *testing.T) {
	t.Parallel()
	m := sim.New(installed(sim.Options{Conditions: []string{"no-cluster"}}))
	m.SetMachineEnvironment("ECS_CLUSTER", "prod")
	must(t, m.Host().Services.Start(t.Context(), agentName))
	must(t, m.Advance(10*time.Minute))
	s, _ := m.Service(agentName)
	if s.State != host.ServiceStopped || s.ExitCode != 0 {
		t.Errorf("the agent is %s with exit code %d, want stopped with 0", s.State, s.ExitCode)
	}
	if want := "Terminal exit code received from agent.  Windows SCM will not restart the AmazonECS service."; !strings.Contains(m.AgentLog(), want) {
		t.Errorf("the agent's log lacks %q:\n%s", want, m.AgentLog())
	}
	if m.Account().Registrations != 1 {
		t.Errorf("%d registrations, want 1", m.Account().Registrations)
	}
}

func TestAForeignActorStartsTheAgent(t *testing.T) {
	t.Parallel()
	m := sim.New(installed(sim.Options{Conditions: []string{"foreign-start"}}))
	expectState(t, m, agentName, host.ServiceStopped)
	must(t, m.Advance(time.Minute))
	expectState(t, m, agentName, host.ServiceRunning)
	for arn, i := range m.Account().Instances {
		if i.Cluster != "default" {
			t.Errorf("%s is in %s; an agent that nobody has configured joins default", arn, i.Cluster)
		}
	}
	if len(m.Account().Instances) != 1 {
		t.Error("the agent has not registered")
	}
}

func TestARunningAgentLocksItsCheckpoint(t *testing.T) {
	t.Parallel()
	ctx, m := t.Context(), running(t, sim.Options{})
	h := m.Host()
	path := `C:\ProgramData\Amazon\ECS\data\agent.db`
	if _, err := h.Files.Read(ctx, path); !errors.Is(err, host.ErrInUse) {
		t.Errorf("reading agent.db under a running agent: %v, want %v", err, host.ErrInUse)
	}
	attributes := host.Command{Path: `C:\Program Files\Amazon\ECS\amazon-ecs-agent.exe`, Args: []string{"-ecs-attributes"}}
	var err error
	_ = m.Run(func() {
		limited, cancel := context.WithCancel(ctx)
		h.Clock.Go(func() {
			_ = h.Clock.Sleep(ctx, time.Hour)
			cancel()
		})
		_, err = h.Programs.Run(limited, attributes)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("-ecs-attributes beside a running agent: %v, want a wait without end", err)
	}
	must(t, h.Services.Stop(ctx, agentName))
	content, err := h.Files.Read(ctx, path)
	must(t, err)
	saved, err := ecsagent.ReadCheckpoint(content)
	must(t, err)
	if saved.Cluster != "prod" || saved.InstanceID != m.Instance().ID {
		t.Errorf("the checkpoint is %+v", saved)
	}
	r, err := h.Programs.Run(ctx, attributes)
	must(t, err)
	if !strings.Contains(r.Stdout, "ecs.capability.task-eni") {
		t.Errorf("-ecs-attributes says %s", r.Stdout)
	}
}

func TestACheckpointOfAnotherClusterIsTerminal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ condition, want string }{{"baked-cluster", host.ServiceStopped}, {"foreign-db", host.ServiceRunning}} {
		m := sim.New(installed(sim.Options{Conditions: []string{c.condition}}))
		m.SetMachineEnvironment("ECS_CLUSTER", "prod")
		must(t, m.Host().Services.Start(t.Context(), agentName))
		must(t, m.Advance(time.Minute))
		expectState(t, m, agentName, c.want)
		if got := strings.Contains(m.AgentLog(), "Data mismatch; saved cluster"); got != (c.want == host.ServiceStopped) {
			t.Errorf("%s: the log names a mismatch: %t", c.condition, got)
		}
	}
}

func TestAnotherInstanceTypeIsTerminal(t *testing.T) {
	t.Parallel()
	m := running(t, sim.Options{})
	m.Restart("m5.xlarge")
	must(t, m.Advance(time.Minute))
	must(t, m.Host().Services.Start(t.Context(), agentName))
	must(t, m.Advance(time.Minute))
	expectState(t, m, agentName, host.ServiceStopped)
	if !strings.Contains(m.AgentLog(), "The current instance type does not match the registered instance type") {
		t.Errorf("the agent's log: %s", m.AgentLog())
	}
}

func TestAnAgentOfALocalizedWindowsNeverRegisters(t *testing.T) {
	t.Parallel()
	m := sim.New(installed(sim.Options{Conditions: []string{"localized"}}))
	must(t, m.Host().Services.Start(t.Context(), agentName))
	must(t, m.Advance(10*time.Minute))
	if n := len(m.Account().Instances); n != 0 {
		t.Errorf("%d instances have registered", n)
	}
	if s, _ := m.Service(agentName); s.State == host.ServiceStopped && s.ExitCode == 0 {
		t.Error("the agent gave up for good, it should go on for ever")
	}
}

func TestAnAgentInAWarmPoolWaits(t *testing.T) {
	t.Parallel()
	m := sim.New(installed(sim.Options{Conditions: []string{"warm-pool"}}))
	m.SetMachineEnvironment("ECS_WARM_POOLS_CHECK", "true")
	must(t, m.Host().Services.Start(t.Context(), agentName))
	must(t, m.Advance(30*time.Minute))
	if m.Account().Registrations != 0 {
		t.Error("the agent registered in the warm pool")
	}
	m.Effect("leave-warm-pool")
	must(t, m.Advance(time.Minute))
	if m.Account().Registrations != 1 {
		t.Error("the agent did not register within a minute of leaving the warm pool")
	}
}

func TestARenameTakesEffectAtTheNextBoot(t *testing.T) {
	t.Parallel()
	ctx, m := t.Context(), sim.New(sim.Options{Conditions: []string{"rename-pending", "join-pending"}})
	h := m.Host()
	os, err := h.System.OS(ctx)
	must(t, err)
	pending, err := h.System.Pending(ctx)
	must(t, err)
	boot, err := h.System.Boot(ctx)
	must(t, err)
	if os.Computer == "WEB-01" || pending.Rename != "WEB-01" || !pending.DomainJoin {
		t.Errorf("before the boot: %s, %+v", os.Computer, pending)
	}
	must(t, h.System.Reboot(ctx, "a new name"))
	must(t, m.Advance(time.Minute))
	if _, err := h.System.OS(ctx); !errors.Is(err, sim.ErrKilled) {
		t.Errorf("a process lived on over the boot: %v", err)
	}
	h = m.Host()
	os, err = h.System.OS(ctx)
	must(t, err)
	domain, err := h.System.Domain(ctx)
	must(t, err)
	next, err := h.System.Boot(ctx)
	must(t, err)
	if os.Computer != "WEB-01" || domain.Name != "corp.example.com" || !domain.SecureChannel || next.ID == boot.ID {
		t.Errorf("after the boot: %s, %+v, boot %s after %s", os.Computer, domain, next.ID, boot.ID)
	}
}

func TestAProcessKeepsTheClockOfItsStart(t *testing.T) {
	t.Parallel()
	ctx, m := t.Context(), sim.New(sim.Options{Conditions: []string{"clock-syncs"}})
	early, aws := m.Host(), m.Cloud()
	caller, err := aws.Identity.Caller(ctx)
	must(t, err)
	if caller.Skew != 10*time.Minute {
		t.Errorf("AWS's clock minus the machine's is %s, want 10m", caller.Skew)
	}
	must(t, early.Clock.Sleep(ctx, time.Minute))
	late := m.Host()
	if got := late.Clock.Now().Sub(early.Clock.Now()); got != 10*time.Minute {
		t.Errorf("a process started after the synchronisation is %s ahead, want 10m", got)
	}
	caller, err = m.Cloud().Identity.Caller(ctx)
	must(t, err)
	if caller.Skew != 0 {
		t.Errorf("the skew is %s after the synchronisation", caller.Skew)
	}
}
