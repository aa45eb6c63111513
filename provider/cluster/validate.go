package cluster

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ValidateConfig implements resource.ResourceWithValidateConfig: the rules
// that concern more than one attribute.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(checkLogging(config.Configuration)...)
	resp.Diagnostics.Append(checkStrategy(config.DefaultCapacityProviderStrategy)...)
	if !config.CapacityProviders.IsNull() {
		resp.Diagnostics.Append(checkMembership(config.DefaultCapacityProviderStrategy, config.CapacityProviders)...)
	}
}

// checkLogging: a log configuration goes with OVERRIDE and with nothing else
// (API Reference, ExecuteCommandConfiguration).
func checkLogging(configuration types.Object) diag.Diagnostics {
	var diags diag.Diagnostics
	execute := attributesOf(configuration).object("execute_command_configuration")
	if execute == nil || isUnknown(execute["logging"]) || isUnknown(execute["log_configuration"]) {
		return diags
	}
	logging := execute.text("logging")
	override := logging != nil && *logging == string(ecstypes.ExecuteCommandLoggingOverride)
	at := path.Root("configuration").AtName("execute_command_configuration")
	switch has := execute.object("log_configuration") != nil; {
	case override && !has:
		diags.AddAttributeError(at.AtName("logging"), "Missing log_configuration",
			"With logging = \"OVERRIDE\" AWS wants to know where to log. Add log_configuration, or choose DEFAULT or NONE.")
	case has && !override:
		diags.AddAttributeError(at.AtName("log_configuration"), "Unused log_configuration",
			"AWS takes a log_configuration only with logging = \"OVERRIDE\". Set that, or leave log_configuration out.")
	}
	return diags
}

func isUnknown(v attr.Value) bool {
	return v != nil && v.IsUnknown()
}

// namespaceValidator wants the ARN of a Cloud Map namespace. AWS takes a name
// too, but reports the ARN, whose id does not tell the name; so a name could
// not be compared with what is there.
type namespaceValidator struct{}

func (namespaceValidator) Description(context.Context) string {
	return "the ARN of an AWS Cloud Map namespace"
}

func (v namespaceValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (namespaceValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	value := req.ConfigValue.ValueString()
	parsed, err := arn.Parse(value)
	if err != nil || parsed.Service != "servicediscovery" || !strings.HasPrefix(parsed.Resource, "namespace/") {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid namespace",
			fmt.Sprintf("%q is not the ARN of an AWS Cloud Map namespace, which looks like "+
				"arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-0123456789abcdef. AWS reports namespaces by ARN alone, so a name cannot be used here.", value))
	}
}
