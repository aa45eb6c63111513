package taskdef_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/schemas"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

const intro = "unable to read the JSON of the task definition: "

func TestFromJSONReadsAPublishedExample(t *testing.T) {
	t.Parallel()
	in := mustRead(t, fixture(t, "iis-simple.json"))
	c := in.ContainerDefinitions[0]
	got := []string{*in.Family, string(in.NetworkMode), *in.Cpu, *in.Memory, *c.Name, c.EntryPoint[1], string(c.PortMappings[0].Protocol)}
	if diff := cmp.Diff([]string{"windows-simple-iis", "awsvpc", "1024", "1024", "windows_sample_app", "-Command", "tcp"}, got); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(c.Command[0], `C:\inetpub\wwwroot\index.html`) || *c.PortMappings[0].ContainerPort != 80 || c.Cpu != 1024 {
		t.Error("command, port or cpu are not the example's")
	}
}

func TestFromJSONRefusesWhatIsNoTaskDefinition(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"a published example": {
			fixture(t, "iis-platform-version.json"),
			[]string{"line 33, column 1 ($.platformVersion): is not a member of a task definition; remove it here, it belongs to RunTask and CreateService, and there only to tasks on Fargate"},
		},
		"other operations": {
			`{"launchType": "EC2", "count": 1, "desiredCount": 1}`,
			[]string{
				"line 1, column 2 ($.launchType): is not a member of a task definition; remove it here, it belongs to RunTask and CreateService",
				"line 1, column 23 ($.count): is not a member of a task definition; remove it here, it belongs to RunTask",
				"line 1, column 35 ($.desiredCount): is not a member of a task definition; remove it here, it belongs to CreateService",
			},
		},
		"misspelled": {
			`{"Family": "f", "containerDefinitions": [{"name": "c", "portMapping": [{"containerPort": "80"}]}], "volume": []}`,
			[]string{
				"line 1, column 2 ($.Family): is not a member of RegisterTaskDefinition; the nearest is family",
				"line 1, column 56 ($.containerDefinitions[0].portMapping): is not a member of ContainerDefinition; the nearest is portMappings",
				"line 1, column 100 ($.volume): is not a member of RegisterTaskDefinition; the nearest is volumes",
			},
		},
		"misplaced": {
			`{"image": "x", "containerDefinitions": [{"name": "c", "awslogs-group": "g", "networkMode": "awsvpc", "platformVersion": "1"}]}`,
			[]string{
				"line 1, column 2 ($.image): is not a member of RegisterTaskDefinition; it belongs to containerDefinitions[].image",
				`line 1, column 55 ($.containerDefinitions[0]["awslogs-group"]): is not a member of ContainerDefinition`,
				"line 1, column 77 ($.containerDefinitions[0].networkMode): is not a member of ContainerDefinition; it belongs to networkMode",
				"line 1, column 102 ($.containerDefinitions[0].platformVersion): is not a member of a task definition; remove it here, it belongs to RunTask and CreateService, and there only to tasks on Fargate",
			},
		},
		"names": {
			`{"containerDefinitions": [
				{"name": "c", "environment": [{"name": "A"}, {"name": "B"}, {"name": "A"}, {"value": "hunter2"}], "secrets": [{"name": "S"}, {"name": "S"}]},
				null,
				{"name": "c", "logConfiguration": {"logDriver": "splunk", "secretOptions": [{"name": "t"}, {"name": "t"}]}},
				{"name": ""}, {"nam": "d"}],
			"volumes": [{"name": "v"}, {"name": "v"}, {}]}`,
			[]string{
				"line 2, column 74 ($.containerDefinitions[0].environment[2].name): another environment variable has this name, at line 2, column 44; give this one another name or remove it",
				"line 2, column 80 ($.containerDefinitions[0].environment[3]): this environment variable has no name; give it one",
				"line 2, column 139 ($.containerDefinitions[0].secrets[1].name): another secret has this name, at line 2, column 124; give this one another name or remove it",
				"line 4, column 14 ($.containerDefinitions[2].name): another container has this name, at line 2, column 14; give this one another name or remove it",
				"line 4, column 105 ($.containerDefinitions[2].logConfiguration.secretOptions[1].name): another secret option has this name, at line 4, column 90; give this one another name or remove it",
				"line 5, column 5 ($.containerDefinitions[3]): this container has no name; give it one",
				"line 5, column 20 ($.containerDefinitions[4].nam): is not a member of ContainerDefinition; the nearest is name",
				"line 6, column 40 ($.volumes[1].name): another volume has this name, at line 6, column 25; give this one another name or remove it",
			},
		},
		"described, with mistakes": {
			`{"taskDefinition": {"volumes": [{"name": "v"}, {"name": "v"}], "zebra": 1}, "family": "f"}`,
			[]string{
				"line 1, column 57 ($.taskDefinition.volumes[1].name): another volume has this name, at line 1, column 42; give this one another name or remove it",
				"line 1, column 64 ($.taskDefinition.zebra): is not a member of RegisterTaskDefinition",
				"line 1, column 77 ($.family): is not a member of DescribeTaskDefinitionResponse; it belongs to taskDefinition.family",
			},
		},
		"no JSON": {
			"family: f",
			[]string{"line 1, column 1 ($): wants a value (a string in double quotes, a number, true, false, null, a list or an object), has a word without quotes"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in, err := taskdef.FromJSON([]byte(tc.text))
			if in != nil || err == nil {
				t.Fatal("was accepted")
			}
			if diff := cmp.Diff(intro+strings.Join(tc.want, "\n"), err.Error()); diff != "" {
				t.Error(diff)
			}
			var problems awsjson.Problems
			if !errors.As(err, &problems) {
				t.Errorf("%T wraps no Problems", err)
			}
		})
	}
}

