package taskdef

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/schemas"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
)

// FromJSON reads the JSON that aws ecs register-task-definition
// --cli-input-json and the console take, or what describe-task-definition
// prints: of the latter, the members that only AWS sets, such as revision, are
// left out.
//
// Members must be spelled and placed as in the ECS API, and the names of
// containers, volumes and of a container's variables, secrets and log options
// from secrets must be there once. A document that is at fault gives an error
// that wraps an awsjson.Problems with every problem in it.
func FromJSON(src []byte) (*ecs.RegisterTaskDefinitionInput, error) {
	in, err := fromJSON(src)
	if err != nil {
		return nil, fmt.Errorf("unable to read the JSON of the task definition: %w", err)
	}
	return in, nil
}

func fromJSON(src []byte) (*ecs.RegisterTaskDefinitionInput, error) {
	doc, err := awsjson.Parse(src)
	if err != nil {
		return nil, err
	}
	in := &ecs.RegisterTaskDefinitionInput{}
	root, read := "$", readDefinition
	if _, described := doc.Position("$.taskDefinition"); described {
		root, read = "$.taskDefinition", readDescription
	}
	err = doc.Decode(awsjson.Options{UnknownMember: unknownMember}, func(d smithy.ShapeDeserializer) error {
		return read(d, in)
	})
	var problems awsjson.Problems
	if err != nil && !errors.As(err, &problems) {
		return nil, err
	}
	if problems = withNameProblems(problems, doc, root, in); len(problems) > 0 {
		return nil, problems
	}
	return in, nil
}

// ContainersJSON writes containers as the JSON array that ECS and hashicorp/aws
// call container definitions, compact and in a stable order. What is not set is
// left out.
func ContainersJSON(containers []types.ContainerDefinition) (string, error) {
	var b strings.Builder
	b.WriteByte('[')
	for i := range containers {
		if i > 0 {
			b.WriteByte(',')
		}
		text, err := awsjson.Encode(&containers[i])
		if err != nil {
			return "", fmt.Errorf("unable to write containerDefinitions[%d] as JSON: %w", i, err)
		}
		b.Write(text)
	}
	b.WriteByte(']')
	return b.String(), nil
}

// readDescription reads an answer of DescribeTaskDefinition or
// RegisterTaskDefinition, which are alike.
func readDescription(d smithy.ShapeDeserializer, in *ecs.RegisterTaskDefinitionInput) error {
	return awsjson.Fields{
		schemas.DescribeTaskDefinitionResponse_taskDefinition: func(d smithy.ShapeDeserializer, _ *smithy.Schema) error {
			return readDefinition(d, in)
		},
		schemas.DescribeTaskDefinitionResponse_tags: awsjson.Structures(&in.Tags),
	}.Read(d, schemas.DescribeTaskDefinitionResponse)
}

func readDefinition(d smithy.ShapeDeserializer, in *ecs.RegisterTaskDefinitionInput) error {
	return Fields(in).Read(d, schemas.RegisterTaskDefinitionRequest)
}

// Fields returns the readers of the members of RegisterTaskDefinition's input.
func Fields(in *ecs.RegisterTaskDefinitionInput) awsjson.Fields {
	return awsjson.Fields{
		schemas.RegisterTaskDefinitionRequest_containerDefinitions:    awsjson.Structures(&in.ContainerDefinitions),
		schemas.RegisterTaskDefinitionRequest_cpu:                     awsjson.Text(&in.Cpu),
		schemas.RegisterTaskDefinitionRequest_enableFaultInjection:    awsjson.Flag(&in.EnableFaultInjection),
		schemas.RegisterTaskDefinitionRequest_ephemeralStorage:        awsjson.Structure(&in.EphemeralStorage),
		schemas.RegisterTaskDefinitionRequest_executionRoleArn:        awsjson.Text(&in.ExecutionRoleArn),
		schemas.RegisterTaskDefinitionRequest_family:                  awsjson.Text(&in.Family),
		schemas.RegisterTaskDefinitionRequest_inferenceAccelerators:   awsjson.Structures(&in.InferenceAccelerators),
		schemas.RegisterTaskDefinitionRequest_ipcMode:                 awsjson.Enum(&in.IpcMode),
		schemas.RegisterTaskDefinitionRequest_memory:                  awsjson.Text(&in.Memory),
		schemas.RegisterTaskDefinitionRequest_networkMode:             awsjson.Enum(&in.NetworkMode),
		schemas.RegisterTaskDefinitionRequest_pidMode:                 awsjson.Enum(&in.PidMode),
		schemas.RegisterTaskDefinitionRequest_placementConstraints:    awsjson.Structures(&in.PlacementConstraints),
		schemas.RegisterTaskDefinitionRequest_proxyConfiguration:      awsjson.Structure(&in.ProxyConfiguration),
		schemas.RegisterTaskDefinitionRequest_requiresCompatibilities: awsjson.Texts(&in.RequiresCompatibilities),
		schemas.RegisterTaskDefinitionRequest_runtimePlatform:         awsjson.Structure(&in.RuntimePlatform),
		schemas.RegisterTaskDefinitionRequest_tags:                    awsjson.Structures(&in.Tags),
		schemas.RegisterTaskDefinitionRequest_taskRoleArn:             awsjson.Text(&in.TaskRoleArn),
		schemas.RegisterTaskDefinitionRequest_volumes:                 awsjson.Structures(&in.Volumes),
	}
}

