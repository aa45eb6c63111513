package rules_test

import (
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef/rules"
)

func BenchmarkCheck(b *testing.B) {
	b.Run("one container", func(b *testing.B) {
		d := sound()
		for b.Loop() {
			rules.Check(d, nil)
		}
	})
	b.Run("ten containers, 100 variables each", func(b *testing.B) {
		d := sound()
		more(9)(d)
		for i := range d.ContainerDefinitions {
			c := &d.ContainerDefinitions[i]
			for n := range 100 {
				c.Environment = append(c.Environment, variable("NAME"+itoa(n)))
			}
		}
		for b.Loop() {
			rules.Check(d, nil)
		}
	})
}
