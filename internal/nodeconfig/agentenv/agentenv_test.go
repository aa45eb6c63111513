package agentenv

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestVariables(t *testing.T) {
	t.Parallel()
	all := Variables()
	if !slices.IsSortedFunc(all, func(a, b Variable) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("not sorted by name")
	}
	for i, v := range all {
		if i > 0 && all[i-1].Name == v.Name {
			t.Errorf("%s stands there twice", v.Name)
		}
		if (v.Kind != Text) != (v.Bad != "") {
			t.Errorf("%s: grammar %d, but a bad value does %q", v.Name, v.Kind, v.Bad)
		}
		if (v.Kind == Word) != (len(v.Words) > 0) {
			t.Errorf("%s: grammar %d with words %v", v.Name, v.Kind, v.Words)
		}
		if Check(v.Name, "") != nil {
			t.Errorf("%s: an empty value is as good as none", v.Name)
		}
	}
}

// TestCheck tries both sides of each grammar and each bound.
func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ good, bad []string }{
		"ECS_CLUSTER":                                {good: []string{"anything at all"}},
		"ECS_ENABLE_TASK_ENI":                        {[]string{"true", "True", "TRUE", "t", "1", " false ", "F"}, []string{"yes", "on", "$true", "tRUE"}},
		"ECS_RESERVED_MEMORY":                        {[]string{"0", "65535"}, []string{"65536", "-1", "1GB", "1.0", " 1"}},
		"ECS_NUM_IMAGES_DELETE_PER_CYCLE":            {[]string{"1", "99"}, []string{"0", "many"}},
		"ECS_CONTAINER_START_TIMEOUT":                {[]string{"2m", "120s", "1h"}, []string{"119s", "120", "2 m"}},
		"ECS_CONTAINER_CREATE_TIMEOUT":               {[]string{"1m"}, []string{"59s"}},
		"ECS_CONTAINER_STOP_TIMEOUT":                 {[]string{"1s"}, []string{"999ms"}},
		"ECS_MANIFEST_PULL_TIMEOUT":                  {[]string{"30s"}, []string{"29s"}},
		"ECS_IMAGE_PULL_INACTIVITY_TIMEOUT":          {[]string{"1m"}, []string{"59s"}},
		"ECS_IMAGE_PULL_TIMEOUT":                     {[]string{"1ns"}, []string{"-1s", "soon"}},
		"ECS_IMAGE_CLEANUP_INTERVAL":                 {[]string{"10m"}, []string{"599s"}},
		"ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION":      {[]string{"1s"}, []string{"500ms"}},
		"ECS_POLLING_METRICS_WAIT_DURATION":          {[]string{"5s", "20s"}, []string{"4s", "21s"}},
		"ECS_RESERVED_PORTS":                         {[]string{"[]", "[80,65535]"}, []string{"80", "[65536]", "[-1]", `["80"]`}},
		"ECS_AVAILABLE_LOGGING_DRIVERS":              {[]string{"[]", `["json-file","awslogs","awsfirelens"]`}, []string{"['json-file','awslogs']", "json-file", `["cloudwatch"]`}},
		"ECS_INSTANCE_ATTRIBUTES":                    {[]string{"{}", `{"a":"b"}`}, []string{`{"a":1}`, "{a:b}", "[]"}},
		"ECS_CONTAINER_INSTANCE_TAGS":                {[]string{`{"a":"b"}`}, []string{`{"a":true}`}},
		"ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES":         {[]string{"[]", `["10.0.0.0/8"]`}, []string{"10.0.0.0/8", `["10.0.0.1"]`, `["10.0.0.0/33"]`}},
		"ECS_IMAGE_PULL_BEHAVIOR":                    {[]string{"prefer-cached"}, []string{"Prefer-Cached", "cached"}},
		"ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM": {[]string{"ec2_instance"}, []string{"ec2-instance"}},
		"ECS_DYNAMIC_HOST_PORT_RANGE":                {[]string{"49152-65535", "80"}, []string{"65535-49152", "1-65536", "a-b"}},
		"ECS_VOLUME_PLUGIN_CAPABILITIES":             {[]string{`["efsAuth"]`}, []string{"efsAuth"}},
		"SOMETHING_ELSE":                             {good: []string{"x"}},
	} {
		for _, value := range c.good {
			if err := Check(name, value); err != nil {
				t.Errorf("%s=%s: %v", name, value, err)
			}
		}
		for _, value := range c.bad {
			err := Check(strings.ToLower(name), value)
			var bad *ValueError
			if !errors.As(err, &bad) {
				t.Errorf("%s=%s is taken", name, value)
				continue
			}
			if bad.Effect == "" || bad.Want == "" {
				t.Errorf("%s: the error does not say what is wanted and what happens: %v", name, err)
			}
		}
	}
}

func TestCheckHidesValues(t *testing.T) {
	t.Parallel()
	for _, v := range Variables() {
		if err := Check(v.Name, "canary"); err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%v holds the value", err)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"ECS_WARM_POOL_CHECK": "ECS_WARM_POOLS_CHECK", "ecs_enable_task_eni": "ECS_ENABLE_TASK_ENI", "ECS_SOMETHING_NEW_ENTIRELY": "",
	} {
		if got := Nearest(name); got != want {
			t.Errorf("Nearest(%s) = %q, want %q", name, got, want)
		}
	}
}