// unknownMember skips what only AWS sets, and names the operation that a
// member of another one belongs to.
func unknownMember(in awsjson.UnknownMember) string {
	root := in.Schema == schemas.RegisterTaskDefinitionRequest
	if root && schemas.TaskDefinition.Member(in.Name) != nil {
		return ""
	}
	if !root && (in.Nearest() != "" || len(in.Places()) > 0) {
		return in.Message()
	}
	inRun := schemas.RunTaskRequest.Member(in.Name) != nil
	inService := schemas.CreateServiceRequest.Member(in.Name) != nil
	const message = "is not a member of a task definition; remove it here, it belongs to "
	switch {
	case in.Name == "platformVersion":
		return message + "RunTask and CreateService, and there only to tasks on Fargate"
	case inRun && inService:
		return message + "RunTask and CreateService"
	case inRun:
		return message + "RunTask"
	case inService:
		return message + "CreateService"
	}
	return in.Message()
}

// withNameProblems adds what is wrong with names to the problems that were
// found before.
func withNameProblems(before awsjson.Problems, doc *awsjson.Document, root string, in *ecs.RegisterTaskDefinitionInput) awsjson.Problems {
	c := nameChecker{doc: doc, before: before}
	containers := root + ".containerDefinitions"
	c.unique(containers, "container", true, len(in.ContainerDefinitions), func(i int) *string { return in.ContainerDefinitions[i].Name })
	for i, at := range doc.Items(containers) {
		if i < len(in.ContainerDefinitions) {
			c.container(at, &in.ContainerDefinitions[i])
		}
	}
	c.unique(root+".volumes", "volume", false, len(in.Volumes), func(i int) *string { return in.Volumes[i].Name })
	all := slices.Concat(before, c.found)
	sort.SliceStable(all, func(i, j int) bool {
		a, b := all[i].Position, all[j].Position
		return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
	})
	return all
}

// maxNameProblems is enough for any reader, and keeps a hostile document from
// costing more than its length.
const maxNameProblems = 100

type nameChecker struct {
	doc    *awsjson.Document
	before awsjson.Problems
	found  awsjson.Problems
}

func (c *nameChecker) container(at string, v *types.ContainerDefinition) {
	c.unique(at+".environment", "environment variable", true, len(v.Environment), func(i int) *string { return v.Environment[i].Name })
	c.unique(at+".secrets", "secret", true, len(v.Secrets), func(i int) *string { return v.Secrets[i].Name })
	if log := v.LogConfiguration; log != nil {
		c.unique(at+".logConfiguration.secretOptions", "secret option", true, len(log.SecretOptions), func(i int) *string { return log.SecretOptions[i].Name })
	}
}

// unique checks the names of the n items of a list, of which each is a thing.
// It looks for their places only when something is wrong.
func (c *nameChecker) unique(list, thing string, required bool, n int, name func(i int) *string) {
	first := make(map[string]int, n)
	for i := range n {
		if len(c.found) >= maxNameProblems {
			return
		}
		given := aws.ToString(name(i))
		earlier, twice := first[given]
		switch {
		case given == "" && required:
			c.nameless(list, i, thing)
		case given == "":
		case twice:
			c.twice(list, earlier, i, thing)
		default:
			first[given] = i
		}
	}
}

func (c *nameChecker) nameless(list string, i int, thing string) {
	items := c.doc.Items(list)
	if i < len(items) && !c.faulty(items[i]) {
		c.add(items[i], "this "+thing+" has no name; give it one")
	}
}

func (c *nameChecker) twice(list string, earlier, later int, thing string) {
	items := c.doc.Items(list)
	if later >= len(items) {
		return
	}
	at, _ := c.doc.Position(items[earlier] + ".name")
	c.add(items[later]+".name", fmt.Sprintf("another %s has this name, at %s; give this one another name or remove it", thing, at))
}

// faulty reports whether the item has a problem already, which may be why it
// seems to have no name.
func (c *nameChecker) faulty(item string) bool {
	for _, p := range c.before {
		if strings.HasPrefix(p.Path, item) {
			return true
		}
	}
	return false
}

func (c *nameChecker) add(path, message string) {
	at, _ := c.doc.Position(path)
	c.found = append(c.found, awsjson.Problem{Position: at, Path: path, Message: message})
}
