package userdata

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// read is a document out of a configuration.
type read struct {
	document *nodeconfig.Document
	problems nodeconfig.Problems
	// given are the members that have a value.
	given []string
	// unknown tells that a member will have a value that is not known yet.
	unknown bool
}

// fromConfig takes the document out of the configuration of the data source. What is null is not given.
func fromConfig(root tftypes.Value) read {
	r := read{document: nodeconfig.Default()}
	for _, f := range nodeconfig.Fields() {
		if fixed(f.Path) {
			continue
		}
		value, known := at(root, strings.Split(f.Path, "."))
		switch {
		case !known || !value.IsFullyKnown():
			r.unknown = true
		case !value.IsNull():
			r.set(f, value)
		}
	}
	return r
}

// at looks a value up, and tells whether it can be said what it is.
func at(v tftypes.Value, path []string) (found tftypes.Value, known bool) {
	for _, name := range path {
		if !v.IsKnown() {
			return v, false
		}
		if v.IsNull() {
			return v, true
		}
		var members map[string]tftypes.Value
		if err := v.As(&members); err != nil {
			return v, false
		}
		v = members[name]
	}
	return v, true
}

func (r *read) set(f nodeconfig.Field, value tftypes.Value) {
	plain, err := toPlain(f, value)
	if err == nil {
		err = r.document.Set(f.Path, plain, nodeconfig.Origin{Source: nodeconfig.FromDocument, Name: "configuration"})
	}
	if err != nil {
		message, remedy, _ := strings.Cut(err.Error(), "; ")
		r.problems = append(r.problems, nodeconfig.Problem{Document: "configuration", Path: f.Path, Message: message, Remedy: remedy})
		return
	}
	r.given = append(r.given, f.Path)
}

// toPlain turns Terraform's value into the document's. Its error reads on from the member's path.
func toPlain(f nodeconfig.Field, v tftypes.Value) (any, error) {
	switch f.Type {
	case nodeconfig.TypeBool:
		return toBool(v)
	case nodeconfig.TypeInt:
		return toInt(v)
	case nodeconfig.TypeDuration:
		return toDuration(v)
	case nodeconfig.TypeStrings:
		return toList(v, toString)
	case nodeconfig.TypeInts:
		return toList(v, toInt)
	case nodeconfig.TypeMap:
		return toMap(v)
	case nodeconfig.TypeString:
	}
	return toString(v)
}

func toBool(v tftypes.Value) (b bool, err error) {
	err = v.As(&b)
	return b, err
}

func toString(v tftypes.Value) (s string, err error) {
	if v.IsNull() {
		return "", fmt.Errorf("has a null in it; remove it")
	}
	err = v.As(&s)
	return s, err
}

func toInt(v tftypes.Value) (int, error) {
	if v.IsNull() {
		return 0, fmt.Errorf("has a null in it; remove it")
	}
	var n big.Float
	if err := v.As(&n); err != nil {
		return 0, err
	}
	i, exact := n.Int64()
	if exact != big.Exact || int64(int32(i)) != i {
		return 0, fmt.Errorf("is not a whole number, or too large; write a smaller one")
	}
	return int(i), nil
}

func toDuration(v tftypes.Value) (time.Duration, error) {
	s, err := toString(v)
	if err != nil {
		return 0, err
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		// The parser's own words quote the value.
		return 0, fmt.Errorf("is not a duration; write one such as 90s, 5m or 1h30m")
	}
	return d, nil
}

func toList[T any](v tftypes.Value, item func(tftypes.Value) (T, error)) ([]T, error) {
	var values []tftypes.Value
	if err := v.As(&values); err != nil {
		return nil, err
	}
	plain := make([]T, len(values))
	for i, value := range values {
		var err error
		if plain[i], err = item(value); err != nil {
			return nil, err
		}
	}
	return plain, nil
}

func toMap(v tftypes.Value) (map[string]string, error) {
	var values map[string]tftypes.Value
	if err := v.As(&values); err != nil {
		return nil, err
	}
	plain := make(map[string]string, len(values))
	for key, value := range values {
		var err error
		if plain[key], err = toString(value); err != nil {
			return nil, err
		}
	}
	return plain, nil
}
