package awsjson

import "github.com/aws/smithy-go"

// Fields reads a structure that the SDK's types can write but not read, as the
// inputs of operations: it holds a reader for each member. Members without a
// reader are skipped.
type Fields map[*smithy.Schema]Field

// Field reads the value of one member.
type Field func(d smithy.ShapeDeserializer, member *smithy.Schema) error

// Read reads the structure that schema describes.
func (f Fields) Read(d smithy.ShapeDeserializer, schema *smithy.Schema) error {
	return smithy.ReadStruct(d, schema, func(member *smithy.Schema) error {
		if read := f[member]; read != nil {
			return read(d, member)
		}
		return nil
	})
}

// Text reads a string.
func Text(to **string) Field {
	return func(d smithy.ShapeDeserializer, s *smithy.Schema) error {
		*to = new(string)
		return d.ReadString(s, *to)
	}
}

// Enum reads a string of a named type.
func Enum[E ~string](to *E) Field {
	return func(d smithy.ShapeDeserializer, s *smithy.Schema) error {
		var v string
		err := d.ReadString(s, &v)
		*to = E(v)
		return err
	}
}

// Number reads an integer.
func Number(to **int32) Field {
	return func(d smithy.ShapeDeserializer, s *smithy.Schema) error {
		*to = new(int32)
		return d.ReadInt32(s, *to)
	}
}

// PlainNumber reads an integer that is 0 if absent.
func PlainNumber(to *int32) Field {
	return func(d smithy.ShapeDeserializer, s *smithy.Schema) error {
		return d.ReadInt32(s, to)
	}
}

// Flag reads a boolean.
func Flag(to **bool) Field {
	return func(d smithy.ShapeDeserializer, s *smithy.Schema) error {
		*to = new(bool)
		return d.ReadBool(s, *to)
	}
}

// PlainFlag reads a boolean that is false if absent.
func PlainFlag(to *bool) Field {
	return func(d smithy.ShapeDeserializer, s *smithy.Schema) error {
		return d.ReadBool(s, to)
	}
}

// Texts reads a list of strings; an empty one is not nil.
func Texts[E ~string](to *[]E) Field {
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

// Structure reads a structure.
func Structure[T any, P readable[T]](to *P) Field {
	return func(d smithy.ShapeDeserializer, _ *smithy.Schema) error {
		*to = new(T)
		return (*to).Deserialize(d)
	}
}

// Structures reads a list of structures; an empty one is not nil.
func Structures[T any, P readable[T]](to *[]T) Field {
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
