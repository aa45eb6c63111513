package userdata

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

// ErrDocument and ErrOptions tell which argument of the function is to blame.
var (
	ErrDocument = errors.New("document")
	ErrOptions  = errors.New("options")
)

// FromValues renders user data from a document, which is an object with the members of a NodeConfig or one in YAML or
// JSON, and the options form, launch_agent, operating_system_family, persist and region, of which all may be missing. The
// error wraps [ErrDocument] or [ErrOptions] and holds no value of the document.
func FromValues(ctx context.Context, document attr.Value, with attr.Value) (string, error) {
	d, err := documentOf(ctx, document)
	if err != nil {
		return "", &argumentError{ErrDocument, err}
	}
	o, err := optionsFrom(ctx, with)
	if err != nil {
		return "", &argumentError{ErrOptions, err}
	}
	text, err := userdata.Render(o.request(d, o.region))
	if err != nil {
		return "", &argumentError{blamed(err), withoutPlace(err)}
	}
	return string(text), nil
}

// argumentError is what is wrong with an argument.
type argumentError struct{ argument, cause error }

func (e *argumentError) Error() string   { return e.cause.Error() }
func (e *argumentError) Unwrap() []error { return []error{e.argument, e.cause} }

// blamed tells by the first problem's path which argument to blame.
func blamed(err error) error {
	problems, ok := errors.AsType[nodeconfig.Problems](err)
	if ok && slices.Contains(optionNames(), problems[0].Path) && problems[0].Path != "region" {
		return ErrOptions
	}
	return ErrDocument
}

// optionNames are the options of the function, in the order in which errors list them.
func optionNames() []string {
	return []string{"form", "launch_agent", "operating_system_family", "persist", "region"}
}

// optionsFrom reads the options out of an object.
func optionsFrom(ctx context.Context, value attr.Value) (options, error) {
	if value == nil || value.IsNull() {
		return options{}, nil
	}
	v, err := value.ToTerraformValue(ctx)
	if err != nil {
		return options{}, err
	}
	var given map[string]tftypes.Value
	if v.As(&given) != nil {
		return options{}, fmt.Errorf("the options are not an object; write { form = \"yaml\" }")
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		want := tftypes.Type(tftypes.String)
		if name == "persist" {
			want = tftypes.Bool
		}
		switch {
		case !slices.Contains(optionNames(), name):
			return options{}, fmt.Errorf("there is no option %q; the options are %s", name, strings.Join(optionNames(), ", "))
		case !given[name].IsNull() && !given[name].Type().Is(want):
			return options{}, fmt.Errorf("%s is not a %s; write it as one", name, map[bool]string{true: "bool", false: "string"}[name == "persist"])
		}
	}
	return optionsOf(given), nil
}

// documentOf reads a NodeConfig from a text, or from an object by way of JSON, so that one decoder is the judge of both.
func documentOf(ctx context.Context, value attr.Value) (*nodeconfig.Document, error) {
	if value == nil || value.IsNull() {
		return nil, fmt.Errorf("the document is null; give an object, or a NodeConfig in YAML or JSON")
	}
	v, err := value.ToTerraformValue(ctx)
	if err != nil {
		return nil, err
	}
	if v.Type().Is(tftypes.String) {
		text, err := toString(v)
		if err != nil {
			return nil, err
		}
		return nodeconfig.Parse([]byte(text), "document")
	}
	var object map[string]tftypes.Value
	if err := v.As(&object); err != nil {
		return nil, fmt.Errorf("the document is neither an object nor a text; give an object, or a NodeConfig in YAML or JSON")
	}
	plain, err := toJSON(v)
	if err != nil {
		return nil, err
	}
	members, ok := plain.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the document is not an object; give an object, or a NodeConfig in YAML or JSON")
	}
	for name, value := range map[string]string{"apiVersion": nodeconfig.APIVersion, "kind": nodeconfig.Kind} {
		if _, given := members[name]; !given {
			members[name] = value
		}
	}
	text, err := json.Marshal(members)
	if err != nil {
		return nil, fmt.Errorf("writing the document as JSON: %w", err)
	}
	d, err := nodeconfig.Parse(text, "document")
	return d, withoutPlace(err)
}

// withoutPlace says problems without lines and columns, which are those of a text that the user has never seen.
func withoutPlace(err error) error {
	problems, ok := errors.AsType[nodeconfig.Problems](err)
	if !ok {
		return err
	}
	lines := make([]string, len(problems))
	for i, p := range problems {
		subject := p.Path
		if subject == "" {
			subject = "the user data"
		}
		lines[i] = subject + " " + p.Message
		if p.Remedy != "" {
			lines[i] += "; " + p.Remedy
		}
	}
	return errors.New(strings.Join(lines, "\n"))
}

// toJSON turns a value of any type into what encoding/json writes. A null member is as good as none.
func toJSON(v tftypes.Value) (any, error) {
	switch {
	case v.IsNull():
		return nil, nil
	case v.Type().Is(tftypes.String):
		return toString(v)
	case v.Type().Is(tftypes.Bool):
		return toBool(v)
	case v.Type().Is(tftypes.Number):
		var n big.Float
		err := v.As(&n)
		return json.Number(n.Text('f', -1)), err
	}
	var members map[string]tftypes.Value
	if v.As(&members) == nil {
		object := map[string]any{}
		for name, member := range members {
			plain, err := toJSON(member)
			if err != nil {
				return nil, err
			}
			object[name] = plain
		}
		return object, nil
	}
	var items []tftypes.Value
	if err := v.As(&items); err != nil {
		return nil, fmt.Errorf("the document has a value of a type that JSON does not have; remove it")
	}
	list := make([]any, len(items))
	for i, item := range items {
		plain, err := toJSON(item)
		if err != nil {
			return nil, err
		}
		list[i] = plain
	}
	return list, nil
}
