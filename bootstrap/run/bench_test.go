package run_test

import (
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
)

// BenchmarkApply is the bootstrap's own time for a node that joins, on a simulated machine on which nothing takes time.
func BenchmarkApply(b *testing.B) {
	for b.Loop() {
		m := sim.New(sim.Options{UserData: plain})
		if r := apply(b, m, run.Options{}); r.ExitCode != 0 {
			b.Fatal(show(b, r))
		}
	}
}

// BenchmarkSecondApply is the same for a node that has joined.
func BenchmarkSecondApply(b *testing.B) {
	m := sim.New(sim.Options{UserData: plain})
	apply(b, m, run.Options{})
	for b.Loop() {
		if r := apply(b, m, run.Options{}); r.ExitCode != 0 {
			b.Fatal(show(b, r))
		}
	}
}
