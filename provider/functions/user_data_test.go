package functions_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/provider/functions"
)

// value is what Terraform makes of a literal, which is given as JSON.
func value(t *testing.T, literal string) attr.Value {
	t.Helper()
	var plain any
	if err := json.Unmarshal([]byte(literal), &plain); err != nil {
		t.Fatalf("%v in %s", err, literal)
	}
	return fromPlain(t, plain)
}

func fromPlain(t *testing.T, plain any) attr.Value {
	t.Helper()
	switch plain := plain.(type) {
	case string:
		return types.StringValue(plain)
	case bool:
		return types.BoolValue(plain)
	case float64:
		return types.NumberValue(big.NewFloat(plain))
	case []any:
		items, itemTypes := make([]attr.Value, len(plain)), make([]attr.Type, len(plain))
		for i, item := range plain {
			items[i] = fromPlain(t, item)
			itemTypes[i] = items[i].Type(t.Context())
		}
		return types.TupleValueMust(itemTypes, items)
	case map[string]any:
		members, memberTypes := map[string]attr.Value{}, map[string]attr.Type{}
		for name, member := range plain {
			members[name] = fromPlain(t, member)
			memberTypes[name] = members[name].Type(t.Context())
		}
		return types.ObjectValueMust(memberTypes, members)
	}
	return types.DynamicNull()
}

// userData calls the function with arguments in JSON.
func userData(t *testing.T, document string, options ...string) (string, *function.FuncError) {
	t.Helper()
	var called function.Function
	for _, constructor := range functions.All() {
		f := constructor()
		var metadata function.MetadataResponse
		if f.Metadata(t.Context(), function.MetadataRequest{}, &metadata); metadata.Name == "user_data" {
			called = f
		}
	}
	variadic, variadicTypes := make([]attr.Value, len(options)), make([]attr.Type, len(options))
	for i, o := range options {
		variadic[i], variadicTypes[i] = types.DynamicValue(value(t, o)), types.DynamicType
	}
	resp := function.RunResponse{Result: function.NewResultData(types.StringUnknown())}
	called.Run(t.Context(), function.RunRequest{Arguments: function.NewArgumentsData([]attr.Value{
		types.DynamicValue(value(t, document)), types.TupleValueMust(variadicTypes, variadic),
	})}, &resp)
	text, _ := resp.Result.Value().(types.String)
	return text.ValueString(), resp.Error
}

func TestUserDataOfObjectsAndTexts(t *testing.T) {
	t.Parallel()
	const object = `{"cluster": "prod", "region": null, "agent": {"reserved_memory_mib": 512, "tags": {"team": "shop"}, "gmsa": false}, "dns": {"servers": ["10.0.0.2"]}}`
	const document = "# apiVersion: bootstrap.ecs/v1\n# kind: NodeConfig\n# cluster: prod\n# agent:\n#   reserved_memory_mib: 512\n#   gmsa: false\n#   tags:\n#     team: shop\n# dns:\n#   servers: ['10.0.0.2']\n"
	whole := strings.Replace(object, "{", `{"apiVersion": "bootstrap.ecs/v1", "kind": "NodeConfig",`, 1)
	inQuotes, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	for name, given := range map[string]string{"an object": object, "a whole object": whole, "a text": string(inQuotes)} {
		text, failed := userData(t, given, `{"form": "yaml", "persist": true, "launch_agent": null, "region": "eu-central-1"}`)
		if failed != nil || !strings.Contains(text, document) || !strings.Contains(text, "frequency: always") {
			t.Errorf("%s: got %v\n%s", name, failed, text)
		}
	}
	if text, failed := userData(t, object); failed != nil || !strings.HasPrefix(text, "<script>\n") {
		t.Errorf("without options: got %v\n%s", failed, text)
	}
	const s3 = `{"cluster": "prod", "download": {"source": "s3", "location": "s3://tools/a.exe", "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}}`
	if text, failed := userData(t, s3, `{"region": "eu-central-1"}`); failed != nil || !strings.Contains(text, "https://tools.s3.eu-central-1.amazonaws.com/a.exe") {
		t.Errorf("a Region among the options: got %v\n%s", failed, text)
	}
}

func TestUserDataErrors(t *testing.T) {
	t.Parallel()
	const prod = `{"cluster": "prod"}`
	for name, c := range map[string]struct {
		document string
		options  []string
		argument int64
		says     string
	}{
		"an unknown member":    {`{"cluster": "prod", "agent": {"log_levl": "info"}}`, nil, 0, "agent.log_levl is not a member of agent; did you mean log_level?"},
		"another type":         {`{"cluster": "prod", "agent": {"gmsa": [true]}}`, nil, 0, "agent.gmsa is a list, not a boolean; write true or false, without quotes"},
		"a fraction":           {`{"cluster": "prod", "agent": {"reserved_memory_mib": 1.5}}`, nil, 0, "agent.reserved_memory_mib is a number or date, not a whole number"},
		"a list for an object": {`["prod"]`, nil, 0, "the document is neither an object nor a text"},
		"a number":             {`1`, nil, 0, "the document is neither an object nor a text"},
		"null":                 {`null`, nil, 0, "the document is null"},
		"a line of YAML":       {`"apiVersion: bootstrap.ecs/v1\nkind: NodeConfig\n"`, nil, 0, "document: cluster: is missing"},
		"a place in YAML":      {`"apiVersion: bootstrap.ecs/v1\nkind: NodeConfig\ncluster: prod\nagent:\n  gmsa: 1\n"`, nil, 0, "document:5:3: agent.gmsa"},
		"an unknown option":    {prod, []string{`{"frm": "yaml"}`}, 1, `there is no option "frm"; the options are form, launch_agent`},
		"an option's type":     {prod, []string{`{"persist": "yes"}`}, 1, "persist is not a bool"},
		"another's type":       {prod, []string{`{"form": true}`}, 1, "form is not a string"},
		"options in words":     {prod, []string{`"yaml"`}, 1, "the options are not an object"},
		"two options":          {prod, []string{`{}`, `{}`}, 2, "one object of options at most"},
		"an option's value":    {prod, []string{`{"form": "cloud-init"}`}, 1, "form is not one of script, powershell, yaml, document"},
		"a family":             {prod, []string{`{"operating_system_family": "LINUX"}`}, 1, "operating_system_family is not one of WINDOWS_SERVER_2016_FULL"},
		"contradiction":        {`{"cluster": "prod", "reboot": {"policy": "if_required"}}`, nil, 0, "reboot.policy cannot be if_required with form script"},
		"a secret":             {`{"cluster": "prod", "agent": {"environment": {"X": "AKIAIOSFODNN7EXAMPLE"}}}`, nil, 0, `agent.environment["X"] looks like an AWS access key ID`},
		"no Region":            {`{"cluster": "prod", "download": {"source": "s3", "location": "s3://tools/a.exe", "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}}`, nil, 0, "region is not known"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, failed := userData(t, c.document, c.options...)
			if failed == nil || text != "" {
				t.Fatalf("rendered %q", text)
			}
			if failed.FunctionArgument == nil || *failed.FunctionArgument != c.argument || !strings.Contains(failed.Text, "Unable to write the user data: ") || !strings.Contains(failed.Text, c.says) {
				t.Errorf("got %v, want argument %d and %q", failed, c.argument, c.says)
			}
			if strings.Contains(failed.Text, "AKIAIOSFODNN7EXAMPLE") {
				t.Error("the error holds the secret")
			}
		})
	}
}
