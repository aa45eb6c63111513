package taskdefinition

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// taskDefinitions are the calls that registering and looking up take.
type taskDefinitions interface {
	RegisterTaskDefinition(context.Context, *ecs.RegisterTaskDefinitionInput) (*ecs.RegisterTaskDefinitionOutput, error)
	DescribeTaskDefinition(context.Context, *ecs.DescribeTaskDefinitionInput) (*ecs.DescribeTaskDefinitionOutput, error)
	DeregisterTaskDefinition(context.Context, *ecs.DeregisterTaskDefinitionInput) (*ecs.DeregisterTaskDefinitionOutput, error)
}

const (
	// registerAttempts bounds how often a registration is sent whose
	// response got lost each time.
	registerAttempts = 3
	// lostResponsePause is the time between two looks for a revision that a
	// lost response may have announced; ECS reads are eventually consistent.
	lostResponsePause = 2 * time.Second
	// lostResponseTime bounds the look for such a revision.
	lostResponseTime = 30 * time.Second
)

// registrar registers revisions without losing or doubling one.
type registrar struct {
	api   taskDefinitions
	clock wait.Clock
}

// latest returns the family's newest ACTIVE revision, or nil if it has none.
func (r registrar) latest(ctx context.Context, family string) (*ecstypes.TaskDefinition, error) {
	out, err := r.api.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String(family)})
	if awsapi.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking up the latest revision of family %s: %w", family, err)
	}
	return out.TaskDefinition, nil
}

// register registers a revision of a family whose newest ACTIVE one is
// before, or nil. RegisterTaskDefinition takes no idempotency token: where the
// response got lost, the family's latest revision tells whether the call took
// effect before it is sent again.
func (r registrar) register(ctx context.Context, in *ecs.RegisterTaskDefinitionInput, before *ecstypes.TaskDefinition) (*ecstypes.TaskDefinition, error) {
	for attempt := 1; ; attempt++ {
		out, err := r.api.RegisterTaskDefinition(ctx, in)
		if err == nil {
			return out.TaskDefinition, nil
		}
		if !awsapi.MayHaveTakenEffect(err) {
			return nil, err
		}
		registered, lookErr := r.find(ctx, in, before)
		if lookErr != nil {
			return nil, errors.Join(err, lookErr)
		}
		if registered != nil {
			return registered, nil
		}
		if ctx.Err() != nil {
			return nil, err
		}
		if attempt == registerAttempts {
			return nil, fmt.Errorf("no answer to %d calls, and the family has no new revision: %w", attempt, err)
		}
	}
}

// find looks twice for a revision newer than before that is what in asks for.
// The registration may have been stopped; the look must not be, or the
// revision would belong to nobody.
func (r registrar) find(ctx context.Context, in *ecs.RegisterTaskDefinitionInput, before *ecstypes.TaskDefinition) (*ecstypes.TaskDefinition, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lostResponseTime)
	defer cancel()
	for look := 1; ; look++ {
		latest, err := r.latest(ctx, aws.ToString(in.Family))
		if err != nil {
			return nil, err
		}
		if latest != nil && (before == nil || latest.Revision > before.Revision) &&
			taskdef.Equal(in, taskdef.FromTaskDefinition(latest)) {
			return latest, nil
		}
		if look == 2 {
			return nil, nil
		}
		if err := r.clock.Sleep(ctx, lostResponsePause); err != nil {
			return nil, err
		}
	}
}

// deregister makes a revision INACTIVE; one that already is, or is gone, is
// no error.
func (r registrar) deregister(ctx context.Context, arn string) error {
	_, err := r.api.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: aws.String(arn)})
	if err == nil || awsapi.IsNotFound(err) {
		return nil
	}
	out, lookErr := r.api.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String(arn)})
	if awsapi.IsNotFound(lookErr) || lookErr == nil && out.TaskDefinition.Status != ecstypes.TaskDefinitionStatusActive {
		return nil
	}
	return fmt.Errorf("deregistering %s: %w", arn, err)
}
