package ecs_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sandboxtest"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// inProcess carries requests to a handler without a network.
type inProcess struct {
	handler http.Handler
}

func (p inProcess) Do(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

// history is what has become of the revisions of each family, the oldest
// first: what the model must agree with after any sequence of calls.
type history map[string][]types.TaskDefinitionStatus

// latest returns the number of the newest ACTIVE revision, or 0.
func (h history) latest(family string) int32 {
	for i, status := range slices.Backward(h[family]) {
		if status == types.TaskDefinitionStatusActive {
			return int32(i + 1)
		}
	}
	return 0
}

// active returns the ARNs of all ACTIVE revisions in the order of lists.
func (h history) active() []string {
	var arns []string
	for _, family := range []string{"a", "b"} {
		for i, status := range h[family] {
			if status == types.TaskDefinitionStatusActive {
				arns = append(arns, fmt.Sprintf("arn:aws:ecs:us-east-1:123456789012:task-definition/%s:%d", family, i+1))
			}
		}
	}
	return arns
}

// Revisions are never used twice, and a family means its newest ACTIVE one,
// whatever happens in between.
func TestRevisionsAgreeWithTheirHistory(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		server := &sandboxtest.Server{
			Sandbox: sandbox.New(sandbox.Options{Clock: wait.NewManual(start())}),
			URL:     "http://sandbox",
		}
		client := server.ECS(func(o *sdk.Options) { o.HTTPClient = inProcess{server} })
		past := history{}
		family := rapid.SampledFrom([]string{"a", "b"})

		// pick draws a revision that was registered at some time.
		pick := func(t *rapid.T) (string, int) {
			f := family.Draw(t, "family")
			if len(past[f]) == 0 {
				t.Skip("nothing is registered")
			}
			return f, rapid.IntRange(1, len(past[f])).Draw(t, "revision")
		}
		t.Repeat(map[string]func(*rapid.T){
			"register": func(t *rapid.T) {
				f := family.Draw(t, "family")
				out, err := client.RegisterTaskDefinition(t.Context(), minimal(f))
				if err != nil {
					t.Fatal(err)
				}
				past[f] = append(past[f], types.TaskDefinitionStatusActive)
				if got, want := out.TaskDefinition.Revision, int32(len(past[f])); got != want {
					t.Fatalf("registered revision %d of %s, want %d", got, f, want)
				}
			},
			"deregister": func(t *rapid.T) {
				f, n := pick(t)
				_, err := client.DeregisterTaskDefinition(t.Context(),
					&sdk.DeregisterTaskDefinitionInput{TaskDefinition: aws.String(f + ":" + strconv.Itoa(n))})
				if err != nil {
					t.Fatal(err)
				}
				if past[f][n-1] == types.TaskDefinitionStatusActive {
					past[f][n-1] = types.TaskDefinitionStatusInactive
				}
			},
			"delete": func(t *rapid.T) {
				f, n := pick(t)
				out, err := client.DeleteTaskDefinitions(t.Context(),
					&sdk.DeleteTaskDefinitionsInput{TaskDefinitions: []string{f + ":" + strconv.Itoa(n)}})
				if err != nil {
					t.Fatal(err)
				}
				refused := past[f][n-1] == types.TaskDefinitionStatusActive
				if got := len(out.Failures) == 1; got != refused {
					t.Fatalf("deleting %s:%d, which was %s: refused %v", f, n, past[f][n-1], got)
				}
				if !refused {
					past[f][n-1] = types.TaskDefinitionStatusDeleteInProgress
				}
			},
			"describe": func(t *rapid.T) {
				f, n := pick(t)
				name := f + ":" + strconv.Itoa(n)
				out, err := client.DescribeTaskDefinition(t.Context(), &sdk.DescribeTaskDefinitionInput{TaskDefinition: &name})
				if err != nil || out.TaskDefinition.Status != past[f][n-1] {
					t.Fatalf("%s is %v (%v), want %s", name, out, err, past[f][n-1])
				}
			},
			"list": func(t *rapid.T) {
				if d := cmp.Diff(past.active(), listAll(t, client)); d != "" {
					t.Fatalf("ACTIVE revisions (-want +got):\n%s", d)
				}
			},
			"": func(t *rapid.T) {
				for _, f := range []string{"a", "b"} {
					familyMeans(t, client, f, past.latest(f))
				}
			},
		})
	})
}

// familyMeans checks which revision a family's name stands for; 0 is none.
func familyMeans(t *rapid.T, client *sdk.Client, family string, want int32) {
	out, err := client.DescribeTaskDefinition(t.Context(), &sdk.DescribeTaskDefinitionInput{TaskDefinition: &family})
	switch {
	case want == 0 && err == nil:
		t.Fatalf("%s has no ACTIVE revision, yet it means %s", family, *out.TaskDefinition.TaskDefinitionArn)
	case want != 0 && err != nil:
		t.Fatalf("%s means nothing, want revision %d: %v", family, want, err)
	case want != 0 && out.TaskDefinition.Revision != want:
		t.Fatalf("%s means revision %d, want %d", family, out.TaskDefinition.Revision, want)
	}
}

func listAll(t *rapid.T, client *sdk.Client) []string {
	var listed []string
	p := sdk.NewListTaskDefinitionsPaginator(client, &sdk.ListTaskDefinitionsInput{MaxResults: aws.Int32(3)})
	for p.HasMorePages() {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, out.TaskDefinitionArns...)
	}
	return listed
}
