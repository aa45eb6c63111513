package taskdefinition

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// fakeECS holds one family. Its answers to RegisterTaskDefinition come from
// the test; a late one shows its revision only after some looks.
type fakeECS struct {
	registered []*ecs.RegisterTaskDefinitionInput
	answer     func(call int) (takesEffect bool, err error)
	hiddenFor  int
	deregister error
	status     ecstypes.TaskDefinitionStatus
	looks      int
	calls      int
}

func (f *fakeECS) RegisterTaskDefinition(_ context.Context, in *ecs.RegisterTaskDefinitionInput) (*ecs.RegisterTaskDefinitionOutput, error) {
	f.calls++
	takesEffect, err := f.answer(f.calls)
	if takesEffect {
		f.registered = append(f.registered, in)
	}
	if err != nil {
		return nil, err
	}
	return &ecs.RegisterTaskDefinitionOutput{TaskDefinition: f.describe()}, nil
}

func (f *fakeECS) DescribeTaskDefinition(context.Context, *ecs.DescribeTaskDefinitionInput) (*ecs.DescribeTaskDefinitionOutput, error) {
	f.looks++
	if len(f.registered) == 0 || f.looks <= f.hiddenFor {
		return nil, &ecstypes.ClientException{Message: aws.String("Unable to describe task definition.")}
	}
	return &ecs.DescribeTaskDefinitionOutput{TaskDefinition: f.describe()}, nil
}

func (f *fakeECS) DeregisterTaskDefinition(context.Context, *ecs.DeregisterTaskDefinitionInput) (*ecs.DeregisterTaskDefinitionOutput, error) {
	return &ecs.DeregisterTaskDefinitionOutput{}, f.deregister
}

func (f *fakeECS) describe() *ecstypes.TaskDefinition {
	last := f.registered[len(f.registered)-1]
	return &ecstypes.TaskDefinition{
		Family: last.Family, Revision: int32(len(f.registered)), Status: f.status, NetworkMode: last.NetworkMode,
		ContainerDefinitions: last.ContainerDefinitions,
	}
}

func errLost() error {
	return &smithyhttp.RequestSendError{Err: errors.New("EOF")}
}

func errAnswer(status int) error {
	return &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}},
		Err:      &smithy.GenericAPIError{Code: "SomeException", Message: "some text"},
	}
}

func definitionOf(family string) *ecs.RegisterTaskDefinitionInput {
	return &ecs.RegisterTaskDefinitionInput{
		Family:      aws.String(family),
		NetworkMode: ecstypes.NetworkModeAwsvpc,
		ContainerDefinitions: []ecstypes.ContainerDefinition{
			{Name: aws.String("iis"), Image: aws.String("image:1"), Memory: aws.Int32(512)},
		},
	}
}

func TestRegisterNeitherLosesNorDoublesARevision(t *testing.T) {
	t.Parallel()
	always := func(takesEffect bool, err error) func(int) (bool, error) {
		return func(int) (bool, error) { return takesEffect, err }
	}
	once := func(takesEffect bool, err error) func(int) (bool, error) {
		return func(call int) (bool, error) {
			if call == 1 {
				return takesEffect, err
			}
			return true, nil
		}
	}
	tests := map[string]struct {
		answer    func(int) (bool, error)
		hiddenFor int
		// pauses is how often the clock must move.
		pauses    int
		calls     int
		revisions int
		wantErr   string
	}{
		"success":                           {answer: always(true, nil), calls: 1, revisions: 1},
		"refused":                           {answer: always(false, errAnswer(400)), calls: 1, wantErr: "some text"},
		"never left the machine":            {answer: always(false, &smithyhttp.RequestSendError{Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}), calls: 1, wantErr: "refused"},
		"response lost, took effect":        {answer: once(true, errLost()), calls: 1, revisions: 1},
		"response lost, visible only later": {answer: once(true, errLost()), hiddenFor: 1, pauses: 1, calls: 1, revisions: 1},
		"response lost, took no effect":     {answer: once(false, errLost()), pauses: 1, calls: 2, revisions: 1},
		"server failure after the effect":   {answer: once(true, errAnswer(500)), calls: 1, revisions: 1},
		"lost each time, never any effect":  {answer: always(false, errLost()), pauses: 3, calls: 3, wantErr: "no answer to 3 calls"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &fakeECS{answer: tt.answer, hiddenFor: tt.hiddenFor, status: ecstypes.TaskDefinitionStatusActive}
			clock := wait.NewManual(time.Unix(0, 0))
			done := make(chan error, 1)
			go func() {
				_, err := registrar{api: fake, clock: clock}.register(t.Context(), definitionOf("iis"), nil)
				done <- err
			}()
			for range tt.pauses {
				if err := clock.AwaitSleepers(t.Context(), 1); err != nil {
					t.Fatal(err)
				}
				clock.Advance(lostResponsePause)
			}
			err := <-done
			switch {
			case tt.wantErr == "" && err != nil:
				t.Errorf("register: %v", err)
			case tt.wantErr != "" && (err == nil || !strings.Contains(err.Error(), tt.wantErr)):
				t.Errorf("register: %v, want an error with %q", err, tt.wantErr)
			}
			if fake.calls != tt.calls || len(fake.registered) != tt.revisions {
				t.Errorf("%d calls made %d revisions, want %d and %d", fake.calls, len(fake.registered), tt.calls, tt.revisions)
			}
		})
	}
}

func TestRegisterDoesNotAdoptAnOlderRevision(t *testing.T) {
	t.Parallel()
	fake := &fakeECS{status: ecstypes.TaskDefinitionStatusActive, registered: []*ecs.RegisterTaskDefinitionInput{definitionOf("iis")}}
	fake.answer = func(call int) (bool, error) {
		if call == 1 {
			return false, errLost()
		}
		return true, nil
	}
	before := fake.describe()
	clock := wait.NewManual(time.Unix(0, 0))
	done := make(chan *ecstypes.TaskDefinition, 1)
	go func() {
		got, err := registrar{api: fake, clock: clock}.register(t.Context(), definitionOf("iis"), before)
		if err != nil {
			t.Error(err)
		}
		done <- got
	}()
	if err := clock.AwaitSleepers(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	clock.Advance(lostResponsePause)
	if got := <-done; got == nil || got.Revision != 2 {
		t.Errorf("register returned %v, want revision 2", got)
	}
}

func TestDeregisterCanBeRepeated(t *testing.T) {
	t.Parallel()
	refused := errAnswer(400)
	for name, tt := range map[string]struct {
		fake    *fakeECS
		wantErr bool
	}{
		"active":           {fake: &fakeECS{}},
		"gone":             {fake: &fakeECS{deregister: refused}},
		"inactive already": {fake: &fakeECS{deregister: refused, status: ecstypes.TaskDefinitionStatusInactive, registered: []*ecs.RegisterTaskDefinitionInput{definitionOf("iis")}}},
		"refused":          {fake: &fakeECS{deregister: refused, status: ecstypes.TaskDefinitionStatusActive, registered: []*ecs.RegisterTaskDefinitionInput{definitionOf("iis")}}, wantErr: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := registrar{api: tt.fake, clock: wait.NewManual(time.Unix(0, 0))}.deregister(t.Context(), "iis:1")
			if (err != nil) != tt.wantErr {
				t.Errorf("deregister: %v", err)
			}
			if tt.wantErr && !errors.Is(err, refused) {
				t.Errorf("deregister: %v does not wrap the cause", err)
			}
		})
	}
}
