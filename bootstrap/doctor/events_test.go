package doctor_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/doctor"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

// slowAgent is a machine whose agent takes longer to start than Windows waits.
func slowAgent() sim.Options {
	return sim.Options{AMI: sim.AMI{Agent: sim.AgentInstalled}, Latencies: sim.Latencies{AgentLoad: 40 * time.Second}}
}

// TestTimeoutIsCited: of a service that did not answer in time, Windows' own entry in the event log is evidence.
func TestTimeoutIsCited(t *testing.T) {
	t.Parallel()
	const event = "Service Control Manager 7009: the service Amazon ECS did not answer Windows within 30000 ms of its start"
	m, last := machine(t, slowAgent())
	d := examine(t, m, last, doctor.Checks())
	cited := 0
	for _, r := range d.Checks {
		for _, f := range r.Evidence {
			if f.Name == "event" && strings.HasSuffix(f.Value, event) && r.Code == "E_AGENT_START_TIMEOUT" {
				cited++
			}
		}
	}
	if cited != 1 {
		t.Errorf("the event is cited %d times\n%s", cited, screen(d))
	}
	for _, program := range m.ProgramRuns() {
		if !strings.Contains(program, "wevtutil.exe qe") && !strings.Contains(program, "vpc-eni.exe") && !strings.Contains(program, "amazon-ecs-agent.exe") {
			t.Errorf("the doctor ran %s", program)
		}
	}
}

// TestBundleHasEvents: the event log of the node's services goes into the bundle, masked, other services' does not; where it
// cannot be read the bundle says so.
func TestBundleHasEvents(t *testing.T) {
	t.Parallel()
	m, _ := machine(t, slowAgent())
	files := bundled(t, m)
	if got := files["events/services.txt"]; !strings.Contains(got, " 7009: the service Amazon ECS ") || !strings.Contains(got, " 7000: the service Amazon ECS ") {
		t.Errorf("events/services.txt: %s", got)
	}
	if _, there := files["events/docker.txt"]; !there {
		t.Error("events/docker.txt is not there")
	}

	h := m.Host()
	inside(t, m, func() {
		if err := h.Console.Event(t.Context(), host.Event{ID: 902, Severity: "info", Text: "a secret of somebody"}); err != nil {
			t.Error(err)
		}
	})
	m.CrashService("W32Time")
	files = bundled(t, m)
	if strings.Contains(files["events/services.txt"], "W32Time") {
		t.Errorf("events of another service: %s", files["events/services.txt"])
	}
	if got := files["events/ecswin-bootstrap.txt"]; !strings.Contains(got, " 902: a *** of somebody\n") {
		t.Errorf("events/ecswin-bootstrap.txt: %s", got)
	}

	m = sim.New(sim.Options{Faults: []sim.Fault{{On: "programs.Run", Times: 10, Err: "denied"}}})
	if files = bundled(t, m); !strings.Contains(files["README.txt"], "not in it: events/services.txt: ") {
		t.Errorf("README.txt: %s", files["README.txt"])
	}
	if _, there := files["events/services.txt"]; there {
		t.Error("events/services.txt is there and could not be read")
	}
}

// bundled packs a bundle and unpacks it.
func bundled(t *testing.T, m *sim.Machine) map[string]string {
	t.Helper()
	h := m.Host()
	subject := &doctor.Subject{Host: h, Cloud: m.CloudOf(h)}
	var packed []byte
	inside(t, m, func() {
		var err error
		mask := func(text string) string { return strings.ReplaceAll(text, "secret", "***") }
		if packed, err = doctor.Bundle(t.Context(), subject, &doctor.Diagnosis{}, nil, mask); err != nil {
			t.Error(err)
		}
	})
	archive, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range archive.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(content)
	}
	return files
}
