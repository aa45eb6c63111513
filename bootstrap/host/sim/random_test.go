package sim_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

// TestABootBringsOrderAfterAnything: whatever happened to a machine, after a boot it has one primary address, one nat that
// Docker knows, the link-local routes, and no process of before.
func TestABootBringsOrderAfterAnything(t *testing.T) {
	t.Parallel()
	names := slices.Sorted(maps.Keys(sim.Effects()))
	rapid.Check(t, func(t *rapid.T) {
		m := sim.New(installed(sim.Options{Latencies: sim.Published(), Seed: rapid.Uint64().Draw(t, "seed"), Cold: rapid.Bool().Draw(t, "cold")}))
		defer m.Close()
		before := m.Host()
		for range rapid.IntRange(0, 12).Draw(t, "happenings") {
			m.Effect(rapid.SampledFrom(names).Draw(t, "effect"))
			if err := m.Advance(time.Duration(rapid.IntRange(0, 90).Draw(t, "seconds")) * time.Second); err != nil {
				t.Fatal(err)
			}
		}
		m.Effect("mend-internet")
		m.Reboot()
		if err := m.Advance(15 * time.Minute); err != nil {
			t.Fatal(err)
		}
		if !m.Online() {
			t.Errorf("the machine is not online: %+v %+v", m.Adapters(), m.Routes())
		}
		if s, _ := m.Service("Docker"); s.State != host.ServiceRunning {
			t.Errorf("Docker is %s", s.State)
		}
		var nats []host.HNSNetwork
		for _, n := range m.HNSNetworks() {
			if n.Name == "nat" {
				nats = append(nats, n)
			}
		}
		if len(nats) != 1 || !hasAdapter(m, nats[0].Adapter) {
			t.Errorf("nat networks: %+v", nats)
		}
		primary := 0
		for _, a := range m.Adapters() {
			if a.MAC == m.Instance().MAC && a.State == host.AdapterUp {
				primary += len(a.Addresses)
			}
		}
		if primary != 1 {
			t.Errorf("%d primary addresses: %+v", primary, m.Adapters())
		}
		if before.Clock.Sleep(t.Context(), time.Second) == nil {
			t.Error("a process lived on over the boot")
		}
	})
}
