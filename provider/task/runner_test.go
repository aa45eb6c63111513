package task

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
	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/internal/wait/waittest"
)

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

func TestRun(t *testing.T) {
	t.Parallel()
	started := aTask("PROVISIONING")
	tests := map[string]struct {
		api       fakeAWS
		unmarked  bool
		wantCalls []string
		wantError []string
	}{
		"answered": {fakeAWS{run: []ran{{task: started}}}, false, []string{"run"}, nil},
		"no place": {
			fakeAWS{run: []ran{{failures: []ecstypes.Failure{{Reason: aws.String("RESOURCE:ENI")}}}}},
			false, []string{"run"}, []string{"RESOURCE:ENI"},
		},
		"refused": {
			fakeAWS{run: []ran{{err: &ecstypes.InvalidParameterException{Message: aws.String("no")}}}},
			false, []string{"run"}, []string{"no"},
		},
		"response lost, task there": {
			fakeAWS{run: []ran{{err: lostResponse()}}, listed: [][]string{{taskARN}}, tasks: []seen{{task: started}}},
			false, []string{"run", "list me RUNNING", "describe windows/0123456789abcdef0123456789abcdef"}, nil,
		},
		"response lost, task there a little later": {
			fakeAWS{run: []ran{{err: lostResponse()}}, listed: [][]string{nil, nil, {taskARN}}, tasks: []seen{{task: started}}},
			false, []string{"run", "list me RUNNING", "list me STOPPED", "list me RUNNING", "describe windows/0123456789abcdef0123456789abcdef"}, nil,
		},
		"response lost, job ended already": {
			fakeAWS{run: []ran{{err: lostResponse()}}, listed: [][]string{nil, {taskARN}}, tasks: []seen{{task: aTask(statusStopped)}}},
			false, []string{"run", "list me RUNNING", "list me STOPPED", "describe windows/0123456789abcdef0123456789abcdef"}, nil,
		},
		"response lost, no task": {
			fakeAWS{run: []ran{{err: lostResponse()}}},
			false, nil, []string{"no task that was started by me within 15s", "unexpected EOF"},
		},
		"response lost, mark of the user's": {
			fakeAWS{run: []ran{{err: lostResponse()}}, listed: [][]string{{taskARN}}},
			true, []string{"run"}, []string{"unexpected EOF"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := newRunner(&tt.api)
			got, err := r.run(t.Context(), &ecs.RunTaskInput{Cluster: aws.String("windows"), StartedBy: aws.String("me")}, !tt.unmarked)
			expectError(t, err, tt.wantError...)
			if (got != nil) != (tt.wantError == nil) {
				t.Errorf("got task %v", got)
			}
			if diff := cmp.Diff(tt.wantCalls, tt.api.calls); tt.wantCalls != nil && diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRunLooksThoughItWasStopped: a start that is stopped while it is under
// way may have started a task.
func TestRunLooksThoughItWasStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, _ := newRunner(&fakeAWS{run: []ran{{err: lostResponse()}}, listed: [][]string{{taskARN}}, tasks: []seen{{task: aTask("PENDING")}}})
	got, err := r.run(ctx, &ecs.RunTaskInput{Cluster: aws.String("windows"), StartedBy: aws.String("me")}, true)
	if err != nil || got == nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestAwait(t *testing.T) {
	t.Parallel()
	running, stoppedTask := aTask(statusRunning), aTask(statusStopped)
	tests := map[string]struct {
		seen       []seen
		status     string
		wantStatus string
		within     time.Duration
		wantError  []string
	}{
		"runs at once":      {[]seen{{task: running}}, statusRunning, statusRunning, 0, nil},
		"runs later":        {[]seen{{task: aTask("PROVISIONING")}, {task: aTask("PENDING")}, {task: running}}, statusRunning, statusRunning, 3 * time.Second, nil},
		"missing at first":  {[]seen{{}, {}, {task: running}}, statusRunning, statusRunning, 3 * time.Second, nil},
		"missing once more": {[]seen{{task: aTask("PENDING")}, {}, {task: running}}, statusRunning, statusRunning, 3 * time.Second, nil},
		"stops instead":     {[]seen{{task: aTask("PENDING")}, {task: stoppedTask}}, statusRunning, statusStopped, time.Second, nil},
		"a job ends":        {[]seen{{task: running}, {task: aTask("STOPPING")}, {task: stoppedTask}}, statusStopped, statusStopped, 3 * time.Second, nil},
		"missing for ever":  {[]seen{{}}, statusRunning, "", 90 * time.Second, []string{"does not know task " + taskARN, "MISSING"}},
		"denied":            {[]seen{{err: denied()}}, statusRunning, "", 0, []string{"UnauthorizedOperation"}},
		"not described":     {[]seen{{reason: "INTERNAL"}}, statusRunning, "", 0, []string{"could not describe it: INTERNAL"}},
		"pending for ever": {
			[]seen{{task: aTask("PENDING")}}, statusRunning, "PENDING", 10 * time.Minute,
			[]string{"waited 10m0s for task " + taskARN + " to be RUNNING", "last seen: task PENDING (desired RUNNING), attachment ElasticNetworkInterface ATTACHED, container iis PENDING"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, clock := newRunner(&fakeAWS{tasks: tt.seen})
			last, err := r.await(t.Context(), "windows", taskARN, tt.status, 10*time.Minute)
			expectError(t, err, tt.wantError...)
			got := ""
			if last != nil {
				got = aws.ToString(last.LastStatus)
			}
			if got != tt.wantStatus {
				t.Errorf("saw %q last, want %q", got, tt.wantStatus)
			}
			if clock.Elapsed() > tt.within {
				t.Errorf("took %s, want at most %s", clock.Elapsed(), tt.within)
			}
		})
	}
}

func TestAwaitCanBeStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	api := &fakeAWS{tasks: []seen{{task: aTask("PENDING")}}}
	r := runner{tasks: api, clock: &waittest.Clock{Cancel: cancel}}
	last, err := r.await(ctx, "windows", taskARN, statusRunning, time.Minute)
	if !errors.Is(err, context.Canceled) || last == nil {
		t.Errorf("got %v, %v", last, err)
	}
	expectError(t, err, "last seen: task PENDING")
}

func TestStop(t *testing.T) {
	t.Parallel()
	gone := &ecstypes.InvalidParameterException{Message: aws.String("The referenced task was not found.")}
	present, stopping := seenInterface{found: anInterface()}, aTask("DEPROVISIONING")
	tests := map[string]struct {
		api       fakeAWS
		id        string
		wantCalls []string
		wantError []string
	}{
		"all at once": {
			fakeAWS{tasks: []seen{{task: aTask(statusStopped, released)}}}, eniID,
			[]string{"stop: terraform destroy", "describe", "interface " + eniID}, nil,
		},
		"step by step": {
			fakeAWS{tasks: []seen{{task: stopping}, {task: aTask(statusStopped, released)}}, interfaces: []seenInterface{present, {}}}, "",
			[]string{"stop: terraform destroy", "describe", "describe", "interface " + eniID, "interface " + eniID}, nil,
		},
		"gone already, nothing known of it": {
			fakeAWS{stop: gone}, "", []string{"stop: terraform destroy", "describe"}, nil,
		},
		"gone already, interface stays a little": {
			fakeAWS{stop: gone, interfaces: []seenInterface{present, {}}}, eniID,
			[]string{"stop: terraform destroy", "describe", "interface " + eniID, "interface " + eniID}, nil,
		},
		"cluster gone": {
			fakeAWS{stop: &ecstypes.ClusterNotFoundException{}, tasks: []seen{{err: &ecstypes.ClusterNotFoundException{}}}}, "",
			[]string{"stop: terraform destroy", "describe"}, nil,
		},
		"EC2 may not be asked": {
			fakeAWS{tasks: []seen{{task: aTask(statusStopped, released)}}, interfaces: []seenInterface{{err: denied()}}}, eniID,
			[]string{"stop: terraform destroy", "describe", "interface " + eniID}, nil,
		},
		"refused":   {fakeAWS{stop: denied()}, eniID, []string{"stop: terraform destroy"}, []string{"UnauthorizedOperation"}},
		"EC2 fails": {fakeAWS{interfaces: []seenInterface{{err: errors.New("broken")}}}, eniID, nil, []string{eniID, "broken"}},
		"never stops": {
			fakeAWS{tasks: []seen{{task: aTask("STOPPING")}}}, eniID, nil,
			[]string{"task " + taskARN + " to be STOPPED", "last seen: task STOPPING"},
		},
		"interface never goes": {
			fakeAWS{interfaces: []seenInterface{present}}, eniID, nil,
			[]string{"network interface " + eniID + " of task " + taskARN + " to be deleted", "last seen: status in-use"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, clock := newRunner(&tt.api)
			err := r.stop(t.Context(), "windows", taskARN, tt.id, 5*time.Minute)
			expectError(t, err, tt.wantError...)
			for n, call := range tt.api.calls {
				if strings.HasPrefix(call, "describe") {
					tt.api.calls[n] = "describe"
				}
			}
			if diff := cmp.Diff(tt.wantCalls, tt.api.calls); tt.wantCalls != nil && diff != "" {
				t.Error(diff)
			}
			if clock.Elapsed() > 5*time.Minute {
				t.Errorf("took %s", clock.Elapsed())
			}
		})
	}
}

// TestLook: what is missing once is looked for again.
func TestLook(t *testing.T) {
	t.Parallel()
	r, _ := newRunner(&fakeAWS{tasks: []seen{{}, {task: aTask(statusRunning)}}})
	if found, err := r.look(t.Context(), "windows", taskARN); found == nil || err != nil {
		t.Errorf("got %v, %v", found, err)
	}
	r, _ = newRunner(&fakeAWS{})
	if found, err := r.look(t.Context(), "windows", taskARN); found != nil || err != nil {
		t.Errorf("got %v, %v", found, err)
	}
}

// TestStartedBy: the same token makes the same mark, another one another, and
// AWS takes it.
func TestStartedBy(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tokens := rapid.SliceOfNDistinct(rapid.StringN(1, 64, 64), 2, 2, rapid.ID[string]).Draw(t, "tokens")
		one, two := startedBy(tokens[0]), startedBy(tokens[1])
		if one == two || one != startedBy(tokens[0]) || len(one) > 36 {
			t.Fatalf("%q and %q", one, two)
		}
	})
	if one, two := newToken(), newToken(); one == two || len(one) > 64 {
		t.Errorf("tokens %q and %q", one, two)
	}
}
