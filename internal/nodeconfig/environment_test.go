package nodeconfig

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestEnvironment(t *testing.T) {
	t.Parallel()
	always := map[string]string{
		"ECS_CLUSTER": "prod", "ECS_ENABLE_TASK_ENI": "true", "ECS_ENABLE_TASK_IAM_ROLE": "true",
		"ECS_DATADIR": `C:\ProgramData\Amazon\ECS\data`, "ECS_LOGFILE": `C:\ProgramData\Amazon\ECS\log\ecs-agent.log`,
	}
	for name, c := range map[string]struct {
		text string
		more map[string]string
	}{
		"nothing given": {"", nil},
		"defaults given": {
			"agent: {logging_drivers: [json-file, none, awslogs], reserved_memory_mib: 0, image_pull_timeout: 2h, spot_draining: false}\n",
			map[string]string{
				"ECS_AVAILABLE_LOGGING_DRIVERS": `["json-file","none","awslogs"]`, "ECS_RESERVED_MEMORY": "0",
				"ECS_IMAGE_PULL_TIMEOUT": "2h", "ECS_ENABLE_SPOT_INSTANCE_DRAINING": "false",
			},
		},
		"lists and maps": {
			"agent: {reserved_ports: [80], reserved_ports_udp: [], attributes: {tier: web<1}, tags: {}}\nawsvpc: {additional_local_routes: [10.0.0.5/32]}\n",
			nil,
		},
		"off": {
			"awsvpc: {enabled: false}\nagent: {task_iam_role: false}\n",
			map[string]string{"ECS_ENABLE_TASK_ENI": "false", "ECS_ENABLE_TASK_IAM_ROLE": "false"},
		},
		"routes": {
			"awsvpc: {additional_local_routes: [10.0.0.5/32], block_imds: true}\nagent: {reserved_ports_udp: [], tags: {}, attributes: {tier: web}}\n",
			map[string]string{
				"ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES": `["10.0.0.5/32"]`, "ECS_AWSVPC_BLOCK_IMDS": "true", "ECS_RESERVED_PORTS_UDP": "[]",
				"ECS_CONTAINER_INSTANCE_TAGS": "{}", "ECS_INSTANCE_ATTRIBUTES": `{"tier":"web"}`,
			},
		},
		"proxies": {
			"proxy: {agent: {https: 'http://proxy:3128', no_proxy: [.example.com, 169.254.170.2]}, docker: {http: 'http://proxy:3128'}}\nregion: eu-west-1\n",
			map[string]string{
				"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": `.example.com,169.254.170.2,169.254.169.254,\\.\pipe\docker_engine`, "AWS_DEFAULT_REGION": "eu-west-1",
			},
		},
		"further variables": {
			"agent: {environment: {ECS_EXCLUDE_UNTRACKED_IMAGE: 'a,b', OTHER: x}}\n",
			map[string]string{"ECS_EXCLUDE_UNTRACKED_IMAGE": "a,b", "OTHER": "x"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "lists and maps" {
				problems(t, head+c.text) // the attribute's value is none
				return
			}
			got, err := Environment(parse(t, head+c.text))
			if err != nil {
				t.Fatal(err)
			}
			want := maps.Clone(always)
			maps.Copy(want, c.more)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDockerEnvironment(t *testing.T) {
	t.Parallel()
	got, err := DockerEnvironment(parse(t, head+"proxy: {docker: {http: 'http://proxy:3128'}}\n"))
	want := map[string]string{"HTTP_PROXY": "http://proxy:3128", "NO_PROXY": `169.254.169.254,169.254.170.2,\\.\pipe\docker_engine`}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	got, err = DockerEnvironment(valid())
	if len(got) > 0 || err != nil {
		t.Errorf("without a proxy: %v, %v", got, err)
	}
}

// TestReferences shows that a reference is found, resolved, and never handed to the agent unresolved.
func TestReferences(t *testing.T) {
	t.Parallel()
	d := parse(t, head+"proxy: {agent: {https: 'secretsmanager:proxy#url'}}\nagent: {environment: {ECS_ENGINE_AUTH_TYPE: docker, ECS_ENGINE_AUTH_DATA: 'ssm:/registry/auth'}}\n")
	want := map[string]Reference{
		"proxy.agent.https":                         {Store: StoreSecretsManager, Name: "proxy", Key: "url"},
		`agent.environment["ECS_ENGINE_AUTH_DATA"]`: {Store: StoreSSM, Name: "/registry/auth"},
	}
	if diff := cmp.Diff(want, d.References()); diff != "" {
		t.Error(diff)
	}
	var found Problems
	if _, err := Environment(d); !errors.As(err, &found) || len(found) != 2 {
		t.Errorf("Environment took unresolved references: %v", err)
	}
	before := string(Encode(d))
	resolved, err := d.Resolve(func(r Reference) (string, error) { return "http://secret.of/" + strings.Repeat("/", len(r.Key)), nil })
	if err != nil {
		t.Fatal(err)
	}
	environment, err := Environment(resolved)
	if err != nil || environment["HTTPS_PROXY"] != "http://secret.of////" || environment["ECS_ENGINE_AUTH_DATA"] != "http://secret.of/" {
		t.Errorf("got %v, %v", environment, err)
	}
	if string(Encode(d)) != before {
		t.Error("Resolve changed the document itself")
	}
	for _, s := range Show(resolved) {
		if strings.Contains(s.Value, "secret.of") {
			t.Errorf("Show tells a secret: %v", s)
		}
	}
	denied := errors.New("denied")
	if _, err := d.Resolve(func(Reference) (string, error) { return "", denied }); !errors.Is(err, denied) {
		t.Errorf("Resolve hides its cause: %v", err)
	}
}

// TestResolvedValues shows that a secret is held to what its member takes, without a word of it in the error.
func TestResolvedValues(t *testing.T) {
	t.Parallel()
	proxy := parse(t, head+"proxy: {agent: {https: 'ssm:/proxy'}}\n")
	variable := parse(t, head+"agent: {environment: {ECS_ENGINE_AUTH_TYPE: 'ssm:/type'}}\n")
	for name, c := range map[string]struct {
		d           *Document
		value, says string
	}{
		"a user and a password":    {proxy, "http://canary:word@proxy:3128", ""},
		"a line break at the end":  {proxy, "http://canary:word@proxy:3128\n", "proxy.agent.https to ssm: what it stands for has a line break"},
		"no URL":                   {proxy, "canary", "is not a proxy's URL"},
		"nothing":                  {proxy, "", "is not a proxy's URL"},
		"a variable":               {variable, "docker", ""},
		"a variable with its line": {variable, "docker\r\n", `agent.environment["ECS_ENGINE_AUTH_TYPE"] to ssm: what it stands for has a line break`},
		"a variable's grammar":     {variable, "canary", "has a value that the agent does not read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := c.d.Resolve(func(Reference) (string, error) { return c.value, nil })
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Fatalf("got %v, want %q", err, c.says)
			}
			if err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("the error holds the value: %v", err)
			}
		})
	}
}

// agentReads is the agent's own way to read its environment, written down anew from its source: a value that it would
// not take as it stands is an error.
func agentReads(name, value string) error {
	switch {
	case slices.Contains([]string{"ECS_CLUSTER", "AWS_DEFAULT_REGION", "ECS_BACKEND_HOST", "ECS_DATADIR", "ECS_LOGFILE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"}, name):
		return nil
	case name == "ECS_RESERVED_MEMORY":
		_, err := strconv.ParseUint(value, 10, 16)
		return err
	case name == "ECS_NUM_IMAGES_DELETE_PER_CYCLE":
		n, err := strconv.Atoi(value)
		if n < 1 {
			err = errors.New("below 1")
		}
		return err
	case strings.HasPrefix(name, "ECS_RESERVED_PORTS"):
		var ports []uint16
		return json.Unmarshal([]byte(value), &ports)
	case name == "ECS_AVAILABLE_LOGGING_DRIVERS":
		var drivers []string
		err := json.Unmarshal([]byte(value), &drivers)
		for _, d := range drivers {
			if !slices.Contains([]string{"json-file", "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "logentries", "sumologic", "none", "awsfirelens"}, d) {
				err = errors.New("unknown driver")
			}
		}
		return err
	case name == "ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES":
		var routes []string
		err := json.Unmarshal([]byte(value), &routes)
		for _, r := range routes {
			if _, _, bad := net.ParseCIDR(r); bad != nil {
				err = bad
			}
		}
		return err
	case name == "ECS_INSTANCE_ATTRIBUTES" || name == "ECS_CONTAINER_INSTANCE_TAGS":
		var pairs map[string]string
		return json.Unmarshal([]byte(value), &pairs)
	case name == "ECS_DYNAMIC_HOST_PORT_RANGE":
		var low, high uint16
		_, err := fmt.Sscanf(value, "%d-%d", &low, &high)
		if high < low {
			err = errors.New("backwards")
		}
		return err
	case strings.HasSuffix(name, "_TIMEOUT") || strings.Contains(name, "_WAIT_DURATION") || name == "ECS_IMAGE_CLEANUP_INTERVAL" || name == "ECS_IMAGE_MINIMUM_CLEANUP_AGE":
		d, err := time.ParseDuration(value)
		least := map[string]time.Duration{
			"ECS_CONTAINER_START_TIMEOUT": 2 * time.Minute, "ECS_CONTAINER_CREATE_TIMEOUT": time.Minute, "ECS_CONTAINER_STOP_TIMEOUT": time.Second,
			"ECS_MANIFEST_PULL_TIMEOUT": 30 * time.Second, "ECS_IMAGE_PULL_INACTIVITY_TIMEOUT": time.Minute, "ECS_IMAGE_CLEANUP_INTERVAL": 10 * time.Minute,
			"ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION": time.Second, "ECS_POLLING_METRICS_WAIT_DURATION": 5 * time.Second,
		}[name]
		if d < least || name == "ECS_POLLING_METRICS_WAIT_DURATION" && d > 20*time.Second {
			err = errors.New("out of bounds")
		}
		return err
	}
	words := map[string][]string{
		"ECS_LOGLEVEL":                               {"crit", "error", "warn", "info", "debug"},
		"ECS_IMAGE_PULL_BEHAVIOR":                    {"default", "always", "once", "prefer-cached"},
		"ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM": {"none", "ec2_instance"},
	}
	if list, ok := words[name]; ok {
		if !slices.Contains(list, value) {
			return errors.New("not a word of the list")
		}
		return nil
	}
	_, err := strconv.ParseBool(strings.TrimSpace(value))
	return err
}

// TestEnvironmentIsRead shows that the agent takes every variable of every valid document as it stands.
func TestEnvironmentIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := draw(rt)
		environment, err := Environment(d)
		if err != nil {
			rt.Fatal(err)
		}
		for name, value := range environment {
			if _, extra := d.Agent.Environment[name]; extra {
				continue
			}
			if err := agentReads(name, value); err != nil {
				rt.Errorf("%s=%s: %v", name, value, err)
			}
		}
	})
}

