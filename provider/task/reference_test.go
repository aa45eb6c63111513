package task

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
)

const taskID = "0123456789abcdef0123456789abcdef"

func TestParseReference(t *testing.T) {
	t.Parallel()
	const old = "arn:aws:ecs:us-east-1:123456789012:task/01234567-89ab-cdef-0123-456789abcdef"
	tests := map[string]struct {
		want    reference
		wantErr string
	}{
		"windows/" + taskID: {reference{cluster: "windows", id: taskID}, ""},
		taskARN:             {reference{cluster: "windows", id: taskID, account: "123456789012", region: "us-east-1", arn: taskARN}, ""},
		old:                 {reference{cluster: "default", id: "01234567-89ab-cdef-0123-456789abcdef", account: "123456789012", region: "us-east-1", arn: old}, ""},
		"":                  {reference{}, "names no task"},
		taskID:              {reference{}, "names no task"},
		"a b/" + taskID:     {reference{}, "names no task"},
		"windows/iis":       {reference{}, "names no task"},
		"arn:aws:ecs:us-east-1:123456789012:service/windows/iis": {reference{}, "not the ARN of an ECS task"},
		"arn:aws": {reference{}, "names no task"},
	}
	for given, tt := range tests {
		got, err := parseReference(given)
		if tt.wantErr != "" {
			expectError(t, err, tt.wantErr)
			continue
		}
		expectError(t, err)
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(reference{})); diff != "" {
			t.Errorf("%s: %s", given, diff)
		}
	}
}

func FuzzParseReference(f *testing.F) {
	for _, seed := range []string{"windows/" + taskID, taskARN, "arn:aws:ecs:::task/", "a/b/c", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := parseReference(s)
		if err != nil {
			return
		}
		again, err := parseReference(r.cluster + "/" + r.id)
		if err != nil || again.cluster != r.cluster || again.id != r.id {
			t.Errorf("%q reads as %+v, and its short form as %+v, %v", s, r, again, err)
		}
	})
}

func TestElsewhere(t *testing.T) {
	t.Parallel()
	client := &awsapi.Client{Region: "us-east-1", AccountID: "123456789012"}
	for name, tt := range map[string]struct {
		ref  reference
		want string
	}{
		"here":          {reference{region: "us-east-1", account: "123456789012"}, ""},
		"not said":      {reference{}, ""},
		"other Region":  {reference{region: "eu-west-1"}, "Region eu-west-1"},
		"other account": {reference{account: "999999999999"}, "account 999999999999"},
	} {
		why, is := tt.ref.elsewhere(client)
		if is != (tt.want != "") {
			t.Errorf("%s: got %t", name, is)
		}
		expectText(t, why, tt.want)
	}
}

func TestSameThing(t *testing.T) {
	t.Parallel()
	const other = "arn:aws:ecs:eu-west-1:123456789012:task-definition/iis:3"
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"iis:3", "iis:3", true},
		{"iis:3", revisionARN, true},
		{revisionARN, "iis:3", true},
		{"iis:3", "iis:4", false},
		{revisionARN, other, false},
		{"iis:4", revisionARN, false},
	} {
		if got := sameThing(tt.a, tt.b); got != tt.want {
			t.Errorf("%s and %s: got %t", tt.a, tt.b, got)
		}
	}
}
