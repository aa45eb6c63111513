package provider_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/acctest/inprocess"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
)

// TestDestroyNamesWhatAKilledRunLeft: where the family is followed, a revision
// that a killed run registered becomes the current one. It is not known to be
// this resource's own, so destroy leaves it, and says so.
func TestDestroyNamesWhatAKilledRunLeft(t *testing.T) {
	isolate(t)
	synctest.Test(t, func(t *testing.T) {
		s := taskDefinitionSubject()
		s.base["drift"], s.spec["drift"] = "latest", "latest"
		w := newWorld(t)
		tf := w.terraform()
		carryOut := func(config object, want inprocess.Action) {
			t.Helper()
			if got, err := tf.Apply(t.Context(), s.typeName, config); err != nil || got.Action != want || got.Failed() {
				t.Fatalf("got %v, %s %s; want %s", err, got.Action, got, want)
			}
		}
		carryOut(s.base, inprocess.Create)
		update := func(ctx context.Context, _ *world, tf *inprocess.Terraform) (inprocess.Result, error) {
			return tf.Apply(ctx, s.typeName, s.spec)
		}
		if err := w.killed(t.Context(), tf, sandbox.Fault{Call: "ecs:RegisterTaskDefinition", Kind: sandbox.Hook}, update); err != nil {
			t.Fatal(err)
		}
		w.ClearFaults()
		carryOut(s.spec, inprocess.NoChange)
		got, err := tf.Destroy(t.Context(), s.typeName)
		if err != nil || got.Failed() || !strings.Contains(got.String(), "Revision iis:2 stays") || !strings.Contains(got.String(), "deregister-task-definition --task-definition iis:2") {
			t.Errorf("got %v, %s", err, got)
		}
		left, err := s.active(t.Context(), w)
		if diff := cmp.Diff([]string{"arn:aws:ecs:us-east-1:123456789012:task-definition/iis:2"}, left); err != nil || diff != "" {
			t.Errorf("%v, active (-want +got):\n%s", err, diff)
		}
	})
}