func TestFromJSONNamesAHundredNameProblemsAtMost(t *testing.T) {
	t.Parallel()
	_, err := taskdef.FromJSON([]byte(container(`"environment": [{"name": "A"}` + strings.Repeat(`, {}, {"name": "A"}`, 200) + "]")))
	var problems awsjson.Problems
	if !errors.As(err, &problems) || len(problems) != 100 {
		t.Errorf("%d problems, want 100", len(problems))
	}
}

func TestFromJSONRepeatsNoValue(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		container(`"environment": [{"name": "A", "value": hunter2}]`),
		container(`"environment": [{"name": "A", "value": "hunter2}]`),
		container(`"environment": [{"name": "A", "value": "hunter2\q"}]`),
		container(`"environment": [{"name": "A", "valu": "hunter2"}, {"value": "hunter2"}]`),
		container(`"environment": "hunter2"`), container(`"cpu": "hunter2"`), container(`"command": {"x": "hunter2"}`),
		container(`"logConfiguration": {"options": {"a": "hunter2", "a": "hunter2", "b": ["hunter2"]}}`),
		container(`"environment": [{"name": "hunter2"}, {"name": "hunter2"}]`),
		container(`"essential": "hunter2", "healthCheck": "hunter2"`),
	} {
		_, err := taskdef.FromJSON([]byte(text))
		if err == nil {
			t.Errorf("%s was accepted", text)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error repeats a value: %v", text, err)
		}
	}
}

func TestFromJSONReadsWhatDescribePrints(t *testing.T) {
	t.Parallel()
	const registered = `"family": "f", "containerDefinitions": [{"name": "c"}], "taskDefinitionArn": "arn:x", "revision": 3, "status": "ACTIVE",
		"requiresAttributes": [{"name": "x", "odd": 1}], "compatibilities": ["EC2"], "registeredAt": "2026-01-02T03:04:05.678000+00:00", "registeredBy": "arn:y",
		"deregisteredAt": 1.5, "deleteRequestedAt": 2`
	want := mustRead(t, `{"family": "f", "containerDefinitions": [{"name": "c"}]}`)
	if got := mustRead(t, "{"+registered+"}"); !taskdef.Equal(want, got) {
		t.Errorf("bare: differs at %v", taskdef.Changes(want, got))
	}
	got := mustRead(t, `{"tags": [{"key": "k", "value": "v"}], "taskDefinition": {`+registered+`}}`)
	if !taskdef.Equal(want, got) {
		t.Errorf("wrapped: differs at %v", taskdef.Changes(want, got))
	}
	if len(got.Tags) != 1 || *got.Tags[0].Key != "k" || *got.Tags[0].Value != "v" {
		t.Error("the tags are lost")
	}
}

