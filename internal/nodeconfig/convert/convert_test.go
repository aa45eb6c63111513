package convert

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig/agentenv"
)

const head = "apiVersion: bootstrap.ecs/v1\nkind: NodeConfig\n"

// on is what a call with -EnableTaskIAMRole and -EnableTaskENI gives.
const onRole, onENI = "agent:\n  task_iam_role: true\n", "awsvpc:\n  enabled: true\n"

func TestFromScript(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script string
		want   string   // the document below its head
		notes  []string // the beginning of each, in order
	}{
		"a line": {
			script: "Initialize-ECSAgent -Cluster prod -EnableTaskIAMRole -EnableTaskENI",
			want:   "cluster: prod\n" + onRole + onENI,
		},
		"the guide's user data": {
			script: "<powershell>\nImport-Module ECSTools\nInitialize-ECSAgent -Cluster \"prod\" -EnableTaskIAMRole -EnableTaskENI -AwsvpcBlockIMDS -AwsvpcAdditionalLocalRoutes '[\"10.0.0.5/32\"]'\n</powershell>\n",
			want:   "cluster: prod\n" + onRole + onENI + "  block_imds: true\n  additional_local_routes: ['10.0.0.5/32']\n",
		},
		"the guide's broken line": {
			script: "Initialize-ECSAgent -Cluster prod -EnableTaskIAMRole -EnableTaskENI -AwsvpcBlockIMDS -AwsvpcAdditionalLocalRoutes\n'[\"10.0.0.5/32\"]'",
			want:   "cluster: prod\n" + onRole + onENI + "  block_imds: true\n  additional_local_routes: ['10.0.0.5/32']\n",
			notes:  []string{"line 1, column 86: -AwsvpcAdditionalLocalRoutes: has no value: the line ends before it"},
		},
		"the guide's logging example": {
			script: "[Environment]::SetEnvironmentVariable(\"ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE\", $TRUE, \"Machine\")\nInitialize-ECSAgent -Cluster prod -EnableTaskIAMRole -LoggingDrivers '[\"json-file\",\"awslogs\"]'\n",
			want:   "cluster: prod\nagent:\n  logging_drivers: [json-file, awslogs]\n  task_iam_role: true\n  awslogs_execution_role_override: true\nawsvpc:\n  enabled: false\n",
			notes:  []string{"line 2, column 1: -EnableTaskENI: is not there"},
		},
		"continuation, comments, colon, case, prefix": {
			script: "# set up\nECSTools\\initialize-ecsagent `\r\n  -cluster:'it''s' `\r\n  -LoggingD \"[`\"awslogs`\"]\" `\r\n  -enabletaskiamrole:$true -EnableTaskENI:$true <# now #>; Write-Host done\r\n",
			want:   "cluster: default\nagent:\n  logging_drivers: [awslogs]\n  task_iam_role: true\n" + onENI,
			notes:  []string{"line 3, column 3: ECS_CLUSTER: left out: as cluster it does not have the right form", "ECS_CLUSTER: is not set"},
		},
		"variables": {
			script: "$name = 'prod'\n$where = Get-Cluster\nInitialize-ECSAgent -Cluster $name -AWSDefaultRegion $where -ECSEndpoint \"https://$host.example.com\" -EnableTaskIAMRole -EnableTaskENI",
			want:   "cluster: prod\n" + onRole + onENI,
			notes:  []string{"line 3, column 54: -AWSDefaultRegion: left out: its value comes from $where", "line 3, column 74: -ECSEndpoint: left out: its value comes from $host"},
		},
		"a variable given anew": {
			script: "$name = 'old'\n$name = Get-Cluster\nInitialize-ECSAgent -Cluster $name -EnableTaskIAMRole -EnableTaskENI",
			want:   "cluster: default\n" + onRole + onENI,
			notes:  []string{"line 3, column 30: -Cluster: left out: its value comes from $name", "ECS_CLUSTER: is not set"},
		},
		"splat": {
			script: "$params = @{ Cluster = 'prod' }\nInitialize-ECSAgent @params\n",
			want:   "cluster: default\n",
			notes:  []string{"line 2, column 21: @params: left out: the parameters of a splat", "ECS_CLUSTER: is not set"},
		},
		"in blocks, with its result kept": {
			script: "try { $r = Initialize-ECSAgent -Cluster prod -EnableTaskIAMRole -EnableTaskENI } catch { Write-Host 'Initialize-ECSAgent -Cluster other' }\nGet-Help Initialize-ECSAgent\n",
			want:   "cluster: prod\n" + onRole + onENI,
		},
		"here-string": {
			script: "$text = @'\nInitialize-ECSAgent -Cluster other\n'@\nInitialize-ECSAgent -Cluster prod -EnableTaskIAMRole -EnableTaskENI\n",
			want:   "cluster: prod\n" + onRole + onENI,
		},
		"drivers that are not JSON": {
			script: "Initialize-ECSAgent -Cluster prod -EnableTaskIAMRole -EnableTaskENI -LoggingDrivers \"['json-file','awslogs']\"",
			want:   "cluster: prod\n" + onRole + onENI,
			notes:  []string{"line 1, column 85: ECS_AVAILABLE_LOGGING_DRIVERS: left out: the agent warns"},
		},
		"drivers as an expression": {
			script: "Initialize-ECSAgent -Cluster prod -LoggingDrivers @('json-file','awslogs') -EnableTaskIAMRole -EnableTaskENI",
			want:   "cluster: prod\n" + onRole + onENI,
			notes:  []string{"line 1, column 35: -LoggingDrivers: left out: its value is an expression"},
		},
		"other parameters": {
			script: "Initialize-ECSAgent -Cluster prod -Version 1.105.1 -EnableTaskIAMRole -EnableTaskENI -ExternalInstance -OverrideSourceBucket b -Colour red stray\nInitialize-ECSAgent -Cluster two",
			want:   "cluster: prod\n" + onRole + onENI + "agent_install:\n  version: '1.105.1'\n",
			notes: []string{
				"line 1, column 86: -ExternalInstance: left out: it makes an ECS Anywhere", "line 1, column 126: -OverrideSourceBucket: left out: the agent comes",
				"line 1, column 128: -Colour: left out: no known", "line 1, column 140: Initialize-ECSAgent: left out: a value", "line 2, column 1: Initialize-ECSAgent: is called a second time",
			},
		},
		"latest": {
			script: "Initialize-ECSAgent -Cluster prod -Version 'latest' -EnableTaskIAMRole -EnableTaskENI",
			want:   "cluster: prod\n" + onRole + onENI,
			notes:  []string{"line 1, column 44: -Version: left out"},
		},
		"no switches": {
			script: "[System.Environment]::SetEnvironmentVariable('ECS_ENABLE_TASK_IAM_ROLE','true',[System.EnvironmentVariableTarget]::Machine)\nInitialize-ECSAgent -Cluster prod -AwsvpcBlockIMDS",
			want:   "cluster: prod\nagent:\n  task_iam_role: false\nawsvpc:\n  enabled: false\n",
			notes: []string{
				"line 2, column 1: ECS_ENABLE_TASK_IAM_ROLE: does not hold", "line 2, column 1: -EnableTaskIAMRole: is not there", "line 2, column 1: -EnableTaskENI: is not there",
				"awsvpc.block_imds: left out: it has no effect without awsvpc.enabled",
			},
		},
		"variables of the machine": {
			script: strings.Join([]string{
				`setx ECS_CLUSTER prod /M`,
				`setx.exe /m ECS_RESERVED_MEMORY "1024"`,
				`setx ECS_LOGLEVEL debug`,
				`[Environment]::SetEnvironmentVariable("ECS_IMAGE_PULL_BEHAVIOR", "prefer-cached", "User")`,
				`$env:ECS_WARM_POOLS_CHECK = 'true'`,
				`[Environment]::SetEnvironmentVariable("ECS_CONTAINER_START_TIMEOUT", "1m", "Machine")`,
				`[Environment]::SetEnvironmentVariable("ECS_BACKEND_HOST", (Get-Endpoint), "Machine")`,
				`[Environment]::SetEnvironmentVariable("NO_PROXY", "169.254.169.254,.example.com", "Machine")`,
				`[Environment]::SetEnvironmentVariable("HTTPS_PROXY", "http://proxy:3128", "Machine")`,
				`[Environment]::SetEnvironmentVariable("PATH", "C:\tools", "Machine")`,
			}, "\n"),
			want: "cluster: prod\nagent:\n  reserved_memory_mib: 1024\nproxy:\n  agent:\n    https: 'http://proxy:3128'\n    no_proxy: ['.example.com']\n",
			notes: []string{
				"line 3, column 6: ECS_LOGLEVEL: left out: it is not set for the machine", "line 4, column 39: ECS_IMAGE_PULL_BEHAVIOR: left out: it is not set for the machine",
				"line 5, column 1: $env:ECS_WARM_POOLS_CHECK: left out: it is set for the script alone", "line 6, column 39: ECS_CONTAINER_START_TIMEOUT: left out: the agent warns and takes the minimum",
				"line 7, column 39: ECS_BACKEND_HOST: left out: its value comes from an expression",
			},
		},
		"set too late": {
			script: "Initialize-ECSAgent -Cluster prod -EnableTaskIAMRole -EnableTaskENI\nsetx ECS_ENABLE_SPOT_INSTANCE_DRAINING true /M",
			want:   "cluster: prod\nagent:\n  task_iam_role: true\n  spot_draining: true\n" + onENI,
			notes:  []string{"line 2, column 6: ECS_ENABLE_SPOT_INSTANCE_DRAINING: is set after Initialize-ECSAgent"},
		},
		"a secret": {
			script: "setx ECS_ENGINE_AUTH_DATA '{\"canary\":\"canary\"}' /M\nsetx HTTPS_PROXY http://user:canary@proxy:3128 /M\nInitialize-ECSAgent -Cluster prod -EnableTaskIAMRole -EnableTaskENI",
			want:   "cluster: prod\n" + onRole + onENI,
			notes:  []string{"line 1, column 6: ECS_ENGINE_AUTH_DATA: left out: in agent.environment it looks like a secret", "line 2, column 6: HTTPS_PROXY: left out: as proxy.agent.https it looks like a URL with a password"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, notes, err := FromScript(c.script)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(head+c.want, string(nodeconfig.Encode(doc))); diff != "" {
				t.Errorf("document (-want +got):\n%s", diff)
			}
			if len(notes) != len(c.notes) {
				t.Errorf("%d notes, want %d", len(notes), len(c.notes))
			}
			for i, n := range notes {
				if i >= len(c.notes) || !strings.HasPrefix(n.String(), c.notes[i]) {
					t.Errorf("note %d: %s", i, n)
				}
				if strings.Contains(n.String(), "canary") {
					t.Errorf("a value is told: %s", n)
				}
			}
			if found := nodeconfig.Validate(doc); len(found) > 0 {
				t.Errorf("not valid: %v", found)
			}
		})
	}
}