// TestRoundTrip shows that Parse reads back what Encode writes, and that Encode is stable.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := draw(rt)
		encoded := Encode(d)
		again, err := Parse(encoded, "again")
		if err != nil {
			rt.Fatalf("%v\nof\n%s", err, encoded)
		}
		if !d.Equal(again) {
			for _, f := range Fields() {
				a, _ := d.Get(f.Path)
				b, _ := again.Get(f.Path)
				if !same(a, b) || d.Origin(f.Path).Source != again.Origin(f.Path).Source {
					rt.Errorf("%s: %#v, read back %#v", f.Path, a, b)
				}
			}
			rt.Errorf("not the same after\n%s", encoded)
		}
		if diff := cmp.Diff(string(encoded), string(Encode(again))); diff != "" {
			rt.Error(diff)
		}
		if !d.Clone().Equal(d) {
			rt.Error("a clone differs")
		}
	})
}

// draw makes a valid document: some members, each with a value that its row allows, and none that contradicts another.
func draw(t *rapid.T) *Document {
	d := valid()
	for _, r := range rows() {
		if r.Required || rapid.IntRange(0, 3).Draw(t, "given "+r.Path) > 0 {
			continue
		}
		before := load(r.at(d))
		value := drawValue(t, r)
		if err := d.Set(r.Path, value, Origin{Source: FromDocument, Name: "drawn"}); err != nil {
			t.Fatal(err)
		}
		if len(ValidateMember(d, r.Path)) > 0 {
			store(r.at(d), before)
			delete(d.origins, r.Path)
		}
	}
	// A section that contradicts itself or another one goes.
	defaults := Default()
	for found := Validate(d); len(found) > 0; found = Validate(d) {
		top, _, _ := strings.Cut(found[0].Path, ".")
		given := false
		for _, r := range rows() {
			if !r.Required && (r.Path == top || strings.HasPrefix(r.Path, top+".")) {
				given = given || d.given(r, defaults)
				store(r.at(d), load(r.at(defaults)))
				delete(d.origins, r.Path)
			}
		}
		if !given {
			t.Fatalf("the default of %s is not valid: %v", top, found)
		}
	}
	return d
}

