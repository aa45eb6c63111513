package functions

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/provider/userdata"
)

var _ function.Function = userData{}

type userData struct{}

func (userData) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "user_data"
}

func (userData) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Write the user data of a Windows container instance",
		MarkdownDescription: "Writes the user data with which a Windows instance joins a cluster, as the data source `ecswin_user_data` does, " +
			"from a NodeConfig document that is an object, or text in YAML or JSON such as `file(\"node.yaml\")`. " +
			"An unknown member is an error with the nearest known name.\n\n" +
			"One unknown value makes the whole result unknown.",
		Parameters: []function.Parameter{
			function.DynamicParameter{
				Name:                "document",
				MarkdownDescription: "The NodeConfig: an object with the members that the data source has, of which `apiVersion` and `kind` may be left out, or a whole document as text.",
			},
		},
		VariadicParameter: function.DynamicParameter{
			Name: "options",
			MarkdownDescription: "At most one object with any of `form` (default `script`), `launch_agent`, `operating_system_family`, `persist`, which are as in the data source, " +
				"and `region`, where an `s3://` location is looked for if the document does not say.",
		},
		Return: function.StringReturn{},
	}
}

func (userData) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var document types.Dynamic
	var options []types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &document, &options); resp.Error != nil {
		return
	}
	var with attr.Value
	switch len(options) {
	case 0:
	case 1:
		with = options[0].UnderlyingValue()
	default:
		resp.Error = function.NewArgumentFuncError(2, "Unable to write the user data: there is one object of options at most.")
		return
	}
	text, err := userdata.FromValues(ctx, document.UnderlyingValue(), with)
	switch {
	case errors.Is(err, userdata.ErrOptions):
		resp.Error = function.NewArgumentFuncError(1, "Unable to write the user data: "+err.Error())
	case err != nil:
		resp.Error = function.NewArgumentFuncError(0, "Unable to write the user data: "+err.Error())
	default:
		resp.Error = resp.Result.Set(ctx, text)
	}
}
