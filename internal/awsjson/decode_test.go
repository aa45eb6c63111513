package awsjson_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/schemas"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
)

var sdkTypes = cmpopts.IgnoreUnexported(
	types.ContainerDefinition{}, types.TaskDefinition{}, types.KeyValuePair{}, types.PortMapping{}, types.LogConfiguration{})

func TestDecodeReadsTheSDKsTypes(t *testing.T) {
	t.Parallel()
	const text = "\xef\xbb\xbf{\r\n\t\"family\": \"web\", \"revision\": 3, \"registeredAt\": 1700000000.25,\r\n" +
		`"containerDefinitions": [null, {"name": "iis", "memory": null, "environment": [{"name": "A", "value": "ü\n\ud83d\ude00"}],
		"portMappings": [{"containerPort": 80}], "dockerLabels": {"a": "1", "b": null}, "essential": false}]}`
	var got types.TaskDefinition
	if _, err := awsjson.Decode([]byte(text), &got, awsjson.Options{}); err != nil {
		t.Fatal(err)
	}
	want := types.TaskDefinition{
		Family: aws.String("web"), Revision: 3, RegisteredAt: aws.Time(time.UnixMilli(1700000000250).UTC()),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("iis"), Essential: aws.Bool(false),
			Environment:  []types.KeyValuePair{{Name: aws.String("A"), Value: aws.String("ü\n😀")}},
			PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(80)}},
			DockerLabels: map[string]string{"a": "1"},
		}},
	}
	if diff := cmp.Diff(want, got, sdkTypes); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeNamesEveryProblem(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"near name": {
			`{"portMapping": []}`,
			[]string{"line 1, column 2 ($.portMapping): is not a member of ContainerDefinition; the nearest is portMappings"},
		},
		"letter case": {
			`{"LogConfiguration": {}}`,
			[]string{"line 1, column 2 ($.LogConfiguration): is not a member of ContainerDefinition; the nearest is logConfiguration"},
		},
		"cut short": {
			`{"env": []}`,
			[]string{"line 1, column 2 ($.env): is not a member of ContainerDefinition; the nearest is environment"},
		},
		"misplaced": {
			`{"containerPort": 80}`,
			[]string{"line 1, column 2 ($.containerPort): is not a member of ContainerDefinition; it belongs to portMappings[].containerPort"},
		},
		"nothing near": {
			`{"zebra-s": {"deep": 1}}`,
			[]string{`line 1, column 2 ($["zebra-s"]): is not a member of ContainerDefinition`},
		},
		"string wanted": {
			"{\n  \"image\": 7, \"name\": true, \"user\": {}}",
			[]string{
				"line 2, column 12 ($.image): wants a string, has a number; write it in quotes",
				"line 2, column 23 ($.name): wants a string, has true or false; write it in quotes",
				"line 2, column 37 ($.user): wants a string, has an object",
			},
		},
		"number wanted": {
			`{"memory": "512", "cpu": 1.5, "startTimeout": 3000000000, "stopTimeout": "soon"}`,
			[]string{
				"line 1, column 12 ($.memory): wants a whole number, has a string; remove the quotes",
				"line 1, column 26 ($.cpu): wants a whole number, has one with a fraction or an exponent",
				"line 1, column 47 ($.startTimeout): wants a whole number from -2147483648 to 2147483647, has one outside",
				"line 1, column 74 ($.stopTimeout): wants a whole number, has a string",
			},
		},
		"boolean wanted": {
			`{"essential": "true", "privileged": 1}`,
			[]string{
				"line 1, column 15 ($.essential): wants true or false, has a string; remove the quotes",
				"line 1, column 37 ($.privileged): wants true or false, has a number",
			},
		},
		"list wanted": {
			`{"command": "powershell", "environment": {"A": "b"}, "secrets": {"A": "b"}}`,
			[]string{
				"line 1, column 13 ($.command): wants a list, has a string; put it in [ ]",
				`line 1, column 42 ($.environment): wants a list, has an object; write each entry as {"name": ..., "value": ...} in [ ]`,
				`line 1, column 65 ($.secrets): wants a list, has an object; write each entry as {"name": ..., "valueFrom": ...} in [ ]`,
			},
		},
		"object wanted, and reading goes on": {
			`{"healthCheck": [1], "portMappings": [3, {"containerPort": "80"}]}`,
			[]string{
				"line 1, column 17 ($.healthCheck): wants an object, has a list",
				"line 1, column 39 ($.portMappings[0]): wants an object, has a number",
				"line 1, column 60 ($.portMappings[1].containerPort): wants a whole number, has a string; remove the quotes",
			},
		},
		"twice": {
			"{\"image\": \"a\",\n \"dockerLabels\": {\"x.y\": \"1\", \"x.y\": \"2\"}, \"image\": \"b\"}",
			[]string{
				`line 2, column 31 ($.dockerLabels["x.y"]): is here a second time; the first is at line 2, column 19`,
				"line 2, column 44 ($.image): is here a second time; the first is at line 1, column 2",
			},
		},
		"null document": {
			`null`,
			[]string{"line 1, column 1 ($): wants an object, has null"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var v types.ContainerDefinition
			d, err := awsjson.Decode([]byte(tc.text), &v, awsjson.Options{})
			if d == nil {
				t.Error("no document, though it is JSON")
			}
			if diff := cmp.Diff(strings.Join(tc.want, "\n"), fmt.Sprint(err)); diff != "" {
				t.Error(diff)
			}
			var problems awsjson.Problems
			if !errors.As(err, &problems) || len(problems) != len(tc.want) {
				t.Errorf("error is %T, want %d problems", err, len(tc.want))
			}
		})
	}
}

