package cluster

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// fakeClusters answers each call with the next of its scripted answers, the
// last one again and again. It notes the calls.
type fakeClusters struct {
	describe []described
	create   error
	update   error
	put      []error
	remove   []error
	calls    []string
}

// described is one answer to DescribeClusters.
type described struct {
	// status is the cluster's; empty for none.
	status, attachments string
	details             []ecstypes.Attachment
	failure             *ecstypes.Failure
	err                 error
}

func next[T any](answers *[]T) T {
	if len(*answers) == 0 {
		var none T
		return none
	}
	first := (*answers)[0]
	if len(*answers) > 1 {
		*answers = (*answers)[1:]
	}
	return first
}

func (f *fakeClusters) DescribeClusters(ctx context.Context, in *ecs.DescribeClustersInput) (*ecs.DescribeClustersOutput, error) {
	f.calls = append(f.calls, "describe "+in.Clusters[0])
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	d := next(&f.describe)
	if d.err != nil {
		return nil, d.err
	}
	out := &ecs.DescribeClustersOutput{}
	switch {
	case d.failure != nil:
		out.Failures = []ecstypes.Failure{*d.failure}
	case d.status == "":
		out.Failures = []ecstypes.Failure{{Reason: aws.String("MISSING")}}
	default:
		c := ecstypes.Cluster{ClusterArn: aws.String(webARN), ClusterName: aws.String("web"), Status: aws.String(d.status), Attachments: d.details}
		if d.attachments != "" {
			c.AttachmentsStatus = aws.String(d.attachments)
		}
		out.Clusters = []ecstypes.Cluster{c}
	}
	return out, nil
}

func (f *fakeClusters) CreateCluster(context.Context, *ecs.CreateClusterInput) (*ecs.CreateClusterOutput, error) {
	f.calls = append(f.calls, "create")
	if f.create != nil {
		return nil, f.create
	}
	return &ecs.CreateClusterOutput{Cluster: &ecstypes.Cluster{ClusterArn: aws.String(webARN), Status: aws.String("PROVISIONING")}}, nil
}

func (f *fakeClusters) UpdateCluster(context.Context, *ecs.UpdateClusterInput) (*ecs.UpdateClusterOutput, error) {
	f.calls = append(f.calls, "update")
	return &ecs.UpdateClusterOutput{}, f.update
}

func (f *fakeClusters) PutClusterCapacityProviders(context.Context, *ecs.PutClusterCapacityProvidersInput) (*ecs.PutClusterCapacityProvidersOutput, error) {
	f.calls = append(f.calls, "put")
	return &ecs.PutClusterCapacityProvidersOutput{}, next(&f.put)
}

func (f *fakeClusters) DeleteCluster(_ context.Context, in *ecs.DeleteClusterInput) (*ecs.DeleteClusterOutput, error) {
	f.calls = append(f.calls, "delete "+*in.Cluster)
	return &ecs.DeleteClusterOutput{}, next(&f.remove)
}

func lostResponse() error {
	return &smithyhttp.RequestSendError{Err: errors.New("unexpected EOF")}
}
