package taskdef_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

// container returns the JSON of a definition with one container.
func container(members string) string {
	return `{"family": "f", "networkMode": "awsvpc", "containerDefinitions": [{"name": "c", ` + members + `}]}`
}

// root returns the JSON of a definition with nothing but a family.
func root(members string) string {
	return `{"family": "f", ` + members + `}`
}

func TestSpellingsThatECSTreatsAlike(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ a, b, other string }{
		"essential": {container(`"cpu": 1`), container(`"cpu": 1, "essential": true`), container(`"cpu": 1, "essential": false`)},
		"protocol": {container(`"portMappings": [{"containerPort": 80}]`), container(`"portMappings": [{"containerPort": 80, "protocol": "tcp"}]`),
			container(`"portMappings": [{"containerPort": 80, "protocol": "udp"}]`)},
		"host port under awsvpc": {container(`"portMappings": [{"containerPort": 80}]`), container(`"portMappings": [{"containerPort": 80, "hostPort": 80}]`),
			container(`"portMappings": [{"containerPort": 80, "hostPort": 81}]`)},
		"host port 0 under awsvpc": {container(`"portMappings": [{"containerPort": 80, "hostPort": 0}]`), container(`"portMappings": [{"containerPort": 80, "hostPort": 80}]`),
			container(`"portMappings": [{"containerPort": 81}]`)},
		"host port 0 elsewhere": {
			root(`"containerDefinitions": [{"name": "c", "portMappings": [{"containerPort": 80, "hostPort": 0}]}]`),
			root(`"containerDefinitions": [{"name": "c", "portMappings": [{"containerPort": 80}]}]`),
			root(`"containerDefinitions": [{"name": "c", "portMappings": [{"containerPort": 80, "hostPort": 80}]}]`)},
		"host port under host": {
			root(`"networkMode": "host", "containerDefinitions": [{"name": "c", "portMappings": [{"containerPort": 80}]}]`),
			root(`"networkMode": "host", "containerDefinitions": [{"name": "c", "portMappings": [{"containerPort": 80, "hostPort": 80}]}]`),
			root(`"networkMode": "bridge", "containerDefinitions": [{"name": "c", "portMappings": [{"containerPort": 80}]}]`)},
		"port range has no host port": {container(`"portMappings": [{"containerPortRange": "80-90"}]`), container(`"portMappings": [{"containerPortRange": "80-90", "hostPort": 0}]`),
			container(`"portMappings": [{"containerPortRange": "80-91"}]`)},
		"health check": {container(`"healthCheck": {"command": ["CMD", "x"]}`),
			container(`"healthCheck": {"command": ["CMD", "x"], "interval": 30, "timeout": 5, "retries": 3, "startPeriod": 0}`),
			container(`"healthCheck": {"command": ["CMD", "x"], "startPeriod": 1}`)},
		"health check interval":  {container(`"healthCheck": {"command": ["x"]}`), container(`"healthCheck": {"command": ["x"], "interval": 30}`), container(`"healthCheck": {"command": ["x"], "interval": 31}`)},
		"health check timeout":   {container(`"healthCheck": {"command": ["x"]}`), container(`"healthCheck": {"command": ["x"], "timeout": 5}`), container(`"healthCheck": {"command": ["x"], "timeout": 6}`)},
		"health check retries":   {container(`"healthCheck": {"command": ["x"]}`), container(`"healthCheck": {"command": ["x"], "retries": 3}`), container(`"healthCheck": {"command": ["x"], "retries": 4}`)},
		"empty health check":     {container(`"cpu": 1`), container(`"cpu": 1, "healthCheck": {}`), container(`"cpu": 1, "healthCheck": {"retries": 3}`)},
		"restart policy":         {container(`"restartPolicy": {"enabled": true}`), container(`"restartPolicy": {"enabled": true, "restartAttemptPeriod": 300, "ignoredExitCodes": []}`), container(`"restartPolicy": {"enabled": false}`)},
		"mount point":            {container(`"mountPoints": [{"sourceVolume": "v"}]`), container(`"mountPoints": [{"sourceVolume": "v", "readOnly": false}]`), container(`"mountPoints": [{"sourceVolume": "v", "readOnly": true}]`)},
		"volumes from":           {container(`"volumesFrom": [{"sourceContainer": "v"}]`), container(`"volumesFrom": [{"sourceContainer": "v", "readOnly": false}]`), container(`"volumesFrom": [{"sourceContainer": "v", "readOnly": true}]`)},
		"version consistency":    {container(`"cpu": 1`), container(`"cpu": 1, "versionConsistency": "enabled"`), container(`"cpu": 1, "versionConsistency": "disabled"`)},
		"environment value":      {container(`"environment": [{"name": "A"}]`), container(`"environment": [{"name": "A", "value": ""}]`), container(`"environment": [{"name": "A", "value": " "}]`)},
		"environment null value": {container(`"environment": [{"name": "A", "value": null}]`), container(`"environment": [{"name": "A", "value": ""}]`), container(`"environment": []`)},
		"environment order":      {container(`"environment": [{"name": "A", "value": "1"}, {"name": "B"}]`), container(`"environment": [{"name": "B"}, {"name": "A", "value": "1"}]`), container(`"environment": [{"name": "B", "value": "1"}, {"name": "A"}]`)},
		"secrets order":          {container(`"secrets": [{"name": "A", "valueFrom": "1"}, {"name": "B", "valueFrom": "2"}]`), container(`"secrets": [{"name": "B", "valueFrom": "2"}, {"name": "A", "valueFrom": "1"}]`), container(`"secrets": [{"name": "A", "valueFrom": "1"}]`)},
		"secret options order": {container(`"logConfiguration": {"logDriver": "splunk", "secretOptions": [{"name": "A"}, {"name": "B"}]}`), container(`"logConfiguration": {"logDriver": "splunk", "secretOptions": [{"name": "B"}, {"name": "A"}]}`),
			container(`"logConfiguration": {"logDriver": "splunk"}`)},
		"log options": {container(`"logConfiguration": {"logDriver": "awslogs"}`), container(`"logConfiguration": {"logDriver": "awslogs", "options": {}, "secretOptions": []}`), container(`"logConfiguration": {"logDriver": "awslogs", "options": {"mode": ""}}`)},
		"switches off": {container(`"cpu": 0`), container(`"interactive": false, "pseudoTerminal": false, "privileged": false, "readonlyRootFilesystem": false, "disableNetworking": false`),
			container(`"interactive": true`)},
		"empty lists and objects": {container(`"cpu": 0`), container(`"command": [], "environment": [], "dockerLabels": {}, "linuxParameters": {"capabilities": {"add": [], "drop": []}}, "logConfiguration": {}, "firelensConfiguration": {}, "repositoryCredentials": {}, "restartPolicy": {}, "user": "", "workingDirectory": ""`),
			container(`"command": [""]`)},
		"order of containers": {
			root(`"containerDefinitions": [{"name": "a", "image": "1"}, {"name": "b"}]`),
			root(`"containerDefinitions": [{"name": "b"}, {"name": "a", "image": "1"}]`),
			root(`"containerDefinitions": [{"name": "b", "image": "1"}, {"name": "a"}]`)},
		"order of volumes":       {root(`"volumes": [{"name": "a"}, {"name": "b", "host": {"sourcePath": "x"}}]`), root(`"volumes": [{"name": "b", "host": {"sourcePath": "x"}}, {"name": "a", "host": {}}]`), root(`"volumes": [{"name": "a"}, {"name": "b"}]`)},
		"volume switches":        {root(`"volumes": [{"name": "a"}]`), root(`"volumes": [{"name": "a", "configuredAtLaunch": false}]`), root(`"volumes": [{"name": "a", "configuredAtLaunch": true}]`)},
		"docker volume":          {root(`"volumes": [{"name": "a", "dockerVolumeConfiguration": {}}]`), root(`"volumes": [{"name": "a", "dockerVolumeConfiguration": {"autoprovision": false, "driverOpts": {}, "labels": {}}}]`), root(`"volumes": [{"name": "a"}]`)},
		"EFS":                    {root(`"volumes": [{"name": "a", "efsVolumeConfiguration": {"fileSystemId": "x"}}]`), root(`"volumes": [{"name": "a", "efsVolumeConfiguration": {"fileSystemId": "x", "rootDirectory": "/", "transitEncryption": "DISABLED", "authorizationConfig": {"iam": "DISABLED"}}}]`), root(`"volumes": [{"name": "a", "efsVolumeConfiguration": {"fileSystemId": "x", "rootDirectory": "/x"}}]`)},
		"S3 files":               {root(`"volumes": [{"name": "a", "s3filesVolumeConfiguration": {"fileSystemArn": "x"}}]`), root(`"volumes": [{"name": "a", "s3filesVolumeConfiguration": {"fileSystemArn": "x", "rootDirectory": "/"}}]`), root(`"volumes": [{"name": "a", "s3filesVolumeConfiguration": {"fileSystemArn": "y"}}]`)},
		"compatibilities":        {root(`"requiresCompatibilities": ["EC2", "EXTERNAL"]`), root(`"requiresCompatibilities": ["EXTERNAL", "EC2", "EXTERNAL"]`), root(`"requiresCompatibilities": ["EC2"]`)},
		"no compatibilities":     {root(`"requiresCompatibilities": []`), root(`"cpu": null`), root(`"requiresCompatibilities": ["EC2"]`)},
		"cpu in vCPU":            {root(`"cpu": "1024"`), root(`"cpu": "1 vCPU"`), root(`"cpu": "2 vCPU"`)},
		"cpu in vcpu":            {root(`"cpu": "512"`), root(`"cpu": ".5vcpu"`), root(`"cpu": ".5"`)},
		"memory in GB":           {root(`"memory": "2048"`), root(`"memory": "2 GB"`), root(`"memory": "2 GiB"`)},
		"memory without space":   {root(`"memory": "512"`), root(`"memory": "0.5GB"`), root(`"memory": "0.3GB"`)},
		"memory of no whole MiB": {root(`"memory": "0.3GB"`), root(`"cpu": null, "memory": "0.3GB"`), root(`"memory": "307"`)},
		"cpu that is no amount":  {root(`"cpu": "1e1 vCPU"`), root(`"memory": null, "cpu": "1e1 vCPU"`), root(`"cpu": "10240"`)},
		"architecture":           {root(`"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}`), root(`"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE", "cpuArchitecture": "X86_64"}`), root(`"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE", "cpuArchitecture": "ARM64"}`)},
		"empty platform":         {root(`"cpu": null`), root(`"runtimePlatform": {"cpuArchitecture": "X86_64"}`), root(`"runtimePlatform": {"cpuArchitecture": "ARM64"}`)},
		"fault injection":        {root(`"cpu": null`), root(`"enableFaultInjection": false`), root(`"enableFaultInjection": true`)},
		"empty roles":            {root(`"cpu": ""`), root(`"taskRoleArn": "", "executionRoleArn": "", "memory": ""`), root(`"taskRoleArn": "x"`)},
		"empty proxy":            {root(`"cpu": null`), root(`"proxyConfiguration": {"properties": []}`), root(`"proxyConfiguration": {"type": "APPMESH"}`)},
		"tags":                   {root(`"tags": [{"key": "a", "value": "b"}]`), root(`"tags": []`), `{"family": "g"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b, other := mustRead(t, tc.a), mustRead(t, tc.b), mustRead(t, tc.other)
			if !taskdef.Equal(a, b) || !taskdef.Equal(b, a) {
				t.Errorf("not equal, they differ at %v", taskdef.Changes(a, b))
			}
			if taskdef.Equal(a, other) || taskdef.Equal(b, other) {
				t.Error("equal to another definition")
			}
		})
	}
}

func TestOrderThatMatters(t *testing.T) {
	t.Parallel()
	for _, member := range []string{
		`"command": ["a", "b"]`, `"entryPoint": ["a", "b"]`,
		`"portMappings": [{"containerPort": 1}, {"containerPort": 2}]`,
		`"dependsOn": [{"containerName": "a"}, {"containerName": "b"}]`,
		`"mountPoints": [{"sourceVolume": "a"}, {"sourceVolume": "b"}]`,
		`"environmentFiles": [{"value": "a"}, {"value": "b"}]`,
	} {
		a, b := mustRead(t, container(member)), mustRead(t, container(member))
		c := &b.ContainerDefinitions[0]
		for _, list := range []any{c.Command, c.EntryPoint, c.PortMappings, c.DependsOn, c.MountPoints, c.EnvironmentFiles} {
			if v := reflect.ValueOf(list); v.Len() == 2 {
				reflect.Swapper(list)(0, 1)
			}
		}
		if taskdef.Equal(a, b) {
			t.Errorf("%s: the order does not count", member)
		}
	}
}

func TestCanonicalKeepsWhatIsSet(t *testing.T) {
	t.Parallel()
	in := full(t)
	want := full(t)
	want.Tags = nil
	got := taskdef.Canonical(in)
	if !reflect.DeepEqual(want, got) {
		t.Errorf("got  %s\nwant %s", encode(t, got), encode(t, want))
	}
}

func TestCanonicalSharesNoMemory(t *testing.T) {
	t.Parallel()
	in := full(t)
	got := taskdef.Canonical(in)
	before := encode(t, got)
	wreck(reflect.ValueOf(in))
	if after := encode(t, got); before != after {
		t.Errorf("changed with its original:\nbefore %s\nafter  %s", before, after)
	}
}

func TestCanonicalOfNothing(t *testing.T) {
	t.Parallel()
	if taskdef.Canonical(nil) != nil || !taskdef.Equal(nil, nil) || taskdef.Equal(nil, &ecs.RegisterTaskDefinitionInput{}) {
		t.Error("nil is not its own canonical form")
	}
	if got := fmt.Sprint(taskdef.Changes(nil, nil), len(taskdef.Changes(nil, &ecs.RegisterTaskDefinitionInput{}))); got != "[] 1" {
		t.Errorf("changes of nil: %s", got)
	}
}

func TestCanonicalIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		once := taskdef.Canonical(definition(t))
		if twice := taskdef.Canonical(once); !reflect.DeepEqual(once, twice) {
			t.Fatalf("once %s\ntwice %s", encode(t, once), encode(t, twice))
		}
	})
}

func TestOrderOfNamedThingsDoesNotCount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := named(definition(t))
		before := taskdef.Canonical(in)
		in.Volumes = shuffled(t, in.Volumes)
		in.RequiresCompatibilities = shuffled(t, in.RequiresCompatibilities)
		in.ContainerDefinitions = shuffled(t, in.ContainerDefinitions)
		for i := range in.ContainerDefinitions {
			c := &in.ContainerDefinitions[i]
			c.Environment = shuffled(t, c.Environment)
			c.Secrets = shuffled(t, c.Secrets)
			if c.LogConfiguration != nil {
				c.LogConfiguration.SecretOptions = shuffled(t, c.LogConfiguration.SecretOptions)
			}
		}
		if !reflect.DeepEqual(before, taskdef.Canonical(in)) {
			t.Fatalf("differs after a shuffle at %v", taskdef.Changes(before, in))
		}
	})
}

func TestChangesAreEmptyExactlyIfEqual(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := definition(t)
		b := taskdef.Canonical(a)
		if len(b.ContainerDefinitions) > 0 && rapid.Bool().Draw(t, "change") {
			draw(t, reflect.ValueOf(&b.ContainerDefinitions[0]).Elem(), 1)
		}
		if changes := taskdef.Changes(a, b); taskdef.Equal(a, b) != (len(changes) == 0) {
			t.Fatalf("equal is %t with the changes %v", taskdef.Equal(a, b), changes)
		}
	})
}

func TestChangesNameThePlaces(t *testing.T) {
	t.Parallel()
	a := mustRead(t, `{"family": "f", "cpu": "1 vCPU", "networkMode": "awsvpc", "volumes": [{"name": "old"}],
		"containerDefinitions": [
			{"name": "gone"},
			{"name": "iis", "image": "iis:1", "environment": [{"name": "A", "value": "1"}, {"name": "B"}], "command": ["a", "b"],
			 "portMappings": [{"containerPort": 80}], "dockerLabels": {"k.1": "v"},
			 "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g"}}}]}`)
	b := mustRead(t, `{"family": "f", "cpu": "1024", "memory": "2048", "networkMode": "awsvpc",
		"containerDefinitions": [
			{"name": "iis", "image": "iis:2", "environment": [{"name": "C", "value": "1"}, {"name": "B", "value": "2"}], "command": ["a", "c", "d"],
			 "portMappings": [{"containerPort": 80, "hostPort": 8080}], "dockerLabels": {"k.1": "w"}, "healthCheck": {"command": ["x"]},
			 "logConfiguration": {"logDriver": "awslogs"}}]}`)
	want := `[containerDefinitions["gone"]` +
		` containerDefinitions["iis"].command[1] containerDefinitions["iis"].command[2]` +
		` containerDefinitions["iis"].dockerLabels["k.1"]` +
		` containerDefinitions["iis"].environment["A"] containerDefinitions["iis"].environment["B"].value containerDefinitions["iis"].environment["C"]` +
		` containerDefinitions["iis"].healthCheck containerDefinitions["iis"].image` +
		` containerDefinitions["iis"].logConfiguration.options["awslogs-group"]` +
		` containerDefinitions["iis"].portMappings[0].hostPort memory volumes["old"]]`
	if got := fmt.Sprint(taskdef.Changes(a, b)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := fmt.Sprint(len(taskdef.Changes(b, a))); got != "13" {
		t.Errorf("%s changes the other way round, want 13", got)
	}
}

func TestChangesInLists(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ a, b, want string }{
		"a list appears":   {container(`"cpu": 1`), container(`"cpu": 1, "entryPoint": ["a", "b"]`), `[containerDefinitions["c"].entryPoint]`},
		"a list goes":      {container(`"dependsOn": [{"containerName": "a"}]`), container(`"cpu": 0`), `[containerDefinitions["c"].dependsOn]`},
		"a variable comes": {container(`"cpu": 1`), container(`"cpu": 1, "environment": [{"name": "A"}]`), `[containerDefinitions["c"].environment["A"]]`},
		"a secret option": {
			container(`"logConfiguration": {"secretOptions": [{"name": "a", "valueFrom": "1"}]}`),
			container(`"logConfiguration": {"secretOptions": [{"name": "b"}, {"name": "a", "valueFrom": "2"}]}`),
			`[containerDefinitions["c"].logConfiguration.secretOptions["a"].valueFrom containerDefinitions["c"].logConfiguration.secretOptions["b"]]`},
	} {
		if got := fmt.Sprint(taskdef.Changes(mustRead(t, tc.a), mustRead(t, tc.b))); got != tc.want {
			t.Errorf("%s: got %s, want %s", name, got, tc.want)
		}
	}
}

func TestChangesAmongThingsOfOneName(t *testing.T) {
	t.Parallel()
	with := func(first string) *ecs.RegisterTaskDefinitionInput {
		return &ecs.RegisterTaskDefinitionInput{ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("c"),
			Environment: []types.KeyValuePair{
				{Name: aws.String("A"), Value: aws.String(first)}, {Name: aws.String("A"), Value: aws.String("2")},
			},
		}}}
	}
	const want = `[containerDefinitions["c"].environment[0].value]`
	if got := fmt.Sprint(taskdef.Changes(with("1"), with("3"))); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFromTaskDefinition(t *testing.T) {
	t.Parallel()
	td := &types.TaskDefinition{}
	fill(reflect.ValueOf(td).Elem())
	want := full(t)
	want.Tags = nil
	want.NetworkMode = td.NetworkMode
	want.ContainerDefinitions[0].PortMappings[0].Protocol = td.ContainerDefinitions[0].PortMappings[0].Protocol
	if got := taskdef.FromTaskDefinition(td); !reflect.DeepEqual(want, got) {
		t.Errorf("got  %s\nwant %s", encode(t, got), encode(t, want))
	}
	if taskdef.FromTaskDefinition(nil) != nil {
		t.Error("nil does not give nil")
	}
}

func BenchmarkCanonical(b *testing.B) {
	in := large()
	b.ReportAllocs()
	for b.Loop() {
		taskdef.Canonical(in)
	}
}

// large returns 10 containers with 100 environment variables each.
func large() *ecs.RegisterTaskDefinitionInput {
	in := &ecs.RegisterTaskDefinitionInput{Family: aws.String("large"), NetworkMode: types.NetworkModeAwsvpc}
	for i := range 10 {
		c := types.ContainerDefinition{Name: aws.String(fmt.Sprint("container-", i)), Image: aws.String("mcr.microsoft.com/windows/servercore/iis")}
		for j := range 100 {
			c.Environment = append(c.Environment, types.KeyValuePair{
				Name: aws.String(fmt.Sprint("VARIABLE_", j)), Value: aws.String(fmt.Sprint("the value of variable ", j)),
			})
		}
		in.ContainerDefinitions = append(in.ContainerDefinitions, c)
	}
	return in
}

func shuffled[T any](t *rapid.T, list []T) []T {
	if len(list) == 0 {
		return list
	}
	return rapid.Permutation(list).Draw(t, "order")
}

func mustRead(tb testing.TB, text string) *ecs.RegisterTaskDefinitionInput {
	tb.Helper()
	in, err := taskdef.FromJSON([]byte(text))
	if err != nil {
		tb.Fatal(err)
	}
	return in
}

type helper interface {
	Helper()
	Fatal(args ...any)
}

func encode(t helper, in *ecs.RegisterTaskDefinitionInput) string {
	t.Helper()
	text, err := awsjson.Encode(in)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
