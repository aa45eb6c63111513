package ecs

import (
	"github.com/aws/smithy-go"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// input says how to read the input of an operation, which the SDK's types can
// write but not read.
type input struct {
	schema *smithy.Schema
	fields awsjson.Fields
}

// decode reads a request's body. Like AWS, it skips members that it does not
// know.
func decode(body []byte, in input) error {
	_, err := awsjson.DecodeFunc(body, awsjson.Options{UnknownMember: awsjson.IgnoreUnknown},
		func(d smithy.ShapeDeserializer) error {
			return in.fields.Read(d, in.schema)
		})
	if err != nil {
		return wire.Errorf("SerializationException", "%s", err)
	}
	return nil
}
