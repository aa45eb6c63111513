package task

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/acctest/inprocess"
)

func overriding(overrides values) values {
	return standing(values{"overrides": overrides})
}

func overridingIIS(change values) values {
	return overriding(values{"container_overrides": values{"iis": change}})
}

// sized is an AWS with a definition that breaks no rule.
func sized(changes ...func(*ecstypes.TaskDefinition)) *fakeAWS {
	api := running()
	api.definition.Family = aws.String("iis")
	iis := &api.definition.ContainerDefinitions[0]
	iis.Image, iis.Cpu, iis.Memory = aws.String("mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022"), 512, aws.Int32(1024)
	for _, change := range changes {
		change(api.definition)
	}
	return api
}

// TestRulesOverOverrides: what AWS would refuse, fail or ignore of overrides is
// said by the plan, at the override, and of nothing else.
func TestRulesOverOverrides(t *testing.T) {
	t.Parallel()
	const iis = `AttributeName("overrides").AttributeName("container_overrides").ElementKeyString("iis")`
	const noCPU = "A container has no cpu"
	tests := map[string]struct {
		api    *fakeAWS
		config values
		want   inprocess.Action
		says   []string
	}{
		"nothing wrong": {
			sized(), overriding(values{"task_role_arn": "arn:aws:iam::123456789012:role/web", "container_overrides": values{"iis": values{
				"cpu": 1024, "memory": 2048, "command": []any{"cmd", "/c", "ping"}, "environment": values{"A": "1"},
			}}}), inprocess.Create, nil,
		},
		"no such container": {
			sized(), overriding(values{"container_overrides": values{"isi": values{"cpu": 512}}}), inprocess.NoChange,
			[]string{`ElementKeyString("isi")`, "Unable to override container isi", `it has ["iis"]`, "is not a container in the TaskDefinition"},
		},
		"a reservation beside a limit": {
			sized(), overridingIIS(values{"memory_reservation": 512}), inprocess.NoChange,
			[]string{iis + `.AttributeName("memory_reservation")`, "WIN006", `Container "iis" has memory and memoryReservation`},
		},
		"a limit beside a reservation of the definition": {
			sized(func(d *ecstypes.TaskDefinition) {
				d.ContainerDefinitions[0].Memory, d.ContainerDefinitions[0].MemoryReservation = nil, aws.Int32(512)
			}), overridingIIS(values{"memory": 1024}), inprocess.NoChange,
			[]string{iis, "WIN006"},
		},
		"sizes of the task": {
			sized(), overriding(values{"cpu": "1024", "memory": "2048"}), inprocess.Create,
			[]string{`AttributeName("overrides").AttributeName("cpu")`, `AttributeName("overrides").AttributeName("memory")`, "WIN001", "ignored on Windows"},
		},
		"a size of the task, as in the definition": {
			sized(func(d *ecstypes.TaskDefinition) { d.Cpu, d.Memory = aws.String("1024"), aws.String("2048") }), overriding(values{"cpu": "2048"}), inprocess.Create,
			[]string{`AttributeName("overrides").AttributeName("cpu")`, "WIN001"},
		},
		"more than ECS places": {
			sized(), overriding(values{"cpu": "16 vCPU"}), inprocess.NoChange, []string{`AttributeName("overrides").AttributeName("cpu")`, "WIN002"},
		},
		"a size that is none": {
			sized(), overriding(values{"cpu": "much"}), inprocess.Create, []string{"DEF011", "Whether AWS refuses the same in overrides is not documented"},
		},
		"no cpu": {
			sized(), overridingIIS(values{"cpu": 0}), inprocess.Create, []string{iis + `.AttributeName("cpu")`, noCPU},
		},
		"no cpu in the definition either": {
			sized(func(d *ecstypes.TaskDefinition) { d.ContainerDefinitions[0].Cpu = 0 }), overridingIIS(values{"memory": 2048}), inprocess.Create, nil,
		},
		"a Linux shell": {
			sized(), overridingIIS(values{"command": []any{"/bin/sh", "-c", "canary"}}), inprocess.Create,
			[]string{iis + `.AttributeName("command").ElementKeyInt(0)`, "WIN022"},
		},
		"a variable of the definition in another case": {
			sized(func(d *ecstypes.TaskDefinition) {
				d.ContainerDefinitions[0].Environment = []ecstypes.KeyValuePair{{Name: aws.String("Path"), Value: aws.String("canary")}}
			}), overridingIIS(values{"environment": values{"PATH": "canary"}}), inprocess.Create,
			[]string{iis + `.AttributeName("environment").ElementKeyString("PATH")`, "WIN024"},
		},
		"too long": {
			sized(), overridingIIS(values{"environment": values{"A": strings.Repeat("canary", 2000)}}), inprocess.NoChange,
			[]string{`AttributeName("overrides")`, "Unable to use overrides", "AWS takes 8192"},
		},
		"a definition that is not known": {
			sized(), standing(overridingIIS(values{"memory": 1024, "memory_reservation": 512}), values{"task_definition": inprocess.Unknown{}}), inprocess.NoChange,
			[]string{iis + `.AttributeName("memory_reservation")`, "WIN006"},
		},
		"half of a contradiction": {
			sized(), standing(overridingIIS(values{"memory_reservation": 512, "command": []any{"/bin/sh"}}), values{"task_definition": inprocess.Unknown{}}), inprocess.Create, nil,
		},
		"unknown values": {
			sized(), overriding(values{"cpu": inprocess.Unknown{}, "container_overrides": values{"iis": values{
				"cpu": inprocess.Unknown{}, "memory_reservation": inprocess.Unknown{}, "command": []any{inprocess.Unknown{}}, "environment": values{"A": inprocess.Unknown{}},
			}}}), inprocess.Create, nil,
		},
		"unknown containers": {
			sized(), overriding(values{"container_overrides": inprocess.Unknown{}, "cpu": "1024"}), inprocess.Create, nil,
		},
		"the name of an unknown value": {
			sized(func(d *ecstypes.TaskDefinition) {
				d.ContainerDefinitions[0].Environment = []ecstypes.KeyValuePair{{Name: aws.String("Path"), Value: aws.String("x")}}
			}), overridingIIS(values{"environment": values{"PATH": inprocess.Unknown{}}}), inprocess.Create, []string{"WIN024"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tf := terraformOn(tt.api)
			got, err := tf.Plan(t.Context(), typeName, tt.config)
			expectResult(t, got, err, tt.want, tt.says...)
			if strings.Contains(got.String(), "canary") {
				t.Errorf("a value is shown:\n%s", got)
			}
		})
	}
}

