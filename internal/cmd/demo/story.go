package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
)

// What the example and the story agree on.
const (
	cluster      = "windows"
	instanceType = "m5.large"
)

const changedImage = "image=mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022-20251111"

// tell runs the story from an empty account to an empty account.
func tell(ctx context.Context, s *stage) error {
	chapters := []struct {
		title string
		steps []func(context.Context) error
	}{
		{"A sandbox plays AWS; Terraform installs the provider from a local mirror", []func(context.Context) error{
			s.introduce, s.quietly(s.first, "init"),
		}},
		{"Create a cluster and a Windows task definition in awsvpc mode", []func(context.Context) error{
			s.terraform(s.first, "apply"),
		}},
		{"Change the image: one line of the plan, a new revision in place", []func(context.Context) error{
			s.terraform(s.first, "apply", "-var", changedImage),
		}},
		{"Launch an EC2 instance with the rendered user data: the bootstrap joins it, phase by phase", []func(context.Context) error{
			s.launchInstance, s.showJoin,
		}},
		{"Run the task: it gets an ENI of its own, and Terraform shows it", []func(context.Context) error{
			s.runTask,
		}},
		{"Ask EC2 itself about that ENI, and the node", []func(context.Context) error{
			s.describeInterfaces, s.askNode,
		}},
		{"Import all three into a second, empty state", []func(context.Context) error{
			s.quietly(s.second, "init"), s.importAll,
		}},
		{"Plan from the imported state: no changes, though AWS filled in defaults", []func(context.Context) error{
			s.planNoChange,
		}},
		{"Stop the task: Terraform waits until its ENI is gone", []func(context.Context) error{
			s.outcome(s.first, "apply", "-var", changedImage), s.describeInterfaces, s.askNode, s.retireInstance,
		}},
		{"Destroy: both revisions are deregistered, the cluster is deleted", []func(context.Context) error{
			s.outcome(s.first, "destroy", "-var", changedImage), s.proveEmpty,
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
	fmt.Printf("The sandbox (simulated ECS, EC2 and STS) listens on %s.\n", s.url)
	return nil
}

// launchInstance starts an instance with the user data that Terraform has
// rendered, as a launch template would.
func (s *stage) launchInstance(ctx context.Context) error {
	var userData strings.Builder
	if err := s.run(ctx, s.first, &userData, []string{"output", "-raw", "user_data"}); err != nil {
		return err
	}
	image, err := s.aws.image(ctx)
	if err != nil {
		return err
	}
	if s.instance, err = s.aws.launch(ctx, image, userData.String()); err != nil {
		return err
	}
	fmt.Printf("ec2:RunInstances started %s (%s, AMI %s) with %d bytes of user data.\n", s.instance, instanceType, image, userData.Len())
	return nil
}

// showJoin shows what the instance did with its user data.
func (s *stage) showJoin(ctx context.Context) error {
	node, ok := s.sandbox.Node("", s.instance)
	switch {
	case !ok || node.Report == nil:
		return fmt.Errorf("the instance's user data did not start the bootstrap; %s", node.Failure)
	case node.Report.Error != nil:
		return fmt.Errorf("the instance did not join: %s: %s; %s", node.Report.Error.Code, node.Report.Error.Message, node.Report.Error.Remedy)
	}
	fmt.Println("SIMULATED Windows machine, the real ecswin-bootstrap; durations are modelled on published ones:")
	for _, p := range node.Report.Phases {
		changes := ""
		if len(p.Changes) > 0 {
			changes = fmt.Sprintf(", %d changed", len(p.Changes))
		}
		fmt.Printf("  %-16s %-10s %9s%s\n", p.Name, p.Status, output.Duration(time.Duration(p.DurationMS)*time.Millisecond), changes)
	}
	console, err := s.aws.console(ctx, s.instance)
	if err != nil {
		return err
	}
	interfaces, err := s.aws.interfaceLimit(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("Its serial console (ec2:GetConsoleOutput):\n  %s\n", console)
	fmt.Printf("Its type has %d network interfaces: its own, and one each for %d tasks.\n", interfaces, interfaces-1)
	return nil
}

func (s *stage) runTask(ctx context.Context) error {
	subnet, err := s.aws.instanceSubnet(ctx)
	if err != nil {
		return err
	}
	s.variables = []string{"-var", changedImage, "-var", fmt.Sprintf("subnets=[%q]", subnet)}
	return s.terraform(s.first, append([]string{"apply"}, s.variables...)...)(ctx)
}

func (s *stage) describeInterfaces(ctx context.Context) error {
	interfaces, err := s.aws.interfaces(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("EC2 has %d ENI of a task.\n", len(interfaces))
	for _, i := range interfaces {
		fmt.Println("  " + i)
	}
	return nil
}

// askNode shows what the instance itself sees of the task, by `ecswin-bootstrap
// verify` on it.
func (s *stage) askNode(ctx context.Context) error {
	seen, err := s.sandbox.Verify(ctx, "", s.instance)
	if err != nil {
		return fmt.Errorf("asking the node: %w", err)
	}
	if seen.Error != nil {
		return fmt.Errorf("the node is not as it should be: %s: %s", seen.Error.Code, seen.Error.Message)
	}
	var facts []string
	for _, p := range seen.Phases {
		for _, f := range p.Evidence {
			switch f.Name {
			case "network interfaces of " + instanceType, "tasks in awsvpc mode", "task networks":
				facts = append(facts, f.Name+": "+f.Value)
			}
		}
	}
	slices.Sort(facts)
	fmt.Printf("The node (ecswin-bootstrap verify): %s.\n", strings.Join(facts, "; "))
	return nil
}

func (s *stage) importAll(ctx context.Context) error {
	task, err := s.aws.task(ctx)
	if err != nil {
		return err
	}
	for _, pair := range [][2]string{
		{"ecswin_cluster.windows", cluster},
		{"ecswin_task_definition.iis", "windows-simple-iis"},
		{"ecswin_task.iis[0]", task},
	} {
		args := append([]string{"import"}, s.variables...)
		if err := s.outcome(s.second, append(args, pair[0], pair[1])...)(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *stage) planNoChange(ctx context.Context) error {
	return s.terraform(s.second, append([]string{"plan", "-detailed-exitcode"}, s.variables...)...)(ctx)
}

// retireInstance terminates the instance, and its container instance with it.
func (s *stage) retireInstance(ctx context.Context) error {
	if err := s.aws.terminate(ctx, s.instance); err != nil {
		return err
	}
	fmt.Println("The instance is terminated, and has left the cluster.")
	return nil
}

// proveEmpty asks the sandbox itself, not Terraform, what is left.
func (s *stage) proveEmpty(ctx context.Context) error {
	left, err := s.aws.left(ctx)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		return fmt.Errorf("still there at the sandbox: %v", left)
	}
	fmt.Println("The sandbox has no cluster, no task ENI and no active task definition left. Calls it answered:")
	calls := s.sandbox.Calls()
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		fmt.Printf("  %-35s %d\n", name, calls[name])
	}
	return nil
}