func TestFromJSONReadsEveryMember(t *testing.T) {
	t.Parallel()
	want := full(t)
	if got := mustRead(t, encode(t, want)); !reflect.DeepEqual(want, got) {
		t.Errorf("got  %s\nwant %s", encode(t, got), encode(t, want))
	}
	in := awsjsonMembers(t, encode(t, want))
	for name := range schemas.RegisterTaskDefinitionRequest.Members() {
		if !in[name] {
			t.Errorf("%s is a member of the schema but not of the SDK's type", name)
		}
	}
	if n := len(schemas.RegisterTaskDefinitionRequest.Members()); n != 18 {
		t.Errorf("the schema has %d members; readDefinition and Canonical were written for 18", n)
	}
}

func TestJSONRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := named(definition(t))
		back, err := taskdef.FromJSON([]byte(encode(t, in)))
		if err != nil {
			t.Fatal(err)
		}
		if !taskdef.Equal(in, back) {
			t.Fatalf("differs at %v", taskdef.Changes(in, back))
		}
	})
}

func TestContainersJSON(t *testing.T) {
	t.Parallel()
	got, err := taskdef.ContainersJSON([]types.ContainerDefinition{
		{Name: aws.String("iis"), Command: []string{"<a & b>"}, DockerLabels: map[string]string{"z": "1", "a": "2"}, Essential: aws.Bool(true)},
		{Name: aws.String("log"), Cpu: 10},
	})
	const want = `[{"command":["<a & b>"],"dockerLabels":{"a":"2","z":"1"},"essential":true,"name":"iis"},{"cpu":10,"name":"log"}]`
	if got != want || err != nil {
		t.Errorf("got  %s (%v)\nwant %s", got, err, want)
	}
	if got, err := taskdef.ContainersJSON(nil); got != "[]" || err != nil {
		t.Errorf("no containers give %s (%v)", got, err)
	}
}

func FuzzFromJSON(f *testing.F) {
	for _, name := range []string{"iis-simple.json", "iis-platform-version.json"} {
		f.Add([]byte(fixture(f, name)))
	}
	f.Add([]byte(`{"taskDefinition": {"family": "f", "revision": 1, "volumes": [{"name": "v"}, {"name": "v"}, {}]}, "tags": [null]}`))
	f.Add([]byte(container(`"environment": [{"name": "A", "value": null}], "portMapping": {}, "healthCheck": {"command": [1]}`)))
	f.Fuzz(func(t *testing.T, src []byte) {
		in, err := taskdef.FromJSON(src)
		if err != nil {
			var problems awsjson.Problems
			if !errors.As(err, &problems) || len(problems) == 0 {
				t.Fatalf("%v wraps no Problems", err)
			}
			return
		}
		if back := mustRead(t, encode(t, in)); !taskdef.Equal(in, back) {
			t.Errorf("differs after a round trip at %v", taskdef.Changes(in, back))
		}
		containers, err := taskdef.ContainersJSON(in.ContainerDefinitions)
		if err != nil {
			t.Fatal(err)
		}
		back := mustRead(t, `{"containerDefinitions": `+containers+`}`)
		if !taskdef.Equal(&ecs.RegisterTaskDefinitionInput{ContainerDefinitions: in.ContainerDefinitions}, back) {
			t.Error("the containers differ after a round trip")
		}
	})
}

func BenchmarkFromJSON(b *testing.B) {
	text := []byte(encode(b, large()))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := taskdef.FromJSON(text); err != nil {
			b.Fatal(err)
		}
	}
}

func fixture(tb testing.TB, name string) string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

func awsjsonMembers(tb testing.TB, text string) map[string]bool {
	tb.Helper()
	doc, err := awsjson.Parse([]byte(text))
	if err != nil {
		tb.Fatal(err)
	}
	members := map[string]bool{}
	for name := range schemas.RegisterTaskDefinitionRequest.Members() {
		_, members[name] = doc.Position("$." + name)
	}
	return members
}
