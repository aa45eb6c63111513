package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// clusters are the calls that the resource makes.
type clusters interface {
	describer
	CreateCluster(context.Context, *ecs.CreateClusterInput) (*ecs.CreateClusterOutput, error)
	UpdateCluster(context.Context, *ecs.UpdateClusterInput) (*ecs.UpdateClusterOutput, error)
	PutClusterCapacityProviders(context.Context, *ecs.PutClusterCapacityProvidersInput) (*ecs.PutClusterCapacityProvidersOutput, error)
	DeleteCluster(context.Context, *ecs.DeleteClusterInput) (*ecs.DeleteClusterOutput, error)
}

type describer interface {
	DescribeClusters(context.Context, *ecs.DescribeClustersInput) (*ecs.DescribeClustersOutput, error)
}

// The states of a cluster and of its capacity providers (API Reference,
// Cluster) that decide how to go on.
const (
	statusActive   = "ACTIVE"
	statusInactive = "INACTIVE"
	statusFailed   = "FAILED"

	attachmentsUpdating = "UPDATE_IN_PROGRESS"
	attachmentsFailed   = "UPDATE_FAILED"
)

const (
	// defaultTimeout bounds each operation unless timeouts says otherwise.
	// Capacity providers take minutes where a scaling plan is made for them.
	defaultTimeout = 20 * time.Minute
	pollInterval   = 3 * time.Second
	// releaseGrace is how long ECS may go on counting what the same apply has
	// just removed: tasks and services that stopped, instances that were
	// terminated.
	releaseGrace = 2 * time.Minute
	// lostResponseTime bounds the look for a cluster that a lost response may
	// have announced.
	lostResponseTime = 15 * time.Second
)

// manager changes clusters and waits until they are what was asked for.
type manager struct {
	api   clusters
	clock wait.Clock
}

// find describes a cluster by name or ARN. It is nil where there is none, or
// only a deleted one, which ECS goes on describing as INACTIVE for a while.
func find(ctx context.Context, api describer, ref string) (*ecstypes.Cluster, error) {
	out, err := api.DescribeClusters(ctx, &ecs.DescribeClustersInput{
		Clusters: []string{ref},
		Include: []ecstypes.ClusterField{
			ecstypes.ClusterFieldAttachments, ecstypes.ClusterFieldConfigurations,
			ecstypes.ClusterFieldSettings, ecstypes.ClusterFieldTags,
		},
	})
	if awsapi.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking up cluster %s: %w", ref, err)
	}
	for _, f := range out.Failures {
		if reason := aws.ToString(f.Reason); reason != "MISSING" {
			return nil, fmt.Errorf("looking up cluster %s: AWS could not describe it: %s %s", ref, reason, aws.ToString(f.Detail))
		}
	}
	if len(out.Clusters) == 0 || aws.ToString(out.Clusters[0].Status) == statusInactive {
		return nil, nil
	}
	return &out.Clusters[0], nil
}

// look is find for a cluster that is expected to be there. ECS reads are
// eventually consistent: only what is missing twice is gone.
func (m manager) look(ctx context.Context, ref string) (*ecstypes.Cluster, error) {
	found, err := find(ctx, m.api, ref)
	if found != nil || err != nil || m.clock.Sleep(ctx, pollInterval) != nil {
		return found, err
	}
	return find(ctx, m.api, ref)
}

// create creates a cluster whose name was free a moment ago. Where the
// response got lost, a cluster that is there now is the one that was asked
// for.
func (m manager) create(ctx context.Context, in *ecs.CreateClusterInput) (*ecstypes.Cluster, error) {
	out, err := m.api.CreateCluster(ctx, in)
	if err == nil {
		return out.Cluster, nil
	}
	if !awsapi.MayHaveTakenEffect(err) {
		return nil, err
	}
	// The call may have been stopped; the look must not be, or the cluster
	// would belong to nobody.
	look, cancel := context.WithTimeout(context.WithoutCancel(ctx), lostResponseTime)
	defer cancel()
	var found *ecstypes.Cluster
	lookErr := wait.Until(look, m.clock, wait.Every(pollInterval, lostResponseTime), "cluster "+aws.ToString(in.ClusterName)+" to appear", func(time.Duration) (bool, string, error) {
		var err error
		found, err = find(look, m.api, aws.ToString(in.ClusterName))
		return found != nil, "no such cluster", err
	})
	switch {
	case lookErr == nil:
		return found, nil
	case isA[*wait.Expired](lookErr):
		return nil, fmt.Errorf("no answer, and no such cluster %s later: %w", lostResponseTime, err)
	default:
		return nil, errors.Join(err, lookErr)
	}
}

