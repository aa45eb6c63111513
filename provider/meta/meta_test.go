package meta_test

import (
	"testing"

	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ecswin/terraform-provider-ecswin/provider/meta"
)

func TestFrom(t *testing.T) {
	t.Parallel()
	want := &meta.Data{Strict: true}
	if got, diags := meta.From(want); got != want || diags.HasError() {
		t.Errorf("got %v, %v", got, diags)
	}
	if got, diags := meta.From(nil); got != nil || diags.HasError() {
		t.Errorf("before Configure: got %v, %v", got, diags)
	}
	got, diags := meta.From("something else")
	if got != nil || !diags.HasError() {
		t.Errorf("of a stranger: got %v, %v", got, diags)
	}
}

func TestAddError(t *testing.T) {
	t.Parallel()
	err := &smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded"}
	var diags diag.Diagnostics
	meta.AddError(&diags, "Unable to read the cluster", err)
	meta.AddAttributeError(&diags, path.Root("name"), "Unable to create the cluster", err)
	const detail = "The call to AWS failed. AWS answered ThrottlingException: Rate exceeded\n\n" +
		"Too many calls of this kind were made in this account and Region, by anyone. Run Terraform again later, " +
		"lower -parallelism, set retry_mode = \"adaptive\", or raise max_retries."
	want := diag.Diagnostics{
		diag.NewErrorDiagnostic("Unable to read the cluster", detail),
		diag.NewAttributeErrorDiagnostic(path.Root("name"), "Unable to create the cluster", detail),
	}
	if diff := cmp.Diff(want, diags); diff != "" {
		t.Error(diff)
	}
}
