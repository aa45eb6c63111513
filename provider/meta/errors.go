package meta

import (
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// AddError reports a call to AWS that failed, or a wait for AWS that ended. The
// summary reads "Unable to <verb> <thing>"; cause and remedy come from the
// error.
func AddError(diags *diag.Diagnostics, summary string, err error) {
	diags.AddError(summary, explain(err))
}

// AddAttributeError is AddError for a failure that one attribute is to blame
// for.
func AddAttributeError(diags *diag.Diagnostics, at path.Path, summary string, err error) {
	diags.AddAttributeError(at, summary, explain(err))
}

// explain tells what a wait that ended saw last; anything else is AWS's answer
// to a call.
func explain(err error) string {
	if w, ok := errors.AsType[*wait.Expired](err); ok {
		return fmt.Sprintf("%v.\n\nAWS may still get there: run a plan to see what is there. If it only needs longer, raise timeouts.", w)
	}
	return awsapi.Explain(err).String()
}
