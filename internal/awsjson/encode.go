package awsjson

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sort"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
)

// Encode writes one of the SDK's types as compact JSON, the way the SDK sends
// it but with all members and keys in the order of their names, so that equal
// values give equal text.
func Encode(v smithy.Serializable) ([]byte, error) {
	wire, err := serialize(v)
	if err != nil {
		return nil, fmt.Errorf("unable to encode as JSON: %w", err)
	}
	d, err := Parse(wire)
	if err != nil {
		return nil, fmt.Errorf("unable to encode as JSON: %w", err)
	}
	return d.appendSorted(make([]byte, 0, len(wire)), 0), nil
}

// serialize asks the SDK for the body that it would send. The SDK exports no
// serializer, only the protocol that uses it; the operation here is a stand-in
// for one, of which the body takes nothing.
func serialize(v smithy.Serializable) ([]byte, error) {
	service := smithy.NewServiceSchema(standIn("Service", smithy.ShapeTypeService), "")
	operation := smithy.NewOperationSchema(
		standIn("Operation", smithy.ShapeTypeOperation), standIn("Input", smithy.ShapeTypeStructure), nil)
	request := &smithyhttp.Request{Request: &http.Request{URL: &url.URL{}, Header: http.Header{}}}
	if err := awsjson.New11(service).SerializeRequest(context.Background(), operation, v, request); err != nil {
		return nil, err
	}
	return io.ReadAll(request.GetStream())
}

func standIn(name string, t smithy.ShapeType) *smithy.Schema {
	return smithy.NewSchema(smithy.ShapeID{Namespace: "awsjson", Name: name}, t, 0)
}

// appendSorted writes a node of a compact document, members by name.
func (d *Document) appendSorted(to []byte, at int) []byte {
	n := d.nodes[at]
	if n.kind != kindObject && n.kind != kindList {
		return append(to, d.text[n.at:n.end]...)
	}
	var held []int
	for c := at + 1; c < n.after; c = d.nodes[c].after {
		held = append(held, c)
	}
	if n.kind == kindObject {
		sort.Slice(held, func(i, j int) bool { return d.nodes[held[i]].key < d.nodes[held[j]].key })
	}
	to = append(to, d.text[n.at])
	for i, c := range held {
		if i > 0 {
			to = append(to, ',')
		}
		if keyAt := d.nodes[c].keyAt; keyAt >= 0 {
			to = append(to, d.text[keyAt:d.nodes[c].at]...)
		}
		to = d.appendSorted(to, c)
	}
	return append(to, d.text[n.end-1])
}
