package ecs_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sandboxtest"
)

const userARN = "arn:aws:iam::123456789012:user/sandbox"

func effective(t *testing.T, c *ecs.Client, principal string) string {
	t.Helper()
	out := must(c.ListAccountSettings(t.Context(), &ecs.ListAccountSettingsInput{
		Name: types.SettingNameAwsvpcTrunking, EffectiveSettings: true, PrincipalArn: &principal,
	}))(t)
	if len(out.Settings) != 1 {
		t.Fatalf("%d effective settings of one name, want 1", len(out.Settings))
	}
	return *out.Settings[0].Value
}

func TestEffectiveSettingIsThePrincipalsElseTheAccounts(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	if got := effective(t, c, userARN); got != "disabled" {
		t.Errorf("before anything is set: %s, want disabled", got)
	}
	must(c.PutAccountSettingDefault(t.Context(), &ecs.PutAccountSettingDefaultInput{
		Name: types.SettingNameAwsvpcTrunking, Value: aws.String("enabled"),
	}))(t)
	if got := effective(t, c, userARN); got != "enabled" {
		t.Errorf("with the account's default: %s, want enabled", got)
	}
	own := must(c.ListAccountSettings(t.Context(), &ecs.ListAccountSettingsInput{}))(t)
	if len(own.Settings) != 0 {
		t.Errorf("the caller has settings of its own: %v", own.Settings)
	}
	must(c.PutAccountSetting(t.Context(), &ecs.PutAccountSettingInput{
		Name: types.SettingNameAwsvpcTrunking, Value: aws.String("disabled"),
	}))(t)
	if got := effective(t, c, userARN); got != "disabled" {
		t.Errorf("with the caller's own: %s, want disabled", got)
	}
	must(c.DeleteAccountSetting(t.Context(), &ecs.DeleteAccountSettingInput{Name: types.SettingNameAwsvpcTrunking}))(t)
	if got := effective(t, c, userARN); got != "enabled" {
		t.Errorf("after deleting the caller's own: %s, want enabled", got)
	}
}

func TestOnlyRootSetsAnothersSetting(t *testing.T) {
	t.Parallel()
	const role = "arn:aws:iam::123456789012:role/ecsInstanceRole"
	s := sandboxtest.New(t, sandbox.Options{Identities: map[string]sandbox.Identity{
		"AKIAROOT": {Account: "123456789012", ARN: "arn:aws:iam::123456789012:root", UserID: "123456789012"},
	}})
	put := &ecs.PutAccountSettingInput{
		Name: types.SettingNameAwsvpcTrunking, Value: aws.String("enabled"), PrincipalArn: aws.String(role),
	}
	_, err := s.ECS().PutAccountSetting(t.Context(), put)
	wantError(t, err, "AccessDeniedException", "")

	must(s.ECS(func(o *ecs.Options) {
		o.Credentials = credentials.NewStaticCredentialsProvider("AKIAROOT", "x", "")
	}).PutAccountSetting(t.Context(), put))(t)
	if got := effective(t, s.ECS(), role); got != "enabled" {
		t.Errorf("the role's setting: %s, want enabled", got)
	}
	if got := effective(t, s.ECS(), userARN); got != "disabled" {
		t.Errorf("the caller's setting: %s, want disabled", got)
	}
}

func TestSettingsRefuse(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	_, err := c.PutAccountSettingDefault(t.Context(), &ecs.PutAccountSettingDefaultInput{Name: "colour", Value: aws.String("x")})
	wantError(t, err, "InvalidParameterException", "")
	_, err = c.PutAccountSettingDefault(t.Context(), &ecs.PutAccountSettingDefaultInput{
		Name: types.SettingNameAwsvpcTrunking, Value: aws.String(""),
	})
	wantError(t, err, "InvalidParameterException", "value can not be blank.")
}

func TestDescribeCapacityProviders(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	out := must(c.DescribeCapacityProviders(t.Context(), &ecs.DescribeCapacityProvidersInput{
		CapacityProviders: []string{"FARGATE_SPOT", "mine"},
	}))(t)
	want := []types.CapacityProvider{{
		CapacityProviderArn: aws.String("arn:aws:ecs:us-east-1:123456789012:capacity-provider/FARGATE_SPOT"),
		Name:                aws.String("FARGATE_SPOT"),
		Status:              types.CapacityProviderStatusActive,
		Tags:                []types.Tag{},
	}}
	if d := diff(want, out.CapacityProviders); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := diff([]types.Failure{{Arn: aws.String("mine"), Reason: aws.String("MISSING")}}, out.Failures); d != "" {
		t.Errorf("failures (-want +got):\n%s", d)
	}
}
