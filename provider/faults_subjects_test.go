package provider_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/acctest/inprocess"
)

// canary is in everything secret that the fault table's configurations hold.
const canary = "canary-7f3a"

// subject describes a resource to the fault table.
type subject struct {
	// name tells apart subjects of one type; typeName where there is one.
	name, typeName string
	// furnish puts into an empty AWS what the configurations refer to; nil for
	// nothing.
	furnish func(*testing.T, *world)
	// id imports what a state holds.
	id func(state object) string
	// base is what is created; spec and tags change base.
	base, spec, tags object
	// replaces is a subject that cannot change: spec is another one.
	replaces bool
	// active lists what there is at AWS of this kind; owned what of it a state
	// accounts for.
	active func(context.Context, *world) ([]string, error)
	owned  func(state object) []string
	// made counts what was ever made, where too much of it would not be found
	// among what is active; nil otherwise.
	made func(context.Context, *world) (int, error)
	// afterKill takes up the work after the process was killed in the middle
	// of a creation or a change, as the provider's words tell the user to.
	// It returns what is left to the user at AWS.
	afterKill func(context.Context, *world, *inprocess.Terraform, object) (leftover []string, err error)
}

func subjects(t *testing.T) []subject {
	t.Helper()
	subnet := firstSubnet(t)
	return []subject{clusterSubject(), taskDefinitionSubject(), taskSubject(subnet), jobSubject(subnet)}
}

func clusterSubject() subject {
	const typeName, name = "ecswin_cluster", "web"
	cluster := func(insights string, providers list, tags object) object {
		return object{
			"name": name, "settings": object{"containerInsights": insights}, "capacity_providers": providers,
			"configuration": object{"execute_command_configuration": object{"kms_key_id": canary}}, "tags": tags,
		}
	}
	return subject{
		name:     typeName,
		typeName: typeName,
		id:       func(object) string { return name },
		base:     cluster("disabled", list{}, object{"team": "a", "old": "1"}),
		spec:     cluster("enabled", list{"FARGATE"}, object{"team": "a", "old": "1"}),
		tags:     cluster("disabled", list{}, object{"team": "b"}),
		active: func(ctx context.Context, w *world) ([]string, error) {
			out, err := w.ecs().ListClusters(ctx, &ecs.ListClustersInput{})
			if err != nil {
				return nil, err
			}
			return out.ClusterArns, nil
		},
		owned: func(state object) []string { return []string{fmt.Sprint(state["arn"])} },
		// The provider refuses a cluster that is there, and says how to import
		// it.
		afterKill: func(ctx context.Context, _ *world, tf *inprocess.Terraform, goal object) ([]string, error) {
			got, err := tf.Apply(ctx, typeName, goal)
			if err != nil || !got.Failed() {
				return nil, err
			}
			if !strings.Contains(got.String(), "terraform import ecswin_cluster.example "+name) {
				return nil, fmt.Errorf("the refusal does not say how to import:\n%s", got)
			}
			_, err = tf.Import(ctx, typeName, name)
			return nil, err
		},
	}
}

func taskDefinitionSubject() subject {
	const typeName, family = "ecswin_task_definition", "iis"
	definition := func(image string, tags object) object {
		return object{
			"family": family, "tags": tags,
			"runtime_platform": object{"operating_system_family": "WINDOWS_SERVER_2022_CORE"},
			"container_definitions": object{"iis": object{
				"image": image, "cpu": 1024, "memory": 2048, "environment": object{"PASSWORD": canary},
			}},
		}
	}
	return subject{
		name:     typeName,
		typeName: typeName,
		id:       func(object) string { return family },
		base:     definition("example.test/iis:1", object{"team": "a", "old": "1"}),
		spec:     definition("example.test/iis:2", object{"team": "a", "old": "1"}),
		tags:     definition("example.test/iis:1", object{"team": "b"}),
		active: func(ctx context.Context, w *world) ([]string, error) {
			out, err := w.ecs().ListTaskDefinitions(ctx, &ecs.ListTaskDefinitionsInput{Status: ecstypes.TaskDefinitionStatusActive})
			if err != nil {
				return nil, err
			}
			return out.TaskDefinitionArns, nil
		},
		owned: func(state object) []string {
			var arns []string
			revisions, _ := state["registered_revisions"].([]any)
			for _, revision := range revisions {
				arns = append(arns, fmt.Sprintf("%v:%v", state["arn_without_revision"], revision))
			}
			return arns
		},
		// The revision that nobody waited for stays: the provider cannot know
		// whose it is, but warns of it.
		afterKill: func(ctx context.Context, _ *world, tf *inprocess.Terraform, goal object) ([]string, error) {
			got, err := tf.Apply(ctx, typeName, goal)
			if err != nil {
				return nil, err
			}
			for _, d := range got.Diagnostics {
				var revision int
				if n, _ := fmt.Sscanf(d.Detail, "Its revision %d", &revision); n == 1 {
					return []string{fmt.Sprintf("%v:%d", tf.State(typeName)["arn_without_revision"], revision)}, nil
				}
			}
			return nil, nil
		},
	}
}
