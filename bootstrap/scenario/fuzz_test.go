package scenario_test

import (
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/scenario"
)

// FuzzParse never panics, and what it takes has a description.
func FuzzParse(f *testing.F) {
	f.Add("about: x\n")
	f.Add("about: x\nlatencies: {base: published, boot: 1m}\nfaults: [{on: hns.Delete, nth: 2, err: denied}]\n")
	f.Add("about: x\ndocument: {cluster: prod, agent: {attributes: {a: b}}}\nexpect: {exit: 0, phases: {docker: done}}\n")
	f.Add("about: x\nthen: [{do: reboot, wait: 5m, run: apply, expect: {joined: true}}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := scenario.Parse([]byte(text), "fuzz.yaml")
		if err == nil && s.About == "" {
			t.Errorf("took a scenario that says nothing: %q", text)
		}
	})
}
