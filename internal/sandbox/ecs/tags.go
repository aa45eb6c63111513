package ecs

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	api "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/schemas"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// The limits of tags (API reference, Tag).
const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

// tagText is what keys and values may consist of (API reference, Tag).
var tagText = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

func readTagResource(in *api.TagResourceInput) input {
	return input{schemas.TagResourceRequest, awsjson.Fields{
		schemas.TagResourceRequest_resourceArn: awsjson.Text(&in.ResourceArn),
		schemas.TagResourceRequest_tags:        awsjson.Structures(&in.Tags),
	}}
}

// tagResource adds tags and replaces those of the same key.
func (w *world) tagResource(_ wire.Request, in *api.TagResourceInput) (smithy.Serializable, error) {
	tags, err := w.activeTagsOf(valueOf(in.ResourceArn))
	if err != nil {
		return nil, err
	}
	merged := slices.Clone(*tags)
	for _, t := range in.Tags {
		same := func(old types.Tag) bool { return valueOf(old.Key) == valueOf(t.Key) }
		if at := slices.IndexFunc(merged, same); at >= 0 {
			merged[at] = t
		} else {
			merged = append(merged, t)
		}
	}
	if err := firstError(checkTags(in.Tags), checkTags(merged)); err != nil {
		return nil, err
	}
	*tags = merged
	return &api.TagResourceOutput{}, nil
}

func readUntagResource(in *api.UntagResourceInput) input {
	return input{schemas.UntagResourceRequest, awsjson.Fields{
		schemas.UntagResourceRequest_resourceArn: awsjson.Text(&in.ResourceArn),
		schemas.UntagResourceRequest_tagKeys:     awsjson.Texts(&in.TagKeys),
	}}
}

// untagResource takes tags away; a key that is not there is no error.
func (w *world) untagResource(_ wire.Request, in *api.UntagResourceInput) (smithy.Serializable, error) {
	tags, err := w.activeTagsOf(valueOf(in.ResourceArn))
	if err != nil {
		return nil, err
	}
	*tags = slices.DeleteFunc(slices.Clone(*tags), func(t types.Tag) bool {
		return slices.Contains(in.TagKeys, valueOf(t.Key))
	})
	return &api.UntagResourceOutput{}, nil
}

func readListTagsForResource(in *api.ListTagsForResourceInput) input {
	return input{schemas.ListTagsForResourceRequest, awsjson.Fields{
		schemas.ListTagsForResourceRequest_resourceArn: awsjson.Text(&in.ResourceArn),
	}}
}

func (w *world) listTagsForResource(r wire.Request, in *api.ListTagsForResourceInput) (smithy.Serializable, error) {
	tags, _, err := w.tagsOf(valueOf(in.ResourceArn))
	if err != nil {
		return nil, err
	}
	if r.Missing {
		return nil, wire.Errorf(resourceNotFound, "The specified resource was not found.")
	}
	return &api.ListTagsForResourceOutput{Tags: orEmpty(*tags)}, nil
}

// tagsOf returns where a resource's tags are kept, and whether the resource is
// ACTIVE.
func (w *world) tagsOf(arn string) (tags *[]types.Tag, isActive bool, err error) {
	if called, ok := strings.CutPrefix(arn, w.arn("cluster/")); ok {
		c := w.clusters[called]
		if c == nil {
			return nil, false, wire.Errorf(clusterNotFound, "Cluster not found.")
		}
		return &c.Tags, c.active(), nil
	}
	if key, ok := strings.CutPrefix(arn, w.arn("task-definition/")); ok {
		at, ok := parsePosition(key)
		f := w.families[at.family]
		if !ok || f == nil || at.revision > len(f.revisions) {
			return nil, false, wire.Errorf(resourceNotFound, "The specified task definition was not found.")
		}
		rev := f.revisions[at.revision-1]
		return &rev.tags, rev.Status == types.TaskDefinitionStatusActive, nil
	}
	for _, c := range w.clusters {
		if t := c.findTask(arn); t != nil && t.arn == arn {
			return &t.tags, !t.stopped(), nil
		}
		if i := c.findInstance(arn); i != nil && i.arn == arn {
			return &i.tags, i.status != inactive, nil
		}
	}
	if strings.HasPrefix(arn, w.arn("task/")) || strings.HasPrefix(arn, w.arn("container-instance/")) {
		return nil, false, wire.Errorf(resourceNotFound, "The specified resource was not found.")
	}
	return nil, false, invalidf("The specified ARN is invalid, or is of a resource in another account or region.")
}

// activeTagsOf is tagsOf for a call that changes tags, which ECS allows on
// what is ACTIVE only. That it does so for task definitions too is assumed.
func (w *world) activeTagsOf(arn string) (*[]types.Tag, error) {
	tags, isActive, err := w.tagsOf(arn)
	if err != nil {
		return nil, err
	}
	if !isActive {
		return nil, invalidf("The specified resource is inactive. Specify an active resource and try again.")
	}
	return tags, nil
}

// checkTags checks tags that a caller sent. The rules are those of the API
// reference, most texts are assumed.
func checkTags(tags []types.Tag) error {
	if len(tags) > maxTags {
		return invalidf("The number of tags exceeds the limit of %d.", maxTags)
	}
	seen := map[string]bool{}
	for _, t := range tags {
		key, value := valueOf(t.Key), valueOf(t.Value)
		switch {
		case key == "":
			return invalidf("Tag key can not be blank.")
		case utf8.RuneCountInString(key) > maxTagKey:
			return invalidf("Tag keys can have at most %d characters.", maxTagKey)
		case utf8.RuneCountInString(value) > maxTagValue:
			return invalidf("Tag values can have at most %d characters.", maxTagValue)
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return invalidf("Tag keys can not start with the reserved prefix aws:.")
		case !tagText.MatchString(key) || !tagText.MatchString(value):
			return invalidf("Some tags contain invalid characters. Valid characters: UTF-8 letters, spaces, numbers and _ . / = + - : @.")
		case seen[key]:
			return invalidf("Tag keys must be unique.")
		}
		seen[key] = true
	}
	return nil
}
