package tags

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Tagger changes the tags of an ECS resource.
type Tagger interface {
	TagResource(context.Context, *ecs.TagResourceInput) (*ecs.TagResourceOutput, error)
	UntagResource(context.Context, *ecs.UntagResourceInput) (*ecs.UntagResourceOutput, error)
}

// Update turns the tags before of the resource arn into the tags after (both
// values of tags_all), with no call where nothing differs. It removes before
// it sets, so that a full set of 50 can be exchanged. Both calls can be
// repeated.
func Update(ctx context.Context, api Tagger, arn string, before, after types.Map) error {
	set, remove := Diff(before, after)
	if len(remove) > 0 {
		_, err := api.UntagResource(ctx, &ecs.UntagResourceInput{ResourceArn: aws.String(arn), TagKeys: remove})
		if err != nil {
			return fmt.Errorf("removing tags of %s: %w", arn, err)
		}
	}
	if len(set) > 0 {
		_, err := api.TagResource(ctx, &ecs.TagResourceInput{ResourceArn: aws.String(arn), Tags: ToECS(set)})
		if err != nil {
			return fmt.Errorf("setting tags of %s: %w", arn, err)
		}
	}
	return nil
}
