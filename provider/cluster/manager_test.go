package cluster

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/wait/waittest"
)

func newManager(f *fakeClusters) (manager, *waittest.Clock) {
	clock := &waittest.Clock{}
	return manager{api: f, clock: clock}, clock
}

func expectError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if len(parts) == 0 {
		if err != nil {
			t.Errorf("got error %v", err)
		}
		return
	}
	if err == nil {
		t.Fatalf("got no error, want one with %q", parts)
	}
	expectText(t, err.Error(), parts...)
}

func expectText(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not say %q", text, part)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		answer    described
		wantFound bool
		wantError []string
	}{
		"active":         {described{status: "ACTIVE"}, true, nil},
		"deprovisioning": {described{status: "DEPROVISIONING"}, true, nil},
		"deleted":        {described{status: "INACTIVE"}, false, nil},
		"missing":        {described{}, false, nil},
		"not found":      {described{err: &ecstypes.ClusterNotFoundException{}}, false, nil},
		"other failure": {
			described{failure: &ecstypes.Failure{Reason: aws.String("INTERNAL"), Detail: aws.String("try later")}},
			false, []string{"looking up cluster web", "INTERNAL try later"},
		},
		"refused": {described{err: errors.New("denied")}, false, []string{"looking up cluster web", "denied"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := find(t.Context(), &fakeClusters{describe: []described{tt.answer}}, "web")
			expectError(t, err, tt.wantError...)
			if (found != nil) != tt.wantFound {
				t.Errorf("found %v", found)
			}
		})
	}
}

func TestCreate(t *testing.T) {
	t.Parallel()
	refused := &ecstypes.InvalidParameterException{Message: aws.String("no")}
	tests := map[string]struct {
		api       fakeClusters
		wantCalls []string
		wantError []string
	}{
		"answered": {fakeClusters{}, []string{"create"}, nil},
		"refused":  {fakeClusters{create: refused, describe: []described{{status: "ACTIVE"}}}, []string{"create"}, []string{"no"}},
		"response lost, cluster there": {
			fakeClusters{create: lostResponse(), describe: []described{{status: "ACTIVE"}}},
			[]string{"create", "describe web"}, nil,
		},
		"response lost, cluster there a little later": {
			fakeClusters{create: lostResponse(), describe: []described{{}, {}, {status: "ACTIVE"}}},
			[]string{"create", "describe web", "describe web", "describe web"}, nil,
		},
		"response lost, no cluster": {
			fakeClusters{create: lostResponse()},
			[]string{"create", "describe web", "describe web", "describe web", "describe web", "describe web", "describe web"},
			[]string{"no such cluster 15s later", "unexpected EOF"},
		},
		"response lost, look refused": {
			fakeClusters{create: lostResponse(), describe: []described{{err: errors.New("denied")}}},
			[]string{"create", "describe web"}, []string{"unexpected EOF", "denied"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, _ := newManager(&tt.api)
			created, err := m.create(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("web")})
			expectError(t, err, tt.wantError...)
			if (created != nil) != (tt.wantError == nil) {
				t.Errorf("got cluster %v", created)
			}
			if diff := cmp.Diff(tt.wantCalls, tt.api.calls); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCreateLooksThoughItWasStopped: a call that is stopped while it is under
// way may have created the cluster.
func TestCreateLooksThoughItWasStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m, _ := newManager(&fakeClusters{create: lostResponse(), describe: []described{{status: "ACTIVE"}}})
	created, err := m.create(ctx, &ecs.CreateClusterInput{ClusterName: aws.String("web")})
	if err != nil || created == nil {
		t.Errorf("got %v, %v", created, err)
	}
}

func TestSettle(t *testing.T) {
	t.Parallel()
	failed := []ecstypes.Attachment{{
		Type: aws.String("asp"), Status: aws.String("FAILED"),
		Details: []ecstypes.KeyValuePair{{Name: aws.String("statusReason"), Value: aws.String("no such group")}},
	}}
	tests := map[string]struct {
		seen      []described
		wantTime  time.Duration
		wantError []string
	}{
		"at once":          {[]described{{status: "ACTIVE"}}, 0, nil},
		"after providers":  {[]described{{status: "PROVISIONING"}, {status: "ACTIVE", attachments: "UPDATE_IN_PROGRESS"}, {status: "ACTIVE", attachments: "UPDATE_COMPLETE"}}, 2 * pollInterval, nil},
		"not visible yet":  {[]described{{}, {status: "ACTIVE"}}, pollInterval, nil},
		"failed":           {[]described{{status: "FAILED"}}, 0, []string{"cluster web failed: status FAILED"}},
		"providers failed": {[]described{{status: "ACTIVE", attachments: "UPDATE_FAILED", details: failed}}, 0, []string{"capacity providers UPDATE_FAILED; asp FAILED: no such group"}},
		"never": {
			[]described{{status: "PROVISIONING", attachments: "UPDATE_IN_PROGRESS"}}, time.Minute,
			[]string{"waited 1m0s for cluster web to be ACTIVE", "last seen: status PROVISIONING, capacity providers UPDATE_IN_PROGRESS"},
		},
		"refused": {[]described{{err: errors.New("denied")}}, 0, []string{"denied"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, clock := newManager(&fakeClusters{describe: tt.seen})
			_, err := m.settle(t.Context(), "web", time.Minute)
			expectError(t, err, tt.wantError...)
			if clock.Elapsed() != tt.wantTime {
				t.Errorf("took %s, want %s", clock.Elapsed(), tt.wantTime)
			}
		})
	}
}

func TestSettleCanBeStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	m := manager{api: &fakeClusters{describe: []described{{status: "PROVISIONING"}}}, clock: &waittest.Clock{Cancel: cancel}}
	_, err := m.settle(ctx, "web", time.Minute)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	expectError(t, err, "last seen: status PROVISIONING")
}

func TestPutCapacityProviders(t *testing.T) {
	t.Parallel()
	updating, inUse := &ecstypes.UpdateInProgressException{}, &ecstypes.ResourceInUseException{}
	refused := &ecstypes.InvalidParameterException{}
	tests := map[string]struct {
		answers  []error
		wantTime time.Duration
		wantErr  error
	}{
		"at once":             {[]error{nil}, 0, nil},
		"after an update":     {[]error{updating, updating, nil}, 2 * pollInterval, nil},
		"released soon":       {[]error{inUse, nil}, pollInterval, nil},
		"updating for ever":   {[]error{updating}, 10 * time.Minute, updating},
		"in use for ever":     {[]error{inUse}, releaseGrace, inUse},
		"refused":             {[]error{refused}, 0, refused},
		"updating, then used": {[]error{updating, inUse, nil}, 2 * pollInterval, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, clock := newManager(&fakeClusters{put: tt.answers})
			err := m.putCapacityProviders(t.Context(), &ecs.PutClusterCapacityProvidersInput{}, 10*time.Minute)
			if !errors.Is(err, tt.wantErr) {
				t.Errorf("got %v, want %v", err, tt.wantErr)
			}
			if clock.Elapsed() != tt.wantTime {
				t.Errorf("took %s, want %s", clock.Elapsed(), tt.wantTime)
			}
		})
	}
}

func TestInsistCanBeStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	m := manager{api: &fakeClusters{put: []error{&ecstypes.UpdateInProgressException{}}}, clock: &waittest.Clock{Cancel: cancel}}
	err := m.putCapacityProviders(ctx, &ecs.PutClusterCapacityProvidersInput{}, time.Minute)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	expectError(t, err, "last seen: UpdateInProgressException")
}

func TestRemove(t *testing.T) {
	t.Parallel()
	tasks := &ecstypes.ClusterContainsTasksException{}
	providers := &ecstypes.ClusterContainsCapacityProviderException{}
	updating := &ecstypes.UpdateInProgressException{}
	tests := map[string]struct {
		answers   []error
		seen      []described
		wantTime  time.Duration
		wantError []string
	}{
		"at once":          {nil, []described{{status: "INACTIVE"}}, 0, nil},
		"gone already":     {[]error{&ecstypes.ClusterNotFoundException{}}, nil, 0, nil},
		"after its tasks":  {[]error{tasks, nil}, []described{{}}, pollInterval, nil},
		"tasks stay":       {[]error{tasks}, nil, releaseGrace, []string{"ClusterContainsTasksException"}},
		"providers stay":   {[]error{providers}, nil, 0, []string{"ClusterContainsCapacityProviderException"}},
		"after an update":  {[]error{updating, nil}, []described{{}}, pollInterval, nil},
		"deprovisions":     {nil, []described{{status: "DEPROVISIONING"}, {}}, pollInterval, nil},
		"deprovisions on":  {nil, []described{{status: "DEPROVISIONING"}}, 10 * time.Minute, []string{"cluster web to be INACTIVE", "last seen: status DEPROVISIONING"}},
		"look is refused":  {nil, []described{{err: errors.New("denied")}}, 0, []string{"denied"}},
		"update, then all": {[]error{updating, nil}, []described{{status: "DEPROVISIONING"}}, 10 * time.Minute, []string{"to be INACTIVE"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, clock := newManager(&fakeClusters{remove: tt.answers, describe: tt.seen})
			err := m.remove(t.Context(), "web", 10*time.Minute)
			expectError(t, err, tt.wantError...)
			if late := clock.Elapsed() - tt.wantTime; late > 0 || late <= -pollInterval {
				t.Errorf("took %s, want %s", clock.Elapsed(), tt.wantTime)
			}
		})
	}
}