func TestParseNamesTheSyntaxError(t *testing.T) {
	t.Parallel()
	const bom = "\xef\xbb\xbf"
	for name, tc := range map[string]struct{ text, want string }{
		"empty":            {"", "line 1, column 1 ($): the document is empty; it wants a JSON object"},
		"blank":            {bom + " \r\n", "line 1, column 1 ($): the document is empty; it wants a JSON object"},
		"trailing garbage": {"{}\n}", "line 2, column 1 ($): the document goes on after its end; it wants one JSON value and nothing after it"},
		"UTF-16":           {"\xff\xfe{\x00", "line 1, column 1 ($): the document is in UTF-16, as Windows PowerShell writes it with > and Out-File; save it in UTF-8"},
		"Latin-1":          {bom + "{\r\n\"ü\": \"M\xfcnchen\"}", "line 2, column 8 ($): the document is not in UTF-8 from here on; save it in UTF-8"},
		"single backslash": {`{"a": ["C:\inetpub"]}`, `line 1, column 11 ($.a[0]): a single backslash stands in a string; write two, as in C:\\inetpub`},
		"comma at the end": {"{\"a\": [1,\n 2,\n]}", "line 2, column 3 ($.a): a comma stands before the closing ]; remove the comma"},
		"missing comma":    {"{\"a\": 1\n\"b\": 2}", "line 2, column 1 ($): wants a comma or }, has a double quote"},
		"missing colon":    {`{"a" 1}`, "line 1, column 6 ($.a): wants a colon after the member's name, has a digit"},
		"unquoted name":    {`{a: 1}`, "line 1, column 2 ($): wants the name of a member in double quotes, has a word without quotes"},
		"single quotes":    {`{'a': 1}`, "line 1, column 2 ($): wants the name of a member in double quotes, has a single quote; JSON has double quotes only"},
		"comment":          {"{\n// why\n}", "line 2, column 1 ($): wants the name of a member in double quotes, has what looks like a comment; JSON has none, remove it"},
		"unquoted value":   {`{"a": hunter2}`, "line 1, column 7 ($.a): wants a value (a string in double quotes, a number, true, false, null, a list or an object), has a word without quotes"},
		"open object":      {"{\"a\":\n {\"b\": 1", "line 2, column 9 ($.a): the document ends before the end of the object that opens at line 2, column 2"},
		"open list":        {"[1, ", "line 1, column 5 ($): the document ends before the end of the list that opens at line 1, column 1"},
		"open string":      {"{\"a\": \"b", "line 1, column 7 ($.a): the string is never closed; close it with a double quote"},
		"open escape":      {`{"a": "b\`, "line 1, column 7 ($.a): the string is never closed; close it with a double quote"},
		"string over a line break": {"{\"a\": \"b\n\"}",
			`line 1, column 7 ($.a): the string is not closed on its line; close it with a double quote, and write a line break in it as \n`},
		"tab in a string": {"{\"a\": \"b\tc\"}",
			`line 1, column 9 ($.a): a tab or another control character stands in a string; write a tab as \t`},
		"bad \\u":                 {`["\u00x0"]`, `line 1, column 3 ($[0]): \u wants four hexadecimal digits after it`},
		"half character":          {`["\ud83dx"]`, `line 1, column 3 ($[0]): \u names half of a character; the other half must follow it as another \u`},
		"half and a letter":       {`["\ud83d\u0041"]`, `line 1, column 3 ($[0]): \u names half of a character; the other half must follow it as another \u`},
		"leading zero":            {`[01]`, "line 1, column 2 ($[0]): a number starts with a digit, and with 0 only if no other digit follows"},
		"list for a colon":        {`{"a" [`, "line 1, column 6 ($.a): wants a colon after the member's name, has a ["},
		"string for a colon":      {`{"a" "b"}`, "line 1, column 6 ($.a): wants a colon after the member's name, has a double quote"},
		"end for a colon":         {`{"a"`, "line 1, column 5 ($.a): wants a colon after the member's name, has the end of the document"},
		"symbol":                  {`[%]`, "line 1, column 2 ($[0]): wants a value (a string in double quotes, a number, true, false, null, a list or an object), has another character"},
		"escape, then open":       {`["\\x`, "line 1, column 2 ($[0]): the string is never closed; close it with a double quote"},
		"escape, then line break": {"[\"\\n\n\"]", `line 1, column 2 ($[0]): the string is not closed on its line; close it with a double quote, and write a line break in it as \n`},
		"name with an escape":     {`{"a\x": 1}`, `line 1, column 4 ($): a single backslash stands in a string; write two, as in C:\\inetpub`},
		"lone minus":              {`[-]`, "line 1, column 2 ($[0]): a number starts with a digit, and with 0 only if no other digit follows"},
		"lone point":              {`[1.]`, "line 1, column 2 ($[0]): a number wants a digit after its decimal point"},
		"lone exponent":           {`[1e+]`, "line 1, column 2 ($[0]): a number wants a digit in its exponent"},
		"nested too deep":         {strings.Repeat("[", 101), "line 1, column 101 ($" + strings.Repeat("[0]", 100) + "): is nested more than 100 levels deep"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := awsjson.Parse([]byte(tc.text))
			if d != nil || err == nil {
				t.Fatal("was accepted")
			}
			if diff := cmp.Diff(tc.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestProblemsEndAtAHundred(t *testing.T) {
	t.Parallel()
	var v types.ContainerDefinition
	_, err := awsjson.Decode([]byte(`{"command": [`+strings.Repeat("1,", 500)+`1]}`), &v, awsjson.Options{})
	var problems awsjson.Problems
	if !errors.As(err, &problems) || len(problems) != 100 {
		t.Errorf("%d problems, want 100", len(problems))
	}
}

func TestUnknownMemberOption(t *testing.T) {
	t.Parallel()
	const text = `{"name": "iis", "more": {"x": 1}, "portMappings": [{"more": 2, "containerPort": 80}]}`
	var v types.ContainerDefinition
	if _, err := awsjson.Decode([]byte(text), &v, awsjson.Options{UnknownMember: awsjson.IgnoreUnknown}); err != nil {
		t.Errorf("IgnoreUnknown: %v", err)
	}
	if got := *v.PortMappings[0].ContainerPort; got != 80 {
		t.Errorf("containerPort is %d after a skipped member", got)
	}
	_, err := awsjson.Decode([]byte(text), &v, awsjson.Options{UnknownMember: func(in awsjson.UnknownMember) string {
		if in.Path == "$.more" {
			return ""
		}
		return "own words about " + in.Name + " in " + in.Schema.ID().Name
	}})
	if want := "line 1, column 53 ($.portMappings[0].more): own words about more in PortMapping"; fmt.Sprint(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestUnknownMemberNearest(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Image": "image", "envronment": "environment", "env": "environment", "portMapping": "portMappings", "healthcheck": "healthCheck",
		"zebra": "", "x": "", "ca": "", strings.Repeat("environment", 10): "",
	} {
		var v types.ContainerDefinition
		got := "not asked"
		_, err := awsjson.Decode([]byte(`{"`+name+`": 1}`), &v, awsjson.Options{UnknownMember: func(in awsjson.UnknownMember) string {
			got = in.Nearest()
			return ""
		}})
		if got != want || err != nil {
			t.Errorf("nearest to %s is %q (%v), want %q", name, got, err, want)
		}
	}
}

func TestUnknownMemberBelongsElsewhereBeforeItIsCutShort(t *testing.T) {
	t.Parallel()
	var v types.TaskDefinition
	_, err := awsjson.Decode([]byte(`{"containerDefinitions": [{"host": {}}]}`), &v, awsjson.Options{})
	const want = "line 1, column 28 ($.containerDefinitions[0].host): is not a member of ContainerDefinition; it belongs to volumes[].host"
	if fmt.Sprint(err) != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestUnknownMemberPlaces(t *testing.T) {
	t.Parallel()
	var v types.TaskDefinition
	var got []string
	_, err := awsjson.Decode([]byte(`{"Options": {}}`), &v, awsjson.Options{UnknownMember: func(in awsjson.UnknownMember) string {
		got = in.Places()
		return ""
	}})
	want := []string{"containerDefinitions[].firelensConfiguration.options", "containerDefinitions[].logConfiguration.options"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestDocumentRemembersPlaces(t *testing.T) {
	t.Parallel()
	const text = "{\"a\": [null,\n {\"x y\": 1}, 2], \"n\": {\"0\": true}}"
	d, err := awsjson.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"$":               "line 1, column 1 true",
		"$.a":             "line 1, column 7 true",
		`$.a[1]["x y"]`:   "line 2, column 10 true",
		"$.a[2]":          "line 2, column 14 true",
		"$.a[3]":          "line 0, column 0 false",
		"$.a.x":           "line 0, column 0 false",
		`$.n["0"]`:        "line 2, column 29 true",
		"$.n[0]":          "line 0, column 0 false",
		"a":               "line 0, column 0 false",
		"$a":              "line 0, column 0 false",
		"$.":              "line 0, column 0 false",
		"$[":              "line 0, column 0 false",
		`$["a`:            "line 0, column 0 false",
		`$["a"`:           "line 0, column 0 false",
		"$[-1]":           "line 0, column 0 false",
		"$[1":             "line 0, column 0 false",
		"$.a[1].zebra[9]": "line 0, column 0 false",
	} {
		position, ok := d.Position(path)
		if got := fmt.Sprint(position, " ", ok); got != want {
			t.Errorf("Position(%s) is %s, want %s", path, got, want)
		}
	}
	if diff := cmp.Diff([]string{"$.a[1]", "$.a[2]"}, d.Items("$.a")); diff != "" {
		t.Error(diff)
	}
	if got := d.Items("$.n"); got != nil {
		t.Errorf("items of an object: %v", got)
	}
}

func TestErrorOfTheReaderIsKept(t *testing.T) {
	t.Parallel()
	own := errors.New("own")
	_, err := awsjson.DecodeFunc([]byte(`{"a": "b"}`), awsjson.Options{}, func(smithy.ShapeDeserializer) error { return own })
	if !errors.Is(err, own) {
		t.Errorf("got %v", err)
	}
}

func TestEncodeIsSortedAndCompact(t *testing.T) {
	t.Parallel()
	in := types.ContainerDefinition{
		Name:         aws.String("iis"),
		Command:      []string{"<html> & \"C:\\\"", "ü\t"},
		DockerLabels: map[string]string{"b": "2", "a": "1", "c\"": "3", "ä": ""},
		Essential:    aws.Bool(false),
		Secrets:      []types.Secret{},
	}
	const want = `{"command":["<html> & \"C:\\\"","ü\t"],"dockerLabels":{"a":"1","b":"2","c\"":"3","ä":""},"essential":false,"name":"iis","secrets":[]}`
	for range 20 {
		got, err := awsjson.Encode(&in)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestInputsAreReadByTheirSchema(t *testing.T) {
	t.Parallel()
	var name string
	_, err := awsjson.DecodeFunc([]byte(`{"clusterName": "c", "nickname": ""}`), awsjson.Options{}, func(d smithy.ShapeDeserializer) error {
		return smithy.ReadStruct(d, schemas.CreateClusterRequest, func(s *smithy.Schema) error {
			return d.ReadString(s, &name)
		})
	})
	if want := "line 1, column 22 ($.nickname): is not a member of CreateCluster"; fmt.Sprint(err) != want || name != "c" {
		t.Errorf("got %q and %v, want %s", name, err, want)
	}
}