func TestFromScriptFindsNothing(t *testing.T) {
	t.Parallel()
	for _, script := range []string{
		"", "Write-Host hello", "'Initialize-ECSAgent -Cluster prod'", "Get-Help Initialize-ECSAgent", "# Initialize-ECSAgent",
		"aws ecs run-task --cluster windows --task-definition windows-simple-iis:1 --count 1",
		"setx PATH x /M", "[Environment]::SetEnvironmentVariable(", "setx",
	} {
		if _, _, err := FromScript(script); !errors.Is(err, ErrNothingFound) {
			t.Errorf("%q: %v", script, err)
		}
	}
}

func TestFromEnvironment(t *testing.T) {
	t.Parallel()
	doc, notes := FromEnvironment(map[string]string{
		"ecs_cluster": "prod", "ECS_ENABLE_TASK_ENI": " True ", "ECS_RESERVED_PORTS": "[80,443]", "ECS_INSTANCE_ATTRIBUTES": `{"tier":"web"}`,
		"ECS_IMAGE_PULL_TIMEOUT": "1h0m0s", "ECS_AUDIT_LOGFILE": `D:\audit.log`, "ECS_ENABLE_GPU_SUPPORT": "true", "ECS_RESERVED_MEMORY": "70000",
		"ECS_LOGLEVEL": "", "ECS_POLLING_METRICS_WAIT_DURATION": "5s", "ECS_AVAILABLE_LOGGING_DRIVERS": `["awsfirelens"]`, "ECS_DATADIR": "/data", "Path": `C:\Windows`,
		"ECS_NEW_VARIABLE_OF_A_LATER_AGENT": "x",
	})
	want := head + "cluster: prod\nagent:\n  reserved_ports: [80, 443]\n  image_pull_timeout: 1h\n  attributes:\n    tier: web\n" +
		"  environment:\n    ECS_AUDIT_LOGFILE: 'D:\\audit.log'\n    ECS_NEW_VARIABLE_OF_A_LATER_AGENT: x\nawsvpc:\n  enabled: true\n"
	if diff := cmp.Diff(want, string(nodeconfig.Encode(doc))); diff != "" {
		t.Error(diff)
	}
	subjects := map[string]bool{}
	for _, n := range notes {
		subjects[n.Subject] = true
	}
	for _, subject := range []string{"ECS_ENABLE_GPU_SUPPORT", "ECS_RESERVED_MEMORY", "ECS_LOGLEVEL", "agent.polling_metrics_wait", "ECS_AVAILABLE_LOGGING_DRIVERS", "ECS_DATADIR"} {
		if !subjects[subject] {
			t.Errorf("nothing is said about %s: %v", subject, notes)
		}
	}
	if len(subjects) != 6 {
		t.Errorf("more is said than to be said: %v", notes)
	}
	if got := doc.Origin("cluster").String(); got != "environment variable ECS_CLUSTER" {
		t.Errorf("cluster is from %q", got)
	}
}

