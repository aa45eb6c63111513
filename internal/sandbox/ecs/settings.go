package ecs

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/schemas"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// settings are an account's settings in one region.
type settings struct {
	byAccount   map[types.SettingName]string
	byPrincipal map[principalSetting]string
}

type principalSetting struct {
	principal string
	name      types.SettingName
}

func newSettings() settings {
	return settings{
		byAccount:   map[types.SettingName]string{},
		byPrincipal: map[principalSetting]string{},
	}
}

// factoryDefault is the value of a setting that nobody has set. The long ARN
// formats are always on by now; the others are off.
func factoryDefault(n types.SettingName) string {
	switch {
	case strings.HasSuffix(string(n), "LongArnFormat"):
		return "enabled"
	case n == types.SettingNameDefaultLogDriverMode:
		return "non-blocking"
	case n == types.SettingNameFargateTaskRetirementWaitPeriod:
		return "7"
	case n == types.SettingNameTagResourceAuthorization:
		return "on"
	default:
		return "disabled"
	}
}

// accountDefault returns a setting's value for principals without their own.
func (s settings) accountDefault(n types.SettingName) string {
	if v, ok := s.byAccount[n]; ok {
		return v
	}
	return factoryDefault(n)
}

func readPutAccountSetting(in *api.PutAccountSettingInput) input {
	return input{schemas.PutAccountSettingRequest, awsjson.Fields{
		schemas.PutAccountSettingRequest_name:         awsjson.Enum(&in.Name),
		schemas.PutAccountSettingRequest_principalArn: awsjson.Text(&in.PrincipalArn),
		schemas.PutAccountSettingRequest_value:        awsjson.Text(&in.Value),
	}}
}

// putAccountSetting sets a principal's own value. For another principal than
// the caller only the root user may (API reference, PutAccountSetting).
func (w *world) putAccountSetting(r wire.Request, in *api.PutAccountSettingInput) (smithy.Serializable, error) {
	if err := checkSetting(in.Name, in.Value); err != nil {
		return nil, err
	}
	who, err := principal(r, in.PrincipalArn, "ecs:PutAccountSetting")
	if err != nil {
		return nil, err
	}
	w.settings.byPrincipal[principalSetting{who, in.Name}] = *in.Value
	return &api.PutAccountSettingOutput{Setting: setting(in.Name, *in.Value, who)}, nil
}

func readPutAccountSettingDefault(in *api.PutAccountSettingDefaultInput) input {
	return input{schemas.PutAccountSettingDefaultRequest, awsjson.Fields{
		schemas.PutAccountSettingDefaultRequest_name:  awsjson.Enum(&in.Name),
		schemas.PutAccountSettingDefaultRequest_value: awsjson.Text(&in.Value),
	}}
}

func (w *world) putAccountSettingDefault(
	r wire.Request, in *api.PutAccountSettingDefaultInput,
) (smithy.Serializable, error) {
	if err := checkSetting(in.Name, in.Value); err != nil {
		return nil, err
	}
	w.settings.byAccount[in.Name] = *in.Value
	return &api.PutAccountSettingDefaultOutput{Setting: setting(in.Name, *in.Value, rootOf(r))}, nil
}

func readDeleteAccountSetting(in *api.DeleteAccountSettingInput) input {
	return input{schemas.DeleteAccountSettingRequest, awsjson.Fields{
		schemas.DeleteAccountSettingRequest_name:         awsjson.Enum(&in.Name),
		schemas.DeleteAccountSettingRequest_principalArn: awsjson.Text(&in.PrincipalArn),
	}}
}

func (w *world) deleteAccountSetting(r wire.Request, in *api.DeleteAccountSettingInput) (smithy.Serializable, error) {
	if err := oneOf(invalidParameter, "name", in.Name, in.Name.Values()); err != nil {
		return nil, err
	}
	who, err := principal(r, in.PrincipalArn, "ecs:DeleteAccountSetting")
	if err != nil {
		return nil, err
	}
	delete(w.settings.byPrincipal, principalSetting{who, in.Name})
	return &api.DeleteAccountSettingOutput{Setting: setting(in.Name, w.settings.accountDefault(in.Name), who)}, nil
}

func readListAccountSettings(in *api.ListAccountSettingsInput) input {
	return input{schemas.ListAccountSettingsRequest, awsjson.Fields{
		schemas.ListAccountSettingsRequest_effectiveSettings: awsjson.PlainFlag(&in.EffectiveSettings),
		schemas.ListAccountSettingsRequest_maxResults:        awsjson.PlainNumber(&in.MaxResults),
		schemas.ListAccountSettingsRequest_name:              awsjson.Enum(&in.Name),
		schemas.ListAccountSettingsRequest_nextToken:         awsjson.Text(&in.NextToken),
		schemas.ListAccountSettingsRequest_principalArn:      awsjson.Text(&in.PrincipalArn),
		schemas.ListAccountSettingsRequest_value:             awsjson.Text(&in.Value),
	}}
}

// listAccountSettings lists a principal's own settings, or with
// effectiveSettings what holds for it: its own, else the account's, else the
// factory's.
func (w *world) listAccountSettings(r wire.Request, in *api.ListAccountSettingsInput) (smithy.Serializable, error) {
	if err := oneOf(invalidParameter, "name", in.Name, in.Name.Values()); err != nil {
		return nil, err
	}
	who := r.Caller.ARN
	if in.PrincipalArn != nil {
		who = *in.PrincipalArn
	}
	var names []string
	values := map[string]string{}
	for _, n := range in.Name.Values() {
		own, has := w.settings.byPrincipal[principalSetting{who, n}]
		if !has {
			own = w.settings.accountDefault(n)
		}
		wanted := (in.EffectiveSettings || has) && (in.Name == "" || in.Name == n) &&
			(in.Value == nil || *in.Value == own)
		if wanted {
			names = append(names, string(n))
			values[string(n)] = own
		}
	}
	slices.Sort(names)
	cut, next, err := pageOfNames(names, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	out := &api.ListAccountSettingsOutput{Settings: []types.Setting{}, NextToken: next}
	for _, n := range cut {
		out.Settings = append(out.Settings, *setting(types.SettingName(n), values[n], who))
	}
	return out, nil
}

func setting(n types.SettingName, value, principal string) *types.Setting {
	return &types.Setting{Name: n, Value: aws.String(value), PrincipalArn: aws.String(principal), Type: types.SettingTypeUser}
}

// principal returns whom a call is about: the caller unless it names another.
func principal(r wire.Request, given *string, action string) (string, error) {
	if given == nil || *given == r.Caller.ARN {
		return r.Caller.ARN, nil
	}
	if !r.Caller.Root() {
		return "", wire.AccessDenied(r.Caller, action)
	}
	return *given, nil
}

func rootOf(r wire.Request) string {
	return "arn:" + r.Partition() + ":iam::" + r.Caller.Account + ":root"
}

func checkSetting(n types.SettingName, value *string) error {
	if n == "" {
		return invalidf("name can not be blank.")
	}
	if err := oneOf(invalidParameter, "name", n, n.Values()); err != nil {
		return err
	}
	if valueOf(value) == "" {
		return invalidf("value can not be blank.")
	}
	return nil
}
