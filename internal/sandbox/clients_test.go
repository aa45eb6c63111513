package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sandboxtest"
)

// story is what a client was answered when it created the cluster web,
// described it and one that is not there, registered testdata/iis.json four
// times, deregistered the fourth revision, described the family, listed it by
// pages of two, and described a family that is not there.
type story struct {
	Clusters     []any    `json:"clusters"`
	Failures     []any    `json:"failures"`
	Deregistered string   `json:"deregistered"`
	Described    any      `json:"described"`
	Tags         []any    `json:"tags"`
	Listed       []string `json:"listed"`
	Refused      string   `json:"refused"`
}

// patience is how long a client may take, its start included.
const patience = 2 * time.Minute

// Clients that nobody here wrote must understand the sandbox, and read the
// same values from it as the Go SDK does.
func TestClientsNobodyHereWrote(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts other programs; run without -short")
	}
	for name, tell := range map[string]func(*testing.T, *sandboxtest.Server) story{
		"AWS CLI":                      tellWithCLI,
		"boto3":                        tellWithBoto3,
		"@aws-sdk/client-ecs from npm": tellWithNPM,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandboxtest.New(t, sandbox.Options{})
			got := tell(t, s)
			if d := cmp.Diff(tellWithSDK(t, s), got, cmp.FilterPath(isTime, cmp.Ignore())); d != "" {
				t.Errorf("(-the Go SDK +%s):\n%s", name, d)
			}
		})
	}
}

// isTime finds the one member that every client spells in its own way.
func isTime(p cmp.Path) bool {
	key, ok := p.Last().(cmp.MapIndex)
	return ok && key.Key().String() == "registeredAt"
}

// tellWithSDK reads with the Go SDK what another client has written.
func tellWithSDK(t *testing.T, s *sandboxtest.Server) story {
	t.Helper()
	c := s.ECS()
	clusters, err := c.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{
		Clusters: []string{"web", "none"}, Include: []types.ClusterField{"TAGS", "SETTINGS"},
	})
	if err != nil {
		t.Fatal(err)
	}
	definition, err := c.DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: aws.String("iis"), Include: []types.TaskDefinitionField{"TAGS"},
	})
	if err != nil {
		t.Fatal(err)
	}
	read := asJSON(t, clusters)
	described := asJSON(t, definition)
	// The SDK's types cannot tell zero from absent; ECS always reports these.
	cluster := read["clusters"].([]any)[0].(map[string]any)
	for _, count := range []string{
		"activeServicesCount", "pendingTasksCount", "registeredContainerInstancesCount", "runningTasksCount",
	} {
		cluster[count] = 0.0
	}
	task := described["taskDefinition"].(map[string]any)
	task["containerDefinitions"].([]any)[0].(map[string]any)["cpu"] = 0.0
	const arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/iis:"
	return story{
		Clusters:     read["clusters"].([]any),
		Failures:     read["failures"].([]any),
		Deregistered: "INACTIVE",
		Described:    task,
		Tags:         described["tags"].([]any),
		Listed:       []string{arn + "1", arn + "2", arn + "3"},
		Refused:      "ClientException: Unable to describe task definition.",
	}
}

func asJSON(t *testing.T, v smithy.Serializable) map[string]any {
	t.Helper()
	text, err := awsjson.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return parse[map[string]any](t, text)
}

func parse[T any](t *testing.T, text []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
	return v
}

// command returns a program that talks to the sandbox and knows of no
// configuration of its user's.
func command(t *testing.T, s *sandboxtest.Server, name string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, name, args...)
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "AWS_") {
			c.Env = append(c.Env, variable)
		}
	}
	for name, value := range s.Env() {
		c.Env = append(c.Env, name+"="+value)
	}
	c.Env = append(c.Env, "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
	return c
}

// run returns what a program prints.
func run(t *testing.T, c *exec.Cmd) []byte {
	t.Helper()
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(c.Args, " "), err, stderr.String())
	}
	return out
}

