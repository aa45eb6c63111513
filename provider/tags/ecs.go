package tags

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// ToECS returns tags as the ECS API takes them, ordered by key; nil for none.
func ToECS(tags map[string]string) []ecstypes.Tag {
	var out []ecstypes.Tag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, ecstypes.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return out
}

// FromECS returns the tags that the ECS API reports.
func FromECS(tags []ecstypes.Tag) map[string]string {
	out := make(map[string]string, len(tags))
	for _, tag := range tags {
		out[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return out
}
