package ecs

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/schemas"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// fargateProviders are the capacity providers that every account has.
func fargateProviders() []string {
	return []string{"FARGATE", "FARGATE_SPOT"}
}

// The bounds of a strategy (API reference, CapacityProviderStrategyItem and
// PutClusterCapacityProviders).
const (
	maxProviders = 20
	maxBase      = 100_000
	maxWeight    = 1_000
)

func readPutClusterCapacityProviders(in *api.PutClusterCapacityProvidersInput) input {
	return input{schemas.PutClusterCapacityProvidersRequest, awsjson.Fields{
		schemas.PutClusterCapacityProvidersRequest_capacityProviders:               awsjson.Texts(&in.CapacityProviders),
		schemas.PutClusterCapacityProvidersRequest_cluster:                         awsjson.Text(&in.Cluster),
		schemas.PutClusterCapacityProvidersRequest_defaultCapacityProviderStrategy: awsjson.Structures(&in.DefaultCapacityProviderStrategy),
	}}
}

// putClusterCapacityProviders replaces both lists of a cluster.
func (w *world) putClusterCapacityProviders(
	_ wire.Request, in *api.PutClusterCapacityProvidersInput,
) (smithy.Serializable, error) {
	c, err := w.activeCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	if in.CapacityProviders == nil || in.DefaultCapacityProviderStrategy == nil {
		return nil, invalidf("capacityProviders and defaultCapacityProviderStrategy can not be null.")
	}
	err = firstError(
		w.checkProviders(in.CapacityProviders),
		checkStrategy(in.CapacityProviders, in.DefaultCapacityProviderStrategy),
	)
	if err != nil {
		return nil, err
	}
	c.CapacityProviders = in.CapacityProviders
	c.DefaultCapacityProviderStrategy = in.DefaultCapacityProviderStrategy
	return &api.PutClusterCapacityProvidersOutput{
		Cluster: c.show(types.ClusterFieldSettings, types.ClusterFieldTags),
	}, nil
}

func readDescribeCapacityProviders(in *api.DescribeCapacityProvidersInput) input {
	return input{schemas.DescribeCapacityProvidersRequest, awsjson.Fields{
		schemas.DescribeCapacityProvidersRequest_capacityProviders: awsjson.Texts(&in.CapacityProviders),
		schemas.DescribeCapacityProvidersRequest_cluster:           awsjson.Text(&in.Cluster),
		schemas.DescribeCapacityProvidersRequest_include:           awsjson.Texts(&in.Include),
		schemas.DescribeCapacityProvidersRequest_maxResults:        awsjson.Number(&in.MaxResults),
		schemas.DescribeCapacityProvidersRequest_nextToken:         awsjson.Text(&in.NextToken),
	}}
}

func (w *world) describeCapacityProviders(
	_ wire.Request, in *api.DescribeCapacityProvidersInput,
) (smithy.Serializable, error) {
	asked := in.CapacityProviders
	if len(asked) == 0 {
		asked = fargateProviders()
	}
	out := &api.DescribeCapacityProvidersOutput{
		CapacityProviders: []types.CapacityProvider{},
		Failures:          []types.Failure{},
	}
	for _, ref := range asked {
		called := w.providerName(ref)
		if !slices.Contains(fargateProviders(), called) {
			out.Failures = append(out.Failures, types.Failure{Arn: aws.String(ref), Reason: aws.String("MISSING")})
			continue
		}
		out.CapacityProviders = append(out.CapacityProviders, types.CapacityProvider{
			CapacityProviderArn: aws.String(w.arn("capacity-provider/" + called)),
			Name:                aws.String(called),
			Status:              types.CapacityProviderStatusActive,
			Tags:                []types.Tag{},
		})
	}
	return out, nil
}

func (w *world) providerName(ref string) string {
	return strings.TrimPrefix(ref, w.arn("capacity-provider/"))
}

func (w *world) checkProviders(providers []string) error {
	if len(providers) > maxProviders {
		return invalidf("A cluster can be associated with at most %d capacity providers.", maxProviders)
	}
	for i, ref := range providers {
		if !slices.Contains(fargateProviders(), w.providerName(ref)) {
			return invalidf("The specified capacity provider '%s' was not found. Specify a valid name and try again.", ref)
		}
		if slices.Contains(providers[:i], ref) {
			return invalidf("The specified capacity providers contain duplicate values.")
		}
	}
	return nil
}

// checkStrategy checks a cluster's default strategy. The rules are those of
// the API reference, the texts are assumed.
func checkStrategy(providers []string, strategy []types.CapacityProviderStrategyItem) error {
	bases := 0
	for i, item := range strategy {
		provider := valueOf(item.CapacityProvider)
		same := func(other types.CapacityProviderStrategyItem) bool {
			return valueOf(other.CapacityProvider) == provider
		}
		switch {
		case !slices.Contains(providers, provider):
			return invalidf("The capacity provider '%s' in the strategy is not associated with the cluster.", provider)
		case slices.ContainsFunc(strategy[:i], same):
			return invalidf("The capacity provider strategy contains '%s' more than once.", provider)
		case item.Base < 0 || item.Base > maxBase:
			return invalidf("The base of a capacity provider must be between 0 and %d.", maxBase)
		case item.Weight < 0 || item.Weight > maxWeight:
			return invalidf("The weight of a capacity provider must be between 0 and %d.", maxWeight)
		}
		if item.Base > 0 {
			bases++
		}
	}
	if bases > 1 {
		return invalidf("Only one capacity provider in a capacity provider strategy can have a base defined.")
	}
	return nil
}