// TestFromEnvironmentBack shows that Environment gives back every variable that was taken over, and says so if not.
func TestFromEnvironmentBack(t *testing.T) {
	t.Parallel()
	values := []string{"true", "false", "1", "0", "90s", "15m", "[]", "[80]", `["awslogs"]`, `["10.0.0.0/8"]`, "{}", `{"a":"b"}`, "default", "none", "debug", `C:\data`, "prod", "eu-west-1", "http://proxy:3128", "1-2", "a b", "ssm:/a", ""}
	var names []string
	for _, v := range agentenv.Variables() {
		names = append(names, v.Name)
	}
	rapid.Check(t, func(rt *rapid.T) {
		environment := rapid.MapOfN(rapid.SampledFrom(names), rapid.SampledFrom(values), 0, 12).Draw(rt, "environment")
		doc, notes := FromEnvironment(environment)
		if found := nodeconfig.Validate(doc); len(found) > 0 {
			rt.Fatalf("not valid: %v", found)
		}
		told := map[string]bool{}
		for _, n := range notes {
			told[n.Subject] = true
			for _, f := range nodeconfig.Fields() {
				if f.Path == n.Subject {
					told[f.Variable] = true
				}
			}
		}
		resolved, err := doc.Resolve(func(nodeconfig.Reference) (string, error) { return "http://proxy:3128", nil })
		if err != nil {
			rt.Fatal(err)
		}
		back, err := nodeconfig.Environment(resolved)
		if err != nil {
			rt.Fatal(err)
		}
		for name := range environment {
			if _, there := back[name]; !there && !told[name] && name != "NO_PROXY" {
				rt.Errorf("%s got lost in silence", name)
			}
		}
	})
}

func FuzzFromScript(f *testing.F) {
	f.Add("Initialize-ECSAgent -Cluster prod `\n -LoggingDrivers '[\"awslogs\"]'\n")
	f.Add("$a = @\"\n$(x)${b}\n\"@\nsetx ECS_CLUSTER $a /M\n[Environment]::SetEnvironmentVariable(\"ECS_X\",('a'),\"Machine\")")
	f.Add("Initialize-ECSAgent -Cluster:")
	f.Fuzz(func(t *testing.T, script string) {
		doc, _, err := FromScript(script)
		if err != nil {
			return
		}
		if found := nodeconfig.Validate(doc); len(found) > 0 {
			t.Fatalf("not valid: %v", found)
		}
		if _, err := nodeconfig.Parse(nodeconfig.Encode(doc), "again"); err != nil && len(nodeconfig.Encode(doc)) <= nodeconfig.MaxSize {
			t.Fatal(err)
		}
	})
}
