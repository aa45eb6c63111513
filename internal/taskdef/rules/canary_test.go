package rules_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef/rules"
)

// canary is a value that no finding may repeat. It is wrong wherever a rule
// looks at such a value, so that the rules speak up about it.
const canary = "canary#7f3a value"

// secretPlaces are the members whose values belong to the user alone.
var secretPlaces = []string{
	"environment", "command", "entryPoint", "dockerLabels", "options", "driverOpts", "labels",
	"secrets", "secretOptions", "credentialsParameter", "credentialSpecs", "dockerSecurityOptions", "workingDirectory", "sourcePath",
}

func TestFindingsRepeatNoSecrets(t *testing.T) {
	t.Parallel()
	planted := 0
	for _, e := range examples() {
		d := sound()
		e.breaks(d)
		d = clone(t, d)
		for i := range d.ContainerDefinitions {
			c := &d.ContainerDefinitions[i]
			c.Command = append(c.Command, canary)
			c.EntryPoint = append(c.EntryPoint, canary)
			c.DockerLabels = map[string]string{"label": canary}
			c.Environment = append(c.Environment, variable("PLANTED"))
		}
		planted += plant(reflect.ValueOf(d).Elem(), "")
		for _, f := range rules.Check(d, nil) {
			if text := f.Text() + f.Path.String() + f.Rule.Title; strings.Contains(text, "canary") {
				t.Errorf("%s at %s: %s", f.Rule.ID, f.Path, f.Detail)
			}
		}
	}
	if planted == 0 {
		t.Error("nothing was planted")
	}
}

// plant overwrites every string below the secret places, but for names, and
// counts them.
func plant(v reflect.Value, member string) int {
	secret := isSecretPlace(member)
	n := 0
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return plant(v.Elem(), member)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			name := apiName(field.Name)
			if !field.IsExported() || secret && name == "name" {
				continue
			}
			if secret {
				name = member
			}
			n += plant(v.Field(i), name)
		}
	case reflect.Slice:
		for i := range v.Len() {
			n += plant(v.Index(i), member)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if secret {
				v.SetMapIndex(k, reflect.ValueOf(canary))
				n++
			}
		}
	case reflect.String:
		if secret {
			v.SetString(canary)
			n++
		}
	}
	return n
}

func isSecretPlace(member string) bool {
	for _, p := range secretPlaces {
		if p == member {
			return true
		}
	}
	return false
}

// The canary makes the rules that look at such values speak up, else the test
// above would prove nothing.
func TestCanaryIsNoticed(t *testing.T) {
	t.Parallel()
	d := clone(t, func() *ecs.RegisterTaskDefinitionInput {
		d := sound()
		all(executionRole, secretFrom("KEY", secretARN), logs("json-file", "mode=blocking"),
			healthCheck(checkWith("CMD", "x")), hostVolume("data", `C:\data`))(d)
		return d
	}())
	plant(reflect.ValueOf(d).Elem(), "")
	found := strings.Join(ids(rules.Check(d, nil)), " ")
	for _, id := range []string{"DEF041", "DEF052", "DEF063", "WIN052"} {
		if !strings.Contains(found, id) {
			t.Errorf("%s is not among %s", id, found)
		}
	}
}