// openDefinition gives a program the task definition on its standard input.
func openDefinition(t *testing.T, c *exec.Cmd) {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "iis.json"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	c.Stdin = file
}

func tellWithCLI(t *testing.T, s *sandboxtest.Server) story {
	if exec.Command("aws", "--version").Run() != nil {
		t.Skip("no AWS CLI; get it with: pip install awscli")
	}
	call := func(args ...string) map[string]any {
		t.Helper()
		out := run(t, command(t, s, "aws", append([]string{"ecs", "--output", "json"}, args...)...))
		return parse[map[string]any](t, out)
	}
	call("create-cluster", "--cluster-name", "web", "--tags", "key=team,value=a")
	clusters := call("describe-clusters", "--clusters", "web", "none", "--include", "TAGS", "SETTINGS")
	for range 4 {
		call("register-task-definition", "--cli-input-json", "file://testdata/iis.json")
	}
	deregistered := call("deregister-task-definition", "--task-definition", "iis:4")
	described := call("describe-task-definition", "--task-definition", "iis", "--include", "TAGS")

	list := []string{"list-task-definitions", "--family-prefix", "iis", "--page-size", "2"}
	var listed []string
	for more := []string{"--max-items", "2"}; more != nil; {
		page := call(append(list, more...)...)
		for _, arn := range page["taskDefinitionArns"].([]any) {
			listed = append(listed, arn.(string))
		}
		more = nil
		if token, ok := page["NextToken"].(string); ok {
			more = []string{"--max-items", "2", "--starting-token", token}
		}
	}
	return story{
		Clusters:     clusters["clusters"].([]any),
		Failures:     clusters["failures"].([]any),
		Deregistered: deregistered["taskDefinition"].(map[string]any)["status"].(string),
		Described:    described["taskDefinition"],
		Tags:         described["tags"].([]any),
		Listed:       listed,
		Refused:      cliRefusal(t, command(t, s, "aws", "ecs", "describe-task-definition", "--task-definition", "none")),
	}
}

// cliRefusal runs a command that must fail, and returns the error that it
// reports: "An error occurred (Code) when calling ... operation: Message".
func cliRefusal(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	out, err := c.CombinedOutput()
	if err == nil {
		t.Fatalf("%s: no error", strings.Join(c.Args, " "))
	}
	_, rest, _ := strings.Cut(string(out), "(")
	code, rest, _ := strings.Cut(rest, ")")
	_, message, _ := strings.Cut(rest, "operation: ")
	return code + ": " + strings.TrimSpace(message)
}

func tellWithBoto3(t *testing.T, s *sandboxtest.Server) story {
	if exec.Command("python3", "-c", "import boto3").Run() != nil {
		t.Skip("no boto3; get it with: pip install boto3")
	}
	c := command(t, s, "python3", filepath.Join("testdata", "story.py"))
	openDefinition(t, c)
	return parse[story](t, run(t, c))
}

func tellWithNPM(t *testing.T, s *sandboxtest.Server) story {
	c := nodeCommand(t, s, "story.mjs")
	openDefinition(t, c)
	return parse[story](t, run(t, c))
}

// nodeCommand returns a script of testdata/npm with AWS's clients installed, or
// skips the test where they cannot be.
func nodeCommand(t *testing.T, s *sandboxtest.Server, script string) *exec.Cmd {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if exec.Command(program, "--version").Run() != nil {
			t.Skipf("no %s; get Node.js 20 or newer from https://nodejs.org", program)
		}
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "npm"))); err != nil {
		t.Fatal(err)
	}
	install := command(t, s, "npm", "ci", "--omit=dev", "--ignore-scripts")
	install.Dir = dir
	switch out, err := install.CombinedOutput(); {
	case bytes.Contains(out, []byte("EUSAGE")):
		t.Fatalf("package.json and its lock file do not agree:\n%s", out)
	case err != nil:
		t.Skipf("npm ci did not get the clients (%v); it needs an npm registry", err)
	}
	c := command(t, s, "node", script)
	c.Dir = dir
	return c
}
