package taskdefinition

import (
	"math/big"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

// everything has every member that the provider models.
const everything = `{
  "family": "all", "networkMode": "awsvpc", "cpu": "1024", "memory": "2048",
  "taskRoleArn": "arn:aws:iam::123456789012:role/task", "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
  "requiresCompatibilities": ["EC2"],
  "runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE", "cpuArchitecture": "X86_64"},
  "placementConstraints": [{"type": "memberOf", "expression": "attribute:ecs.os-type == windows"}],
  "tags": [{"key": "team", "value": "web"}],
  "volumes": [
    {"name": "host", "host": {"sourcePath": "C:\\data"}},
    {"name": "ebs", "configuredAtLaunch": true},
    {"name": "fsx", "fsxWindowsFileServerVolumeConfiguration": {"fileSystemId": "fs-1", "rootDirectory": "share",
      "authorizationConfig": {"credentialsParameter": "arn:aws:ssm:us-east-1:123456789012:parameter/fsx", "domain": "example.com"}}}
  ],
  "containerDefinitions": [
    {"name": "sidecar", "image": "sidecar:1", "essential": false, "memory": 128},
    {"name": "app", "image": "app:1", "cpu": 512, "memory": 1024, "memoryReservation": 512, "essential": true,
      "entryPoint": ["powershell"], "command": ["-Command", "run"], "workingDirectory": "C:\\app",
      "environment": [{"name": "A", "value": "1"}, {"name": "EMPTY"}],
      "environmentFiles": [{"value": "arn:aws:s3:::bucket/a.env", "type": "s3"}],
      "secrets": [{"name": "S", "valueFrom": "/param"}],
      "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp", "name": "web", "appProtocol": "http"}, {"containerPortRange": "8000-8010", "protocol": "udp"}],
      "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-region": "us-east-1"}, "secretOptions": [{"name": "token", "valueFrom": "/token"}]},
      "dependsOn": [{"containerName": "sidecar", "condition": "START"}],
      "healthCheck": {"command": ["CMD-SHELL", "exit 0"], "interval": 60, "timeout": 10, "retries": 5, "startPeriod": 120},
      "mountPoints": [{"sourceVolume": "host", "containerPath": "C:\\data", "readOnly": true}],
      "volumesFrom": [{"sourceContainer": "sidecar", "readOnly": true}],
      "dockerLabels": {"l": "v"}, "credentialSpecs": ["credentialspec:arn:aws:s3:::bucket/spec.json"],
      "repositoryCredentials": {"credentialsParameter": "arn:aws:secretsmanager:us-east-1:123456789012:secret:registry"},
      "restartPolicy": {"enabled": true, "ignoredExitCodes": [0, 3], "restartAttemptPeriod": 60},
      "startTimeout": 60, "stopTimeout": 30, "interactive": true, "pseudoTerminal": true, "versionConsistency": "disabled"}
  ]
}`

func TestADefinitionSurvivesTheWayThroughTerraform(t *testing.T) {
	t.Parallel()
	in, err := taskdef.FromJSON([]byte(everything))
	if err != nil {
		t.Fatal(err)
	}
	out, found := fromAPI(in, specTypesOf(Schema())).toAPI()
	if found.unknown.Any() || found.nulls != nil || found.outOfRange != nil {
		t.Errorf("the conversion found %+v", found)
	}
	for _, p := range taskdef.Changes(in, out) {
		t.Errorf("%s did not survive", p)
	}
}

// TestEverythingNamesEveryAttribute keeps the fixture above complete.
func TestEverythingNamesEveryAttribute(t *testing.T) {
	t.Parallel()
	object, err := FromJSON(everything)
	if err != nil {
		t.Fatal(err)
	}
	var missing func(v attr.Value, at string)
	missing = func(v attr.Value, at string) {
		switch v := v.(type) {
		case types.Object:
			for name, a := range v.Attributes() {
				if a.IsNull() && !strings.Contains(at, "sidecar") && !strings.Contains(at, ".volumes") && !strings.Contains(at, "port_mappings") {
					t.Errorf("%s.%s is null", at, name)
				}
				missing(a, at+"."+name)
			}
		case types.Map:
			for key, e := range v.Elements() {
				missing(e, at+"."+key)
			}
		}
	}
	missing(object, "")
}

func TestFromJSONSaysWhatIsNotModelled(t *testing.T) {
	t.Parallel()
	_, err := FromJSON(`{"family": "x", "pidMode": "task", "containerDefinitions": [{"name": "a", "image": "i:1", "memory": 4, "privileged": true}]}`)
	for _, want := range []string{"pidMode: not supported for Windows", `containerDefinitions["a"].privileged: not supported for Windows`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("FromJSON: %v, want %q in it", err, want)
		}
	}
}

