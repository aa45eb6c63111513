// Package placement says why ECS found no place for a task. It looks at the
// cluster's container instances the way the scheduler does, names what each of
// them lacks, and what to do about it. Every read is a best effort: where one
// is denied, the answer is shorter.
package placement

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// Members are the reads of a cluster's container instances.
type Members interface {
	ListContainerInstances(context.Context, *ecs.ListContainerInstancesInput) (*ecs.ListContainerInstancesOutput, error)
	DescribeContainerInstances(context.Context, *ecs.DescribeContainerInstancesInput) (*ecs.DescribeContainerInstancesOutput, error)
}

// Hosts are the reads of what lies below them.
type Hosts interface {
	DescribeInstances(context.Context, *ec2.DescribeInstancesInput) (*ec2.DescribeInstancesOutput, error)
	DescribeInstanceTypes(context.Context, *ec2.DescribeInstanceTypesInput) (*ec2.DescribeInstanceTypesOutput, error)
	DescribeSubnets(context.Context, *ec2.DescribeSubnetsInput) (*ec2.DescribeSubnetsOutput, error)
}

// Explainer explains failed placements.
type Explainer struct {
	Members Members
	Hosts   Hosts
}

// Request is a task that found no place.
type Request struct {
	// Cluster is its name or ARN.
	Cluster string
	// Definition is what was to run; nil where it could not be read.
	Definition *ecstypes.TaskDefinition
	// Subnets are those of the network configuration, empty without one.
	Subnets []string
	// Overrides are those of the start.
	Overrides *ecstypes.TaskOverride
	// Failures are ECS's reasons, at most one for each instance.
	Failures []ecstypes.Failure
}

// obstacle is one reason why an instance cannot take the task.
type obstacle struct {
	what, remedy string
}

// Explain returns ECS's reasons and, below them, what is found to stand in
// the task's way on the instances, and the remedies.
func (e Explainer) Explain(ctx context.Context, r Request) string {
	facts := e.look(ctx, r)
	paragraphs := []string{"ECS found no place for the task: " + reasons(r.Failures, facts) + "."}
	var found []finding
	for _, i := range facts.instances {
		for _, o := range obstacles(i, need(r), facts) {
			found = note(found, o, i.name())
		}
	}
	if len(found) > 0 {
		paragraphs = append(paragraphs, list(found, len(facts.instances)), strings.Join(remedies(found), "\n\n"))
	} else if len(facts.instances) > 0 {
		paragraphs = append(paragraphs, "The instances of the cluster show nothing that stands in its way by now. "+
			"Check placement_constraints, here and in the task definition, and try again.")
	}
	for _, f := range r.Failures {
		if advice, ok := general(aws.ToString(f.Reason)); ok && !explained(found, aws.ToString(f.Reason)) && !slices.Contains(paragraphs, advice) {
			paragraphs = append(paragraphs, advice)
		}
	}
	return strings.Join(append(paragraphs, facts.unread...), "\n\n")
}

// reasons gives ECS's words, each with the instances that it holds for.
func reasons(failures []ecstypes.Failure, facts facts) string {
	var texts []string
	instances := map[string][]string{}
	for _, f := range failures {
		text := strings.TrimSpace(aws.ToString(f.Reason) + " " + aws.ToString(f.Detail))
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
		if name := facts.nameOf(aws.ToString(f.Arn)); name != "" {
			instances[text] = append(instances[text], name)
		}
	}
	for n, text := range texts {
		if names := instances[text]; len(names) > 0 {
			texts[n] = fmt.Sprintf("%s (%s)", text, enumerate(names))
		}
	}
	if len(texts) == 0 {
		return "it gave no reason"
	}
	return strings.Join(texts, "; ")
}

// finding is an obstacle with the instances on which it is found.
type finding struct {
	obstacle
	on []string
}

func note(found []finding, o obstacle, instance string) []finding {
	for n := range found {
		if found[n].what == o.what {
			found[n].on = append(found[n].on, instance)
			return found
		}
	}
	return append(found, finding{o, []string{instance}})
}

func list(found []finding, instances int) string {
	lines := make([]string, 0, len(found))
	for _, f := range found {
		on := enumerate(f.on)
		if instances > 1 && len(f.on) == instances {
			on = fmt.Sprintf("each of the %d instances", instances)
		}
		lines = append(lines, "  - "+on+": "+f.what)
	}
	return strings.Join(lines, "\n")
}

func remedies(found []finding) []string {
	var texts []string
	for _, f := range found {
		if !slices.Contains(texts, f.remedy) {
			texts = append(texts, f.remedy)
		}
	}
	return texts
}

// explained reports whether the instances' state accounts for a reason.
func explained(found []finding, reason string) bool {
	advice, _ := general(reason)
	return slices.ContainsFunc(found, func(f finding) bool { return f.remedy == advice }) ||
		reason == "ATTRIBUTE" && len(found) > 0
}

// maxNames is how many instances a text names before it only counts them.
const maxNames = 5

func enumerate(names []string) string {
	if len(names) > maxNames {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxNames], ", "), len(names)-maxNames)
	}
	return strings.Join(names, ", ")
}
