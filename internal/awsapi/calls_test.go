package awsapi_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
)

// TestCalls sends every call once and looks for its name on the wire.
func TestCalls(t *testing.T) {
	var got string
	client := connect(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("X-Amz-Target")
		answer(http.StatusOK, `{}`)(w, r)
	}, nil)
	x := aws.String("x")
	calls := map[string]func(context.Context) error{
		"RegisterTaskDefinition": func(ctx context.Context) error {
			_, err := client.TaskDefinitions.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{Family: x, ContainerDefinitions: []types.ContainerDefinition{}})
			return err
		},
		"DescribeTaskDefinition": func(ctx context.Context) error {
			_, err := client.TaskDefinitions.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: x})
			return err
		},
		"DeregisterTaskDefinition": func(ctx context.Context) error {
			_, err := client.TaskDefinitions.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: x})
			return err
		},
		"ListTaskDefinitions": func(ctx context.Context) error {
			_, err := client.TaskDefinitions.ListTaskDefinitions(ctx, &ecs.ListTaskDefinitionsInput{})
			return err
		},
		"CreateCluster": func(ctx context.Context) error {
			_, err := client.Clusters.CreateCluster(ctx, &ecs.CreateClusterInput{})
			return err
		},
		"DescribeClusters": func(ctx context.Context) error {
			_, err := client.Clusters.DescribeClusters(ctx, &ecs.DescribeClustersInput{})
			return err
		},
		"UpdateCluster": func(ctx context.Context) error {
			_, err := client.Clusters.UpdateCluster(ctx, &ecs.UpdateClusterInput{Cluster: x})
			return err
		},
		"PutClusterCapacityProviders": func(ctx context.Context) error {
			_, err := client.Clusters.PutClusterCapacityProviders(ctx, &ecs.PutClusterCapacityProvidersInput{
				Cluster: x, CapacityProviders: []string{}, DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
			})
			return err
		},
		"DeleteCluster": func(ctx context.Context) error {
			_, err := client.Clusters.DeleteCluster(ctx, &ecs.DeleteClusterInput{Cluster: x})
			return err
		},
		"TagResource": func(ctx context.Context) error {
			_, err := client.Tags.TagResource(ctx, &ecs.TagResourceInput{ResourceArn: x, Tags: []types.Tag{}})
			return err
		},
		"UntagResource": func(ctx context.Context) error {
			_, err := client.Tags.UntagResource(ctx, &ecs.UntagResourceInput{ResourceArn: x, TagKeys: []string{}})
			return err
		},
		"ListTagsForResource": func(ctx context.Context) error {
			_, err := client.Tags.ListTagsForResource(ctx, &ecs.ListTagsForResourceInput{ResourceArn: x})
			return err
		},
	}
	for name, call := range calls {
		if err := call(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !strings.HasSuffix(got, "."+name) {
			t.Errorf("%s was sent as %s", name, got)
		}
	}
}

func TestRegisterIsRepeatedOnlyWhenThrottled(t *testing.T) {
	throttled := answer(http.StatusBadRequest, `{"__type":"ThrottlingException","message":"Rate exceeded"}`)
	broken := answer(http.StatusInternalServerError, `{"__type":"ServerException","message":"Service Unavailable. Please try again later."}`)
	lost := func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_ = conn.Close()
	}
	tests := map[string]struct {
		first        http.HandlerFunc
		wantRegister int
		wantDescribe int
	}{
		"throttled":     {throttled, 2, 2},
		"server fault":  {broken, 1, 2},
		"lost response": {lost, 1, 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			calls := map[string]int{}
			client := connect(t, func(w http.ResponseWriter, r *http.Request) {
				target := r.Header.Get("X-Amz-Target")
				if calls[target]++; calls[target] == 1 {
					tt.first(w, r)
					return
				}
				answer(http.StatusOK, `{}`)(w, r)
			}, nil)
			x := aws.String("x")
			_, registerErr := client.TaskDefinitions.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{Family: x, ContainerDefinitions: []types.ContainerDefinition{}})
			_, describeErr := client.TaskDefinitions.DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: x})
			if describeErr != nil {
				t.Errorf("describe: %v", describeErr)
			}
			if repeated := tt.wantRegister > 1; repeated != (registerErr == nil) {
				t.Errorf("register: %v", registerErr)
			}
			if awsapi.MayHaveTakenEffect(registerErr) != (registerErr != nil) {
				t.Errorf("MayHaveTakenEffect is wrong of %v", registerErr)
			}
			const prefix = "AmazonEC2ContainerServiceV20141113."
			if got := calls[prefix+"RegisterTaskDefinition"]; got != tt.wantRegister {
				t.Errorf("register was sent %d times, want %d", got, tt.wantRegister)
			}
			if got := calls[prefix+"DescribeTaskDefinition"]; got != tt.wantDescribe {
				t.Errorf("describe was sent %d times, want %d", got, tt.wantDescribe)
			}
		})
	}
}
