package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

const changedImage = "image=mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022-20251111"

// tell runs the story from an empty account to an empty account.
func tell(ctx context.Context, s *stage) error {
	chapters := []struct {
		title string
		steps []func(context.Context) error
	}{
		{"A sandbox plays AWS; Terraform installs the provider from a local mirror", []func(context.Context) error{
			s.introduce, s.quietly(s.first, "init", "-input=false"),
		}},
		{"Create a cluster and a Windows task definition in awsvpc mode", []func(context.Context) error{
			s.terraform(s.first, "apply", "-auto-approve", "-input=false"),
		}},
		{"Look at what is there: AWS's ARN and revision, the definition as you spelled it", []func(context.Context) error{
			s.terraform(s.first, "state", "show", "ecswin_task_definition.iis"),
		}},
		{"Change the image: one line of the plan, a new revision in place", []func(context.Context) error{
			s.terraform(s.first, "apply", "-auto-approve", "-input=false", "-var", changedImage),
		}},
		{"Import both into a second, empty state", []func(context.Context) error{
			s.quietly(s.second, "init", "-input=false"),
			s.outcome(s.second, "import", "-input=false", "-var", changedImage, "ecswin_cluster.windows", "windows"),
			s.outcome(s.second, "import", "-input=false", "-var", changedImage, "ecswin_task_definition.iis", "windows-simple-iis"),
		}},
		{"Plan from the imported state: no changes, though AWS filled in defaults", []func(context.Context) error{
			s.terraform(s.second, "plan", "-input=false", "-detailed-exitcode", "-var", changedImage),
		}},
		{"Destroy: both revisions are deregistered, the cluster is deleted", []func(context.Context) error{
			s.outcome(s.first, "destroy", "-auto-approve", "-input=false", "-var", changedImage),
			s.proveEmpty,
		}},
	}
	for i, chapter := range chapters {
		fmt.Printf("\n━━ %d. %s\n", i+1, chapter.title)
		for _, step := range chapter.steps {
			if err := step(ctx); err != nil {
				return fmt.Errorf("step %d (%s): %w", i+1, chapter.title, err)
			}
		}
	}
	return nil
}

// introduce says what plays AWS.
func (s *stage) introduce(context.Context) error {
	fmt.Printf("The sandbox (simulated ECS and STS) listens on %s.\n", s.url)
	return nil
}

// proveEmpty asks the sandbox itself, not Terraform, what is left.
func (s *stage) proveEmpty(ctx context.Context) error {
	left, err := s.left(ctx)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		return fmt.Errorf("still active at the sandbox: %v", left)
	}
	fmt.Println("The sandbox has no active cluster and no active task definition left. Calls it answered:")
	calls := s.sandbox.Calls()
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		fmt.Printf("  %-35s %d\n", name, calls[name])
	}
	return nil
}
