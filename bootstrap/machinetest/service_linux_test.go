package machinetest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/service"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

// status is what a person sees in `status`.
type status struct {
	StateKnown bool `json:"stateKnown"`
	Agent      struct {
		Service              string `json:"service"`
		ContainerInstanceARN string `json:"containerInstanceArn"`
	} `json:"agent"`
	LastRun *report.Report `json:"lastRun"`
}

func (n *node) status(t *testing.T) status {
	t.Helper()
	r := n.run(t, "status", "--output", "json")
	var s status
	if err := json.Unmarshal([]byte(r.Stdout), &s); err != nil || r.ExitCode != 0 {
		t.Fatalf("status: exit code %d (%v)\n%s\n%s", r.ExitCode, err, r.Stdout, r.Stderr)
	}
	return s
}

// awaitJoined waits until `status` shows that a run has brought the node into its cluster.
func (n *node) awaitJoined(t *testing.T) status {
	t.Helper()
	var s status
	n.Await(t.Context(), "a run that joins", func() (bool, string) {
		s = n.status(t)
		if s.LastRun == nil {
			return false, "no run is recorded"
		}
		if s.LastRun.Error != nil {
			return false, s.LastRun.Error.Code + ": " + s.LastRun.Error.Message
		}
		return s.LastRun.ExitCode == 0, s.LastRun.Result
	})
	return s
}

// TestServiceMode is the life of the service: installed, started by the service control manager, beside user data that
// applies at the same time, stopped, removed.
func TestServiceMode(t *testing.T) {
	t.Parallel()
	n := newNode(t, setup{Agent: agentInstalled})
	if r := n.run(t, "service", "install"); r.ExitCode != 0 {
		t.Fatalf("service install: exit code %d\n%s", r.ExitCode, r.Stderr)
	}
	s := n.Service(service.Name)
	if is, ok := s.Query(); !ok || !is.Automatic || is.State != winetest.Stopped || is.Path != `"`+program+`" service run` {
		t.Errorf("installed: %+v", is)
	}
	const eventKey = `SYSTEM\CurrentControlSet\Services\EventLog\Application\` + service.Name
	if n.Registry().Text(eventKey, "EventMessageFile") == "" {
		t.Error("the event source is not registered")
	}

	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	// Running at once: while it starts Docker it must not be start-pending.
	s.Await(t.Context(), winetest.Running)
	n.joinsBeside(t) // as the user data does at the same time
	told := n.awaitJoined(t)
	if !strings.HasSuffix(told.Agent.Service, "is running") || told.Agent.ContainerInstanceARN == "" {
		t.Errorf("status: %+v", told.Agent)
	}
	if seen, _ := n.AgentSeen(); seen.Starts != 1 {
		t.Errorf("the agent was started %d times", seen.Starts)
	}
	if nats := n.State().Names(hnsstore.Network); len(nats) != 1 || nats[0] != "nat" {
		t.Errorf("HNS has the networks %v", nats)
	}

	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if ended := s.Await(t.Context(), winetest.Stopped); ended.ExitCode != 0 {
		t.Errorf("the service ended with exit code %d", ended.ExitCode)
	}
	if agent, _ := n.Service("AmazonECS").Query(); agent.State != winetest.Running {
		t.Errorf("the agent is %s after the service has stopped", agent.State)
	}
	if r := n.run(t, "service", "uninstall"); r.ExitCode != 0 {
		t.Errorf("service uninstall: exit code %d\n%s", r.ExitCode, r.Stderr)
	}
	if _, there := s.Query(); there {
		t.Error("the service is still there")
	}
	if n.Registry().Text(eventKey, "EventMessageFile") != "" {
		t.Error("the event source is still there")
	}
}

// TestServiceWaitsForMetadata: the service reads its document from the instance metadata itself. While they do not answer
// it runs, says so, and can be stopped; once they do, it joins.
func TestServiceWaitsForMetadata(t *testing.T) {
	t.Parallel()
	n := newNode(t, setup{Agent: agentInstalled})
	n.IMDS.Hang(true)
	if r := n.run(t, "service", "install"); r.ExitCode != 0 {
		t.Fatalf("service install: exit code %d\n%s", r.ExitCode, r.Stderr)
	}
	s := n.Service(service.Name)
	start := func() {
		t.Helper()
		asked := len(n.IMDS.Requests())
		if err := s.Start(); err != nil {
			t.Fatal(err)
		}
		s.Await(t.Context(), winetest.Running)
		n.Await(t.Context(), "a question for the user data", func() (bool, string) {
			return len(n.IMDS.Requests()) > asked, "no question"
		})
	}
	start()
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if ended := s.Await(t.Context(), winetest.Stopped); ended.ExitCode != 0 {
		t.Errorf("stopped while it waited, the service ended with exit code %d", ended.ExitCode)
	}
	start()
	n.IMDS.Hang(false)
	n.awaitJoined(t)
}
