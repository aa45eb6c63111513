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
	fields fields
}

// fields holds a reader for each member of a structure.
type fields map[*smithy.Schema]field

// field reads one member.
type field func(d smithy.ShapeDeserializer, s *smithy.Schema) error

// decode reads a request's body. Like AWS, it skips members that it does not
// know.
func decode(body []byte, in input) error {
	_, err := awsjson.DecodeFunc(body, awsjson.Options{UnknownMember: awsjson.IgnoreUnknown},
		func(d smithy.ShapeDeserializer) error {
			return smithy.ReadStruct(d, in.schema, func(member *smithy.Schema) error {
				if read := in.fields[member]; read != nil {
					return read(d, member)
				}
				return nil
			})
		})
	if err != nil {
		return wire.Errorf("SerializationException", "%s", err)
	}
	return nil
}

// text reads a string.
func text(to **string) field {
	return func(d smithy.ShapeDeserializer, s *smithy.Schema) error {
		*to = new(string)
		return d.ReadString(s, *to)
	}
}

// enum reads a string of a named type.
func enum[E ~string](to *E) field {
	return func(d smithy.ShapeDeserializer, s *smithy.Schema) error {
		var v string
		err := d.ReadString(s, &v)
		*to = E(v)
		return err
	}
}

// number reads an integer.
func number(to **int32) field {
	return func(d smithy.ShapeDeserializer, s *smithy.Schema) error {
		*to = new(int32)
		return d.ReadInt32(s, *to)
	}
}

// plainNumber reads an integer that is 0 if absent.
func plainNumber(to *int32) field {
	return func(d smithy.ShapeDeserializer, s *smithy.Schema) error {
		return d.ReadInt32(s, to)
	}
}

// flag reads a boolean.
func flag(to **bool) field {
	return func(d smithy.ShapeDeserializer, s *smithy.Schema) error {
		*to = new(bool)
		return d.ReadBool(s, *to)
	}
}

// plainFlag reads a boolean that is false if absent.
func plainFlag(to *bool) field {
	return func(d smithy.ShapeDeserializer, s *smithy.Schema) error {
		return d.ReadBool(s, to)
	}
}

// texts reads a list of strings.
func texts[E ~string](to *[]E) field {
	return func(d smithy.ShapeDeserializer, s *smithy.Schema) error {
		*to = []E{}
		return smithy.ReadList(d, s, func() error {
			var v string
			err := d.ReadString(s.ListMember(), &v)
			*to = append(*to, E(v))
			return err
		})
	}
}

// readable is a pointer to a type that the SDK can read.
type readable[T any] interface {
	*T
	smithy.Deserializable
}

// structure reads a structure.
func structure[T any, P readable[T]](to *P) field {
	return func(d smithy.ShapeDeserializer, _ *smithy.Schema) error {
		*to = new(T)
		return (*to).Deserialize(d)
	}
}

// structures reads a list of structures.
func structures[T any, P readable[T]](to *[]T) field {
	return func(d smithy.ShapeDeserializer, s *smithy.Schema) error {
		*to = []T{}
		return smithy.ReadList(d, s, func() error {
			var v T
			err := P(&v).Deserialize(d)
			*to = append(*to, v)
			return err
		})
	}
}