// settle waits until a cluster is ACTIVE and its capacity providers are in
// place.
func (m manager) settle(ctx context.Context, ref string, timeout time.Duration) (*ecstypes.Cluster, error) {
	var c *ecstypes.Cluster
	err := wait.Until(ctx, m.clock, wait.Every(pollInterval, timeout), "cluster "+ref+" to be ACTIVE", func(time.Duration) (bool, string, error) {
		var err error
		c, err = find(ctx, m.api, ref)
		if err != nil {
			return false, "", err
		}
		if c == nil {
			return false, "no such cluster", nil
		}
		status, attachments := aws.ToString(c.Status), aws.ToString(c.AttachmentsStatus)
		seen := "status " + status
		if attachments != "" {
			seen += ", capacity providers " + attachments
		}
		if status == statusFailed || attachments == attachmentsFailed {
			return false, seen, fmt.Errorf("setting up the capacity providers of cluster %s failed: %s%s", ref, seen, attachmentReasons(c))
		}
		return status == statusActive && attachments != attachmentsUpdating, seen, nil
	})
	return c, err
}

// attachmentReasons lists what AWS says of the attachments that are not in
// order.
func attachmentReasons(c *ecstypes.Cluster) string {
	var b strings.Builder
	for _, a := range c.Attachments {
		for _, d := range a.Details {
			if aws.ToString(d.Name) == "statusReason" {
				fmt.Fprintf(&b, "; %s %s: %s", aws.ToString(a.Type), aws.ToString(a.Status), aws.ToString(d.Value))
			}
		}
	}
	return b.String()
}

// putCapacityProviders replaces providers and strategy. It waits for a change
// that is under way, and a short while for a provider that is still in use.
func (m manager) putCapacityProviders(ctx context.Context, in *ecs.PutClusterCapacityProvidersInput, timeout time.Duration) error {
	return m.insist(ctx, func() error {
		_, err := m.api.PutClusterCapacityProviders(ctx, in)
		return err
	}, func(err error) time.Duration {
		if isA[*ecstypes.UpdateInProgressException](err) {
			return timeout
		}
		if isA[*ecstypes.ResourceInUseException](err) {
			return min(releaseGrace, timeout)
		}
		return 0
	})
}

// remove deletes a cluster and waits until it is gone.
func (m manager) remove(ctx context.Context, ref string, timeout time.Duration) error {
	deadline := m.clock.Now().Add(timeout)
	err := m.insist(ctx, func() error {
		_, err := m.api.DeleteCluster(ctx, &ecs.DeleteClusterInput{Cluster: aws.String(ref)})
		if awsapi.IsNotFound(err) {
			return nil
		}
		return err
	}, func(err error) time.Duration {
		if isA[*ecstypes.UpdateInProgressException](err) {
			return timeout
		}
		if isReleasedSoon(err) {
			return min(releaseGrace, timeout)
		}
		return 0
	})
	if err != nil {
		return err
	}
	return wait.Until(ctx, m.clock, wait.Every(pollInterval, deadline.Sub(m.clock.Now())), "cluster "+ref+" to be INACTIVE", func(time.Duration) (bool, string, error) {
		c, err := find(ctx, m.api, ref)
		if c == nil || err != nil {
			return err == nil, "", err
		}
		return false, "status " + aws.ToString(c.Status), nil
	})
}

// isReleasedSoon reports whether AWS counts something in the cluster that may
// already be going.
func isReleasedSoon(err error) bool {
	return isA[*ecstypes.ClusterContainsTasksException](err) ||
		isA[*ecstypes.ClusterContainsServicesException](err) ||
		isA[*ecstypes.ClusterContainsContainerInstancesException](err)
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
