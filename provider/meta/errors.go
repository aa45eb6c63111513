package meta

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
)

// AddError reports a failed call to AWS. The summary reads "Unable to <verb>
// <thing>"; cause and remedy come from the error.
func AddError(diags *diag.Diagnostics, summary string, err error) {
	diags.AddError(summary, awsapi.Explain(err).String())
}

// AddAttributeError is AddError for a failure that one attribute is to blame
// for.
func AddAttributeError(diags *diag.Diagnostics, at path.Path, summary string, err error) {
	diags.AddAttributeError(at, summary, awsapi.Explain(err).String())
}
