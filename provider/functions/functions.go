// Package functions holds the provider's functions: pure, offline, and the
// same at plan and apply.
package functions

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/provider/taskdefinition"
)

var (
	_ function.Function = taskDefinitionFromJSON{}
	_ function.Function = containerDefinitionsJSON{}
)

// All returns the constructors of every function.
func All() []func() function.Function {
	return []func() function.Function{
		func() function.Function { return taskDefinitionFromJSON{} },
		func() function.Function { return containerDefinitionsJSON{} },
		func() function.Function { return userData{} },
	}
}

type taskDefinitionFromJSON struct{}

func (taskDefinitionFromJSON) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "task_definition_from_json"
}

func (taskDefinitionFromJSON) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Read a task definition from AWS's JSON",
		MarkdownDescription: "Reads the JSON that `aws ecs register-task-definition --cli-input-json` and the console take, or that " +
			"`aws ecs describe-task-definition` prints, into an object with the arguments of `ecswin_task_definition`. " +
			"A member that AWS does not know, or not there, is an error with line, column, JSON path and the nearest known name.\n\n" +
			"One unknown value in the JSON makes the whole result unknown, and a sensitive input makes it sensitive.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "json", MarkdownDescription: "The JSON document, for instance from `file(\"task.json\")`."},
		},
		Return: function.ObjectReturn{AttributeTypes: taskdefinition.JSONTypes()},
	}
}

func (taskDefinitionFromJSON) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var src string
	if resp.Error = req.Arguments.Get(ctx, &src); resp.Error != nil {
		return
	}
	definition, err := taskdefinition.FromJSON(src)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, "Unable to read the task definition: "+err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, definition)
}

type containerDefinitionsJSON struct{}

func (containerDefinitionsJSON) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "container_definitions_json"
}

func (containerDefinitionsJSON) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Write container definitions as AWS's JSON",
		MarkdownDescription: "Returns AWS's JSON array for containers written as in `container_definitions` of `ecswin_task_definition`, " +
			"for tools and modules that take that. Containers and their environment are ordered by name, so that the text is stable.",
		Parameters: []function.Parameter{
			function.DynamicParameter{Name: "container_definitions", MarkdownDescription: "Containers by name, with the attributes of `container_definitions`."},
		},
		Return: function.StringReturn{},
	}
}

func (containerDefinitionsJSON) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var containers types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &containers); resp.Error != nil {
		return
	}
	json, err := taskdefinition.ContainersToJSON(containers)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, "Unable to write the container definitions: "+err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, json)
}
