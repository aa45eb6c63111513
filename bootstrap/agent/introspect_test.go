package agent_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

type web func(url string) (host.Response, error)

func (w web) Get(_ context.Context, url string) (host.Response, error) { return w(url) }

func TestIntrospect(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:ecs:eu-central-1:123456789012:container-instance/prod/0123"
	answers := func(status int, body string) web {
		return func(url string) (host.Response, error) {
			if url != agent.MetadataURL {
				t.Errorf("asked %s", url)
			}
			return host.Response{Status: status, Body: []byte(body)}, nil
		}
	}
	got, err := agent.Introspect(t.Context(), answers(200, `{"Cluster":"prod","ContainerInstanceArn":"`+arn+`","Version":"Amazon ECS Agent - v1.105.1 (8dfceca6)"}`))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(agent.Membership{Cluster: "prod", ARN: arn, Version: "Amazon ECS Agent - v1.105.1 (8dfceca6)"}, got); d != "" {
		t.Errorf("membership (-want +got):\n%s", d)
	}
	if parts, ok := got.Parts(); !ok || parts != (agent.ARNParts{Region: "eu-central-1", Account: "123456789012", Cluster: "prod"}) {
		t.Errorf("parts of the ARN are %+v", parts)
	}
	for name, w := range map[string]web{
		"not JSON": answers(200, "<html>"), "not found": answers(404, "{}"),
		"nobody": func(string) (host.Response, error) { return host.Response{}, host.ErrUnreachable },
	} {
		if got, err := agent.Introspect(t.Context(), w); err == nil || (name == "nobody") != errors.Is(err, host.ErrUnreachable) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	if unregistered, err := agent.Introspect(t.Context(), answers(200, `{"Cluster":"prod","ContainerInstanceArn":null}`)); err != nil || unregistered.ARN != "" {
		t.Errorf("without an ARN: %+v, %v", unregistered, err)
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	for arn, want := range map[string]string{
		"arn:aws-cn:ecs:cn-north-1:123456789012:container-instance/0123": "",
		"arn:aws:ecs:eu-west-1:123456789012:container-instance/a/b":      "a",
	} {
		if got, ok := (agent.Membership{ARN: arn}).Parts(); !ok || got.Cluster != want || got.Account != "123456789012" {
			t.Errorf("%s: got %+v, %t", arn, got, ok)
		}
	}
	for _, arn := range []string{"", "arn:aws:ecs:r:a", "arn:aws:ecs:r:a:task/x", "arn:aws:iam:r:a:container-instance/x"} {
		if got, ok := (agent.Membership{ARN: arn}).Parts(); ok {
			t.Errorf("%q: got %+v", arn, got)
		}
	}
}

func TestSameCluster(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:ecs:eu-central-1:123456789012:cluster/prod"
	for _, tt := range []struct {
		a, b string
		want bool
	}{{"prod", "prod", true}, {"prod", arn, true}, {arn, arn, true}, {arn, "arn:aws:ecs:eu-west-1:123456789012:cluster/prod", false}, {"prod", "prod2", false}, {"default", arn, false}} {
		if got := agent.SameCluster(tt.a, tt.b); got != tt.want {
			t.Errorf("SameCluster(%s, %s) = %t", tt.a, tt.b, got)
		}
	}
}