func TestContainersToJSON(t *testing.T) {
	t.Parallel()
	number := func(n int64) attr.Value { return types.NumberValue(big.NewFloat(float64(n))) }
	literal := func(container map[string]attr.Value) attr.Value {
		attrTypes := map[string]attr.Type{}
		for name, v := range container {
			attrTypes[name] = v.Type(t.Context())
		}
		o := types.ObjectValueMust(attrTypes, container)
		return types.DynamicValue(types.ObjectValueMust(map[string]attr.Type{"app": o.Type(t.Context())}, map[string]attr.Value{"app": o}))
	}
	got, err := ContainersToJSON(literal(map[string]attr.Value{
		"image":  types.StringValue("app:1"),
		"memory": number(512),
		"command": types.TupleValueMust([]attr.Type{types.StringType, types.NumberType},
			[]attr.Value{types.StringValue("<run>"), number(1)}),
	}))
	want := `[{"command":["<run>","1"],"image":"app:1","memory":512,"name":"app"}]`
	if err != nil || got != want {
		t.Errorf("ContainersToJSON = %s, %v, want %s", got, err, want)
	}
	for name, tt := range map[string]struct {
		container map[string]attr.Value
		want      string
	}{
		"unknown attribute": {map[string]attr.Value{"imag": types.StringValue("x")}, `has no attribute "imag"`},
		"wrong type":        {map[string]attr.Value{"memory": types.StringValue("much")}, `container_definitions["app"].memory must be a whole number`},
		"fraction":          {map[string]attr.Value{"memory": types.NumberValue(big.NewFloat(0.5))}, "must be a whole number"},
		"too large":         {map[string]attr.Value{"memory": number(1 << 40)}, "does not fit in 32 bits"},
		"no list":           {map[string]attr.Value{"command": types.StringValue("x")}, "must be a list"},
	} {
		if _, err := ContainersToJSON(literal(tt.container)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, tt.want)
		}
	}
}

func TestUnknownsAreFoundWhereTheyAre(t *testing.T) {
	t.Parallel()
	s := Schema()
	container := spec{}
	containerTypes := specTypesOf(s).object("container_definitions")
	for name, typ := range containerTypes.AttrTypes {
		container[name] = nullOf(t.Context(), typ)
	}
	container["image"] = types.StringUnknown()
	container["environment"] = types.MapValueMust(types.StringType, map[string]attr.Value{"A": types.StringUnknown(), "B": types.StringValue("b")})
	container["command"] = types.ListValueMust(types.StringType, []attr.Value{types.StringValue("x"), types.StringUnknown()})
	container["log_configuration"] = types.ObjectUnknown(containerTypes.object("log_configuration").attributes())
	in, found := spec{
		"container_definitions": types.MapValueMust(containerTypes.ObjectType, map[string]attr.Value{"app": container.object(containerTypes)}),
	}.toAPI()
	app := taskdef.At("containerDefinitions").Key("app")
	for _, at := range []taskdef.Path{
		app.Member("image"), app.Member("environment").Key("A"), app.Member("command").Index(1), app.Member("logConfiguration").Member("options"),
	} {
		if !found.unknown.Covers(at) {
			t.Errorf("%s is not unknown", at)
		}
	}
	for _, at := range []taskdef.Path{app.Member("memory"), app.Member("environment").Key("B"), app.Member("command").Index(0)} {
		if found.unknown.Covers(at) {
			t.Errorf("%s is unknown", at)
		}
	}
	if n := len(in.ContainerDefinitions[0].Environment); n != 2 {
		t.Errorf("%d environment entries, want both names", n)
	}
}