func drawValue(t *rapid.T, r row) any {
	text := rapid.OneOf(rapid.Just(r.Default), rapid.StringN(0, 12, 40).AsAny(), rapid.Just(strings.Trim(r.Example, "[]'")).AsAny(), rapid.SampledFrom([]string{"no", "1", "1.0", "null", "~", "a: b", "#a", "- a", "'a'", `"a"`, "C:\\a b", "10.0.0.0/8", "10.0.0.2", "ssm:/a"}).AsAny())
	word := func(label string) string {
		if len(r.Enum) > 0 {
			return rapid.SampledFrom(r.Enum).Draw(t, label)
		}
		s, _ := text.Draw(t, label).(string)
		return s
	}
	switch r.Type {
	case TypeBool:
		return rapid.Bool().Draw(t, r.Path)
	case TypeInt:
		return int(rapid.Int64Range(r.Range.Min, min(r.Range.Max, 1<<31-1)).Draw(t, r.Path))
	case TypeDuration:
		return time.Duration(rapid.Int64Range(r.Range.Min, min(r.Range.Max, int64(100*time.Hour))).Draw(t, r.Path))
	case TypeInts:
		return rapid.SliceOfNDistinct(rapid.IntRange(int(r.Range.Min), int(r.Range.Max)), 0, 4, rapid.ID[int]).Draw(t, r.Path)
	case TypeStrings:
		list := []string{}
		for i := range rapid.IntRange(0, 3).Draw(t, r.Path) {
			list = append(list, word(fmt.Sprint(r.Path, i)))
		}
		return list
	case TypeMap:
		entries := map[string]string{}
		for i := range rapid.IntRange(0, 3).Draw(t, r.Path) {
			entries[rapid.StringMatching(`[A-Za-z_]{1,5}`).Draw(t, fmt.Sprint("key", i))] = word(fmt.Sprint(r.Path, i))
		}
		for name := range entries {
			if isReference(entries[name]) {
				delete(entries, name)
			}
		}
		return entries
	case TypeString:
	}
	if s := word(r.Path); !isReference(s) {
		return s
	}
	return ""
}

// FuzzParse shows that no text makes Parse panic or accept what it cannot write again.
func FuzzParse(f *testing.F) {
	f.Add(string(Example()))
	f.Add(head + "agent: {attributes: {tier: web}}\n")
	f.Add(`{"apiVersion":"bootstrap.ecs/v1","kind":"NodeConfig","cluster":"prod"}`)
	f.Add(head + "agent: &a {log_level: *a}\n<<: *a\n--- \n")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := Parse([]byte(text), "fuzz")
		var found Problems
		if errors.As(err, &found) {
			_ = found.Render()
			return
		}
		again, err := Parse(Encode(d), "again")
		if err != nil || !d.Equal(again) {
			t.Fatalf("reads back otherwise: %v\n%s", err, Encode(d))
		}
	})
}
