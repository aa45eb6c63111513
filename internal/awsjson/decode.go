package awsjson

import (
	"fmt"

	"github.com/aws/smithy-go"
)

// Options are how strictly a document is read. The zero value is the strictest.
type Options struct {
	// UnknownMember decides what a member means that the schema does not know:
	// it returns the problem's message, or "" to skip the member. If it is nil,
	// every such member is a problem with UnknownMember.Message as its text.
	UnknownMember func(in UnknownMember) string
}

// IgnoreUnknown skips every unknown member, as AWS does with requests. Use it
// as Options.UnknownMember.
func IgnoreUnknown(UnknownMember) string { return "" }

// Decode reads a document into v, one of the SDK's types, strictly by its
// schema. A null is read as if the member, item or entry were not there.
//
// If the document is at fault, the error is a Problems, and v holds what could
// be read. The Document is nil only if the text is no JSON.
func Decode(src []byte, v smithy.Deserializable, opts Options) (*Document, error) {
	return DecodeFunc(src, opts, v.Deserialize)
}

// DecodeFunc is Decode for what has a schema but no Deserialize, such as the
// SDK's operation inputs: read calls smithy.ReadStruct itself. An error of
// read that is not about the document is returned as it is, wrapped.
func DecodeFunc(src []byte, opts Options, read func(smithy.ShapeDeserializer) error) (*Document, error) {
	d, err := Parse(src)
	if err != nil {
		return nil, err
	}
	return d, d.Decode(opts, read)
}

// Decode reads the parsed document, see DecodeFunc.
func (d *Document) Decode(opts Options, read func(smithy.ShapeDeserializer) error) error {
	r := reader{doc: d, opts: opts, unread: true}
	err := read(&r)
	if len(r.found) > 0 {
		return r.problems()
	}
	if err != nil {
		return fmt.Errorf("unable to decode the document: %w", err)
	}
	return nil
}
