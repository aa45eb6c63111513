package ecs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/schemas"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// maxPutAttributes is how many attributes one PutAttributes call takes (API
// reference).
const maxPutAttributes = 10

func readPutAttributes(in *api.PutAttributesInput) input {
	return input{schemas.PutAttributesRequest, awsjson.Fields{
		schemas.PutAttributesRequest_attributes: awsjson.Structures(&in.Attributes),
		schemas.PutAttributesRequest_cluster:    awsjson.Text(&in.Cluster),
	}}
}

// putAttributes sets attributes of container instances. Nothing is set unless
// every one can be.
func (w *world) putAttributes(_ wire.Request, in *api.PutAttributesInput) (smithy.Serializable, error) {
	c, err := w.activeCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	if n := len(in.Attributes); n == 0 || n > maxPutAttributes {
		return nil, invalidf("attributes should have between 1 and %d items.", maxPutAttributes)
	}
	targets := make([]*containerInstance, 0, len(in.Attributes))
	for _, a := range in.Attributes {
		i := c.findInstance(valueOf(a.TargetId))
		switch {
		case i == nil || i.status == inactive:
			return nil, wire.Errorf(targetNotFound, "The specified target %s was not found.", valueOf(a.TargetId))
		case valueOf(a.Name) == "":
			return nil, invalidf("Attribute name can not be blank.")
		}
		targets = append(targets, i)
	}
	out := &api.PutAttributesOutput{Attributes: []types.Attribute{}}
	for n, a := range in.Attributes {
		targets[n].setAttribute(attribute(*a.Name, valueOf(a.Value)))
		out.Attributes = append(out.Attributes, a)
	}
	return out, nil
}

func readListAttributes(in *api.ListAttributesInput) input {
	return input{schemas.ListAttributesRequest, awsjson.Fields{
		schemas.ListAttributesRequest_attributeName:  awsjson.Text(&in.AttributeName),
		schemas.ListAttributesRequest_attributeValue: awsjson.Text(&in.AttributeValue),
		schemas.ListAttributesRequest_cluster:        awsjson.Text(&in.Cluster),
		schemas.ListAttributesRequest_maxResults:     awsjson.Number(&in.MaxResults),
		schemas.ListAttributesRequest_nextToken:      awsjson.Text(&in.NextToken),
		schemas.ListAttributesRequest_targetType:     awsjson.Enum(&in.TargetType),
	}}
}

// listAttributes lists attributes with their instances, by name and then by
// instance.
func (w *world) listAttributes(r wire.Request, in *api.ListAttributesInput) (smithy.Serializable, error) {
	c, err := w.activeCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	if in.TargetType != types.TargetTypeContainerInstance {
		return nil, invalidf("targetType should be one of [container-instance]")
	}
	if in.AttributeValue != nil && in.AttributeName == nil {
		return nil, invalidf("attributeName must be specified with attributeValue.")
	}
	byKey := map[string]types.Attribute{}
	var keys []string
	for _, i := range c.registeredInstances() {
		for _, a := range i.attributes {
			if in.AttributeName != nil && *a.Name != *in.AttributeName || in.AttributeValue != nil && valueOf(a.Value) != *in.AttributeValue || r.Missing {
				continue
			}
			a.TargetId, a.TargetType = aws.String(i.arn), types.TargetTypeContainerInstance
			key := *a.Name + " " + i.id
			byKey[key] = a
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	page, next, err := pageOfNames(keys, in.NextToken, valueOf(in.MaxResults))
	if err != nil {
		return nil, err
	}
	out := &api.ListAttributesOutput{Attributes: []types.Attribute{}, NextToken: next}
	for _, key := range page {
		out.Attributes = append(out.Attributes, byKey[key])
	}
	return out, nil
}
