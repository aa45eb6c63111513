package sim_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

// refusedAs is AWS's error code of an error, or what else it is.
func refusedAs(err error) string {
	var refused *cloud.CallError
	if errors.As(err, &refused) {
		return refused.Code
	}
	if err != nil {
		return err.Error()
	}
	return "none"
}

func TestTheAccountDrainsAndDeregisters(t *testing.T) {
	t.Parallel()
	ctx, m := t.Context(), running(t, sim.Options{})
	h, members := m.Host(), m.Cloud().Members
	var arn string
	for a, i := range m.Account().Instances {
		arn, i.RunningTasks, i.DrainedFor = a, 2, time.Minute
	}
	must(t, members.Drain(ctx, "prod", arn))
	got, err := members.Member(ctx, "arn:aws:ecs:eu-central-1:123456789012:cluster/prod", arn)
	must(t, err)
	if got.Status != "DRAINING" || got.RunningTasks != 2 || !got.AgentConnected {
		t.Errorf("a draining instance is %+v", got)
	}
	must(t, h.Clock.Sleep(ctx, time.Minute))
	if got, err = members.Member(ctx, "prod", arn); err != nil || got.RunningTasks != 0 {
		t.Errorf("a drained instance is %+v, %v", got, err)
	}
	must(t, members.Deregister(ctx, "prod", arn))
	if got, err = members.Member(ctx, "prod", arn); err != nil || got.Status != "INACTIVE" {
		t.Errorf("a deregistered instance is %+v, %v", got, err)
	}
	if _, err := members.Member(ctx, "default", arn); refusedAs(err) != "MISSING" {
		t.Errorf("in another cluster: %v", err)
	}
}

func TestTheAccountTakesSignalsOnce(t *testing.T) {
	t.Parallel()
	ctx, m := t.Context(), sim.New(sim.Options{Conditions: []string{"launch-hook"}})
	signals, hook := m.Cloud().Signals, cloud.LifecycleHook{Hook: "launch", InstanceID: m.Instance().ID}
	must(t, signals.Heartbeat(ctx, hook))
	must(t, signals.Complete(ctx, hook, "CONTINUE"))
	for what, err := range map[string]error{
		"heartbeat after the end": signals.Heartbeat(ctx, hook), "second end": signals.Complete(ctx, hook, "ABANDON"),
		"unknown hook": signals.Complete(ctx, cloud.LifecycleHook{Hook: "other"}, "CONTINUE"),
	} {
		if refusedAs(err) != "ValidationError" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if a := m.Account(); a.Hooks["launch"] != "CONTINUE" || a.Heartbeats["launch"] != 1 {
		t.Errorf("hooks %v, heartbeats %v", a.Hooks, a.Heartbeats)
	}
	for range 2 {
		must(t, signals.Resource(ctx, "web", "Group", "i-1", "SUCCESS"))
	}
	if got := m.Account().Signals; len(got) != 1 || got[0] != "web Group i-1 SUCCESS" {
		t.Errorf("signals %q", got)
	}
}

func TestTheAccountKnowsSettingsAndSecrets(t *testing.T) {
	t.Parallel()
	ctx, m := t.Context(), sim.New(sim.Options{})
	c := m.Cloud()
	must(t, c.Settings.Put(ctx, "awsvpcTrunking", "enabled"))
	if got, err := c.Settings.Effective(ctx, "awsvpcTrunking"); err != nil || got != "enabled" {
		t.Errorf("Effective() = %q, %v", got, err)
	}
	m.Account().Secrets["ssm:/proxy"] = "value"
	if got, err := c.Secrets.Resolve(ctx, "ssm:/proxy"); err != nil || got != "value" {
		t.Errorf("Resolve() = %q, %v", got, err)
	}
	for reference, want := range map[string]string{"ssm:/none": "ParameterNotFound", "secretsmanager:none": "ResourceNotFoundException"} {
		if _, err := c.Secrets.Resolve(ctx, reference); refusedAs(err) != want {
			t.Errorf("%s: %v, want %s", reference, err, want)
		}
	}
	m.Account().Denied["ssm:GetParameter"] = true
	_, err := c.Secrets.Resolve(ctx, "ssm:/proxy")
	var refused *cloud.CallError
	if !errors.As(err, &refused) || !refused.Denied() {
		t.Errorf("a denied call: %v", err)
	}
	m.Effect("break-internet")
	if _, err := c.Secrets.Resolve(ctx, "ssm:/proxy"); refusedAs(err) != "" {
		t.Errorf("a call without a way: %v, want no answer", err)
	}
	m.Effect("drop-imds-route")
	if _, err := c.Secrets.Resolve(ctx, "ssm:/proxy"); !errors.Is(err, cloud.ErrNoCredentials) {
		t.Errorf("a call without metadata: %v, want %v", err, cloud.ErrNoCredentials)
	}
}

// elsewhere plays ECS in place of the machine's account.
type elsewhere struct {
	registered sim.Registration
	connected  []bool
}

func (e *elsewhere) Register(r sim.Registration) (string, error) {
	e.registered = r
	return "arn:of:elsewhere", nil
}

func (e *elsewhere) Member(cluster, arn string) (cloud.Member, error) {
	return cloud.Member{Status: "DRAINING", Attributes: map[string]string{"seen": cluster + " " + arn}}, nil
}

func (e *elsewhere) Connected(_ string, connected bool) { e.connected = append(e.connected, connected) }

func TestARegistrarTakesThePlaceOfTheAccount(t *testing.T) {
	t.Parallel()
	ecs := &elsewhere{}
	m := running(t, sim.Options{Registrar: ecs})
	if ecs.registered.Cluster != "prod" || ecs.registered.InstanceID != m.Instance().ID {
		t.Errorf("registered %+v", ecs.registered)
	}
	got, err := m.Host().Web.Get(t.Context(), "http://localhost:51678/v1/metadata")
	must(t, err)
	if !strings.Contains(string(got.Body), "arn:of:elsewhere") {
		t.Errorf("introspection says %s", got.Body)
	}
	if member, err := m.Cloud().Members.Member(t.Context(), "prod", "arn:of:elsewhere"); err != nil || member.Attributes["seen"] != "prod arn:of:elsewhere" {
		t.Errorf("the container instance: %+v, %v", member, err)
	}
	must(t, m.Host().Services.Stop(t.Context(), agentName))
	if len(ecs.connected) != 2 || !ecs.connected[0] || ecs.connected[1] {
		t.Errorf("connections %v, want one that began and ended", ecs.connected)
	}
	if len(m.Account().Instances) != 0 {
		t.Error("the machine's own account knows the instance too")
	}
}
