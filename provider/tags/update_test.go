package tags_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/provider/tags"
)

// recorder is a Tagger that writes down its calls and fails if told to.
type recorder struct {
	calls []string
	err   error
}

func (r *recorder) TagResource(_ context.Context, in *ecs.TagResourceInput) (*ecs.TagResourceOutput, error) {
	set := tags.FromECS(in.Tags)
	var pairs []string
	for key, value := range set {
		pairs = append(pairs, key+"="+value)
	}
	slices.Sort(pairs)
	r.calls = append(r.calls, "set "+*in.ResourceArn+" "+strings.Join(pairs, ","))
	return nil, r.err
}

func (r *recorder) UntagResource(_ context.Context, in *ecs.UntagResourceInput) (*ecs.UntagResourceOutput, error) {
	r.calls = append(r.calls, "remove "+*in.ResourceArn+" "+strings.Join(in.TagKeys, ","))
	return nil, r.err
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	api := &recorder{}
	err := tags.Update(t.Context(), api, "arn", tagMap("a", "1", "b", "2", "c", "3"), tagMap("a", "1", "b", "9", "d", "4"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"remove arn c", "set arn b=9,d=4"}, api.calls); diff != "" {
		t.Error(diff)
	}
}

func TestUpdateOfNothingCallsNobody(t *testing.T) {
	t.Parallel()
	api := &recorder{}
	if err := tags.Update(t.Context(), api, "arn", tagMap("a", "1"), tagMap("a", "1")); err != nil || api.calls != nil {
		t.Errorf("got %v, %v", api.calls, err)
	}
}

func TestUpdateKeepsTheCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("denied")
	for name, before := range map[string]string{"remove": "old", "set": "new"} {
		api := &recorder{err: cause}
		after := tagMap("new", "value")
		err := tags.Update(t.Context(), api, "arn", tagMap(before, "1"), after)
		if !errors.Is(err, cause) || !strings.Contains(err.Error(), "arn") || strings.Contains(err.Error(), "value") {
			t.Errorf("%s: %v", name, err)
		}
		if len(api.calls) != 1 {
			t.Errorf("%s: went on after the error: %v", name, api.calls)
		}
	}
}
