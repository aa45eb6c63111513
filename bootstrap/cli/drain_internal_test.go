package cli

import (
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/drain"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/state"
)

// TestDrainAtShutdown drains and notes it, unless the document turns that off.
func TestDrainAtShutdown(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{"": "DRAINING", "drain: {enabled: false}\n": "ACTIVE"} {
		m := sim.New(sim.Options{UserData: "apiVersion: bootstrap.ecs/v1\nkind: NodeConfig\ncluster: prod\n" + document})
		h := m.Host()
		b := &bench{session: &session{globals: &globals{}}, host: h, cloud: m.CloudOf(h), log: hclog.NewInterceptLogger(&hclog.LoggerOptions{Level: hclog.Off})}
		var drained bool
		if err := m.Run(func() {
			if r := run.Do(t.Context(), phase.ModeApply, h, b.cloud, run.Source{}, run.Options{}); r.ExitCode != 0 {
				t.Errorf("%+v", r.Error)
			}
			var err error
			if drained, err = b.drainAtShutdown(t.Context()); err != nil {
				t.Error(err)
			}
		}); err != nil {
			t.Fatal(err)
		}
		if err := m.Advance(time.Second); err != nil {
			t.Fatal(err)
		}
		store, err := state.Open(t.Context(), m.Host(), state.Folder, true)
		if err != nil {
			t.Fatal(err)
		}
		noted := store.Marker(drain.Marker) != ""
		for _, i := range m.Account().Instances {
			if i.Status != want || drained != (want == "DRAINING") || noted != drained {
				t.Errorf("%q: it is %s, drained %t, noted %t", document, i.Status, drained, noted)
			}
		}
	}
}
