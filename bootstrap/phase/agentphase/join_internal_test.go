package agentphase

import (
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	const own = "arn:aws:ecs:eu-central-1:123456789012:"
	for name, tt := range map[string]struct {
		document, region string
		member           agent.Membership
		want             fault.Code
	}{
		"fits":                   {"prod", "", agent.Membership{Cluster: "prod", ARN: own + "container-instance/prod/0"}, ""},
		"fits by ARN":            {own + "cluster/prod", "", agent.Membership{Cluster: "prod", ARN: own + "container-instance/prod/0"}, ""},
		"old ARN":                {"prod", "", agent.Membership{Cluster: "prod", ARN: own + "container-instance/0"}, ""},
		"another cluster":        {"prod", "", agent.Membership{Cluster: "default", ARN: own + "container-instance/0"}, "E_JOIN_CLUSTER"},
		"another by its ARN":     {"prod", "", agent.Membership{Cluster: "prod", ARN: own + "container-instance/default/0"}, "E_JOIN_CLUSTER"},
		"another Region":         {"prod", "", agent.Membership{Cluster: "prod", ARN: "arn:aws:ecs:eu-west-1:123456789012:container-instance/prod/0"}, "E_JOIN_IDENTITY"},
		"the document's Region":  {"prod", "eu-west-1", agent.Membership{Cluster: "prod", ARN: "arn:aws:ecs:eu-west-1:123456789012:container-instance/prod/0"}, ""},
		"not the document's one": {"prod", "eu-west-1", agent.Membership{Cluster: "prod", ARN: own + "container-instance/prod/0"}, "E_JOIN_IDENTITY"},
		"another account":        {"prod", "", agent.Membership{Cluster: "prod", ARN: "arn:aws:ecs:eu-central-1:999999999999:container-instance/prod/0"}, "E_JOIN_IDENTITY"},
		"no ARN at all":          {"prod", "", agent.Membership{Cluster: "prod", ARN: "something"}, "E_JOIN_IDENTITY"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := nodeconfig.Default()
			doc.Cluster, doc.Region = tt.document, tt.region
			n := &phase.Node{Doc: doc, Found: &phase.Findings{}}
			n.Found.Set(func(f *phase.Found) { f.Instance.Region, f.Instance.Account = "eu-central-1", "123456789012" })
			err := compare(n, tt.member)
			if err == nil && tt.want != "" || err != nil && fault.Of(err).Code != tt.want {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestWatcher(t *testing.T) {
	t.Parallel()
	running := func(pid int) host.Service { return host.Service{State: host.ServiceRunning, PID: pid} }
	stopped := func(code uint32) host.Service { return host.Service{State: host.ServiceStopped, ExitCode: code} }
	for name, tt := range map[string]struct {
		looks []host.Service
		want  bool
	}{
		"runs":                      {[]host.Service{running(1), running(1)}, false},
		"ended for good":            {[]host.Service{running(1), stopped(0)}, true},
		"one error":                 {[]host.Service{running(1), stopped(1066)}, false},
		"one crash":                 {[]host.Service{running(1), stopped(1067), running(2)}, false},
		"the same end, seen thrice": {[]host.Service{running(1), stopped(1066), stopped(1066), stopped(1066)}, false},
		"three ends":                {[]host.Service{running(1), stopped(1066), running(2), stopped(1066), running(3), stopped(1066)}, true},
		"restarts that nobody saw":  {[]host.Service{running(1), running(2), running(3), stopped(1066)}, true},
		"never started":             {[]host.Service{stopped(host.ErrorServiceNeverStarted)}, true},
	} {
		w := watcher{pid: 1}
		var got bool
		for _, s := range tt.looks {
			got = w.gaveUp(s)
		}
		if got != tt.want {
			t.Errorf("%s: gave up is %t", name, got)
		}
	}
}
