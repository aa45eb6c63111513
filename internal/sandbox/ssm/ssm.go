// Package ssm is a model of AWS Systems Manager's public parameters that name
// the Amazon ECS-optimized Windows AMIs.
package ssm

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// prefix is where AWS keeps the names of its Windows AMIs.
const prefix = "/aws/service/ami-windows-latest/"

// bucket stands for the throughput that all calls share, 40 a second by default
// (AWS Systems Manager endpoints and quotas).
const bucket = "parameter-store"

// Service returns the operations that the model answers. It keeps no state.
func Service() wire.Service {
	return wire.Service{
		Name:     "ssm",
		Protocol: wire.JSON11{Target: "AmazonSSM"},
		Buckets:  map[string]wire.Bucket{bucket: {Burst: 40, PerSecond: 40}},
		Operations: map[string]wire.Operation{
			"GetParameter":        operation(getParameter),
			"GetParameters":       operation(getParameters),
			"GetParametersByPath": operation(getParametersByPath),
		},
	}
}

// operation reads the members of a call and writes its reply.
func operation[In, Out any](act func(wire.Request, In) (Out, error)) wire.Operation {
	return wire.Operation{Bucket: bucket, Do: func(r wire.Request) ([]byte, error) {
		var in In
		if err := json.Unmarshal(r.Body, &in); err != nil {
			return nil, wire.Errorf("SerializationException", "%s", err)
		}
		out, err := act(r, in)
		if err != nil {
			return nil, err
		}
		return json.Marshal(out)
	}}
}

// parameter is what Systems Manager reports of a parameter.
type parameter struct {
	ARN              string
	DataType         string
	LastModifiedDate int64
	Name             string
	Type             string
	Value            string
	Version          int64
}

type (
	getParameterInput  struct{ Name string }
	getParameterOutput struct{ Parameter parameter }

	getParametersInput  struct{ Names []string }
	getParametersOutput struct {
		InvalidParameters []string
		Parameters        []parameter
	}

	byPathInput struct {
		MaxResults *int
		NextToken  string
		Path       string
		Recursive  bool
	}
	byPathOutput struct {
		NextToken  string `json:",omitempty"`
		Parameters []parameter
	}
)

func getParameter(r wire.Request, in getParameterInput) (getParameterOutput, error) {
	found, ok := find(r, in.Name)
	if !ok {
		return getParameterOutput{}, wire.Errorf("ParameterNotFound", "Parameter %s not found.", in.Name)
	}
	return getParameterOutput{Parameter: found}, nil
}

// maxNames is how many names one GetParameters call takes (API reference).
const maxNames = 10

func getParameters(r wire.Request, in getParametersInput) (getParametersOutput, error) {
	out := getParametersOutput{InvalidParameters: []string{}, Parameters: []parameter{}}
	if n := len(in.Names); n == 0 || n > maxNames {
		return out, wire.Errorf("ValidationException", "names must have between 1 and %d members.", maxNames)
	}
	for _, name := range in.Names {
		found, ok := find(r, name)
		if !ok {
			out.InvalidParameters = append(out.InvalidParameters, name)
			continue
		}
		out.Parameters = append(out.Parameters, found)
	}
	return out, nil
}

// maxPage is the largest page of GetParametersByPath (API reference).
const maxPage = 10

func getParametersByPath(r wire.Request, in byPathInput) (byPathOutput, error) {
	size := maxPage
	if in.MaxResults != nil {
		size = *in.MaxResults
	}
	if size < 1 || size > maxPage {
		return byPathOutput{}, wire.Errorf("ValidationException", "maxResults must be between 1 and %d.", maxPage)
	}
	if !strings.HasPrefix(in.Path, "/") {
		return byPathOutput{}, wire.Errorf("ValidationException", "The parameter path must begin with a forward slash.")
	}
	below := strings.TrimSuffix(in.Path, "/") + "/"
	out := byPathOutput{Parameters: []parameter{}}
	for _, p := range all(r) {
		rest, ok := strings.CutPrefix(p.Name, below)
		if !ok || r.Missing || !in.Recursive && strings.Contains(rest, "/") || p.Name <= in.NextToken {
			continue
		}
		if len(out.Parameters) == size {
			out.NextToken = out.Parameters[size-1].Name
			break
		}
		out.Parameters = append(out.Parameters, p)
	}
	return out, nil
}

func find(r wire.Request, name string) (parameter, bool) {
	for _, p := range all(r) {
		if p.Name == name && !r.Missing {
			return p, true
		}
	}
	return parameter{}, false
}

// all returns the parameters by name: for each AMI one with everything as JSON,
// and below it one for each member. Which members there are is partly assumed.
func all(r wire.Request) []parameter {
	var out []parameter
	add := func(name, value string) {
		out = append(out, parameter{
			ARN:      "arn:" + r.Partition() + ":ssm:" + r.Region + "::parameter" + name,
			DataType: "text", LastModifiedDate: published().Unix(), Name: name, Type: "String", Value: value, Version: 1,
		})
	}
	for _, i := range images() {
		text, err := json.Marshal(i)
		if err != nil {
			continue
		}
		name := prefix + i.Name + "-ECS_Optimized"
		add(name, string(text))
		add(name+"/ecs_agent_version", i.AgentVersion)
		add(name+"/ecs_runtime_version", i.RuntimeVersion)
		add(name+"/image_id", i.ID)
		add(name+"/image_name", i.ImageName)
	}
	slices.SortFunc(out, func(a, b parameter) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// image is an Amazon ECS-optimized Windows AMI, as the parameter's value has it.
type image struct {
	Name           string `json:"-"`
	AgentVersion   string `json:"ecs_agent_version"`
	RuntimeVersion string `json:"ecs_runtime_version"`
	ID             string `json:"image_id"`
	ImageName      string `json:"image_name"`
}

// published is the date of the AMI release that the versions are from.
func published() time.Time {
	return time.Date(2025, 9, 13, 0, 0, 0, 0, time.UTC)
}

func images() []image {
	var all []image
	for _, release := range []string{"2016", "2019", "2022", "2025"} {
		for _, kind := range []string{"Core", "Full"} {
			// There is no Core AMI of Windows Server 2016.
			if release == "2016" && kind == "Core" {
				continue
			}
			engine := "Docker version 25.0.6"
			if release == "2016" {
				engine = "Docker version 20.10.23"
			}
			all = append(all, image{
				Name: "Windows_Server-" + release + "-English-" + kind, AgentVersion: "1.99.0", RuntimeVersion: engine,
				ID:        ImageID("WINDOWS_SERVER_" + release + "_" + strings.ToUpper(kind)),
				ImageName: "Windows_Server-" + release + "-English-" + kind + "-ECS_Optimized-" + published().Format("2006.01.02"),
			})
		}
	}
	return all
}

// ImageID returns the made-up id of the AMI of an operating system family, such
// as WINDOWS_SERVER_2022_CORE. It is the same in every region, unlike AWS's.
func ImageID(osFamily string) string {
	return wire.StableEC2ID("ami", osFamily)
}

// FamilyOf returns the operating system family of an AMI, such as
// WINDOWS_SERVER_2022_CORE; ok is false if there is no AMI of that id.
func FamilyOf(imageID string) (family string, ok bool) {
	for _, i := range images() {
		if i.ID == imageID {
			release := strings.TrimPrefix(i.Name, "Windows_Server-")
			year, kind, _ := strings.Cut(release, "-English-")
			return "WINDOWS_SERVER_" + year + "_" + strings.ToUpper(kind), true
		}
	}
	return "", false
}
