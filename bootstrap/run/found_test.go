package run_test

import (
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

// found are the sequences that TestRandomFaults found once, as it printed them, each with what was wrong.
func found() map[string]sequence {
	return map[string]sequence{
		// The test took the report of a killed program for a run's.
		"killed while it restores a route": {sim.Options{UserData: settings, AMI: sim.AMI{Agent: sim.AgentInCache}, Latencies: sim.Published(), Faults: []sim.Fault{
			{On: "docker.Info", Nth: 1, Times: 2, Err: "not found", Effect: "drop-imds-route"},
			{On: "adapters.Adapters", Nth: 1, Times: 3, Err: "denied", After: true, Delay: time.Second},
		}}, 21, true},
		// The agent's checkpoint could not be read while that of somebody else's agent was there, so the agent was started with
		// it. Only the remedy of the fault helps then.
		"checkpoint not readable after a foreign start": {sim.Options{
			UserData: settings, Conditions: []string{"foreign-start", "imds-no-route"}, AMI: sim.AMI{Agent: "existing"}, Cold: true, Seed: 480,
			Faults: []sim.Fault{{On: "programs.Run", Nth: 1, Times: 3}, {On: "files.Read", Nth: 3, Times: 3, Err: "denied"}},
		}, 1, true},
		// The route was half replaced by the killed run, and the next one could not read the state that says so.
		"state not readable after a kill": {sim.Options{UserData: settings, Conditions: []string{"imds-bad-route"}, AMI: sim.AMI{Agent: "cache"}, Faults: []sim.Fault{
			{On: "files.Stat", Nth: 2, Err: "denied"},
		}}, 2, false},
		// The next run took the snapshot for another machine's, because it could not see the adapters at its first look.
		"adapters not readable after a kill": {sim.Options{
			UserData: settings, Conditions: []string{"stale-variables", "nat-overlap", "nat-missing"}, AMI: sim.AMI{Agent: "cache"},
			Latencies: sim.Published(), Faults: []sim.Fault{
				{On: "docker.Info", Nth: 1, Err: "denied", Effect: "drop-address"},
				{On: "adapters.Adapters", Nth: 4, Err: "denied"},
				{On: "adapters.Adapters", Nth: 4, Times: 3, Err: "not found"},
			},
		}, 21, false},
		// Two calls that bring the address back take a minute each, fail, and take the route to the metadata. The run says so, in a
		// warning, because another failure came first; that one was called missing credentials.
		"the way back takes longer than there is": {sim.Options{UserData: settings, AMI: sim.AMI{Agent: "cache"}, Latencies: sim.Published(), Faults: []sim.Fault{
			{On: "docker.Info", Nth: 1, Times: 2, Err: "in use", Effect: "drop-address"},
			{On: "console.Event", Nth: 6, Times: 2, Err: "denied", After: true, Delay: time.Minute},
			{On: "adapters.AddAddress", Nth: 5, Times: 3, Err: "not found", Effect: "drop-imds-route", After: true, Delay: time.Minute},
			{On: "docker.Info", Nth: 1, Times: 3, Err: "not found", Effect: "drop-default-route", After: true},
		}}, 8, true},
	}
}

func TestFoundSequences(t *testing.T) {
	t.Parallel()
	for name, s := range found() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if wrong := s.survives(t, true); wrong != "" {
				t.Fatalf("%s\n%s", wrong, s)
			}
		})
	}
}
