package agentphase_test

import (
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/drain"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/agentphase"
)

// TestNodeThatWasDrainedAtTheShutdown takes tasks again after the boot, unless it was somebody else who drained it.
func TestNodeThatWasDrainedAtTheShutdown(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		// noted tells that the drain was the shutdown's, running that the agent runs already.
		noted, running bool
		status         string
		change         func(n *node, arn string)
		want           fault.Code
		after          string
		kept           bool
	}{
		"by the shutdown":                   {noted: true, status: "DRAINING", after: "ACTIVE"},
		"by the shutdown, the agent runs":   {noted: true, running: true, status: "DRAINING", after: "ACTIVE"},
		"by somebody else":                  {status: "DRAINING", after: "DRAINING"},
		"and set back by somebody":          {noted: true, status: "ACTIVE", after: "ACTIVE"},
		"and the role may not set it back":  {noted: true, status: "DRAINING", change: deny("ecs:UpdateContainerInstancesState"), want: "E_JOIN_INACTIVE", after: "DRAINING", kept: true},
		"and the role may not look":         {noted: true, status: "DRAINING", change: deny("ecs:DescribeContainerInstances"), after: "ACTIVE"},
		"and deregistered by somebody else": {noted: true, status: "DRAINING", change: func(n *node, arn string) { n.kept.markers[drain.Marker] = arn + "0" }, after: "DRAINING"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNode(t, installed())
			n.apply("")
			arn := n.found.Agent.ARN
			n.machine.Account().Instances[arn].Status = tt.status
			if tt.noted {
				n.kept.markers[drain.Marker] = arn
			}
			if tt.change != nil {
				tt.change(n, arn)
			}
			if !tt.running {
				n.machine.StopService("AmazonECS")
				if err := n.machine.Advance(time.Minute); err != nil {
					t.Fatal(err)
				}
			}
			if planned := of(n.run(phase.ModePlan), agentphase.StartID); tt.noted != (len(planned.Changes) > map[bool]int{true: 0, false: 1}[tt.running]) {
				t.Errorf("planned are %+v", planned.Changes)
			}
			n.apply(tt.want)
			if got := n.machine.Account().Instances[arn].Status; got != tt.after {
				t.Errorf("it is %s", got)
			}
			if kept := n.kept.markers[drain.Marker] != ""; kept != tt.kept {
				t.Errorf("the note is kept: %t", kept)
			}
			if service, _ := n.machine.Service("AmazonECS"); service.State != host.ServiceRunning {
				t.Errorf("the agent is %s", service.State)
			}
			if tt.want != "" {
				return
			}
			n.machine.ResetCounters()
			if n.apply(""); len(n.writes()) > 0 {
				t.Errorf("the second apply wrote %v", n.writes())
			}
		})
	}
}

func deny(action string) func(*node, string) {
	return func(n *node, _ string) { n.machine.Account().Denied[action] = true }
}