// TestOverridesAtTheStart: a definition that the plan could not read is looked
// at before the task is started, and warnings are not said twice.
func TestOverridesAtTheStart(t *testing.T) {
	t.Parallel()
	api := sized()
	got, err := terraformOn(api).Apply(t.Context(), typeName, overridingIIS(values{"cpu": 0}))
	if err != nil || got.Failed() || strings.Count(got.String(), "WIN004") != 1 {
		t.Errorf("got %v, want one warning:\n%s", err, got)
	}
	api = sized()
	api.definitionErr, api.definitionErrs = denied(), 1
	got, err = terraformOn(api).Apply(t.Context(), typeName, overridingIIS(values{"memory_reservation": 512}))
	if err != nil || !got.Failed() || len(api.ran) > 0 {
		t.Errorf("got %v, started %d tasks:\n%s", err, len(api.ran), got)
	}
	expectText(t, got.String(), "WIN006")
}

func TestStrictOverrides(t *testing.T) {
	t.Parallel()
	m := &model{Overrides: overridesFromAPI(&ecstypes.TaskOverride{Cpu: aws.String("1024")})}
	if diags := checkOverrides(t.Context(), m, sized().definition, true); diags.ErrorsCount() != 1 || !strings.Contains(diags[0].Detail(), "strict = true") {
		t.Errorf("got %v", diags)
	}
	if diags := checkOverrides(t.Context(), m, sized().definition, false); diags.ErrorsCount() != 0 || diags.WarningsCount() != 1 {
		t.Errorf("got %v", diags)
	}
}
