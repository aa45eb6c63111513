package awsapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// Tags are the calls on the tags of an ECS resource, named by its ARN.
type Tags struct {
	tag   call[ecs.TagResourceInput, ecs.TagResourceOutput]
	untag call[ecs.UntagResourceInput, ecs.UntagResourceOutput]
	list  call[ecs.ListTagsForResourceInput, ecs.ListTagsForResourceOutput]
}

func newTags(c *ecs.Client) *Tags {
	return &Tags{
		tag:   c.TagResource,
		untag: c.UntagResource,
		list:  c.ListTagsForResource,
	}
}

// TagResource sets tags; those it does not name stay.
func (t *Tags) TagResource(ctx context.Context, in *ecs.TagResourceInput) (*ecs.TagResourceOutput, error) {
	return t.tag(ctx, in)
}

// UntagResource removes tags by their keys.
func (t *Tags) UntagResource(ctx context.Context, in *ecs.UntagResourceInput) (*ecs.UntagResourceOutput, error) {
	return t.untag(ctx, in)
}

// ListTagsForResource lists all tags, those of AWS itself (aws:) included.
func (t *Tags) ListTagsForResource(ctx context.Context, in *ecs.ListTagsForResourceInput) (*ecs.ListTagsForResourceOutput, error) {
	return t.list(ctx, in)
}
