package provider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
	"github.com/ecswin/terraform-provider-ecswin/provider/meta"
)

// addSetupError reports why the provider could not authenticate, at the
// argument that is to blame.
func addSetupError(diags *diag.Diagnostics, c awsapi.Config, err error) {
	setup, ok := errors.AsType[*awsapi.SetupError](err)
	if !ok {
		meta.AddError(diags, "Unable to configure the provider", err)
		return
	}
	switch setup.Step {
	case awsapi.StepCABundle:
		diags.AddAttributeError(path.Root("custom_ca_bundle"), "Unable to read the CA bundle", sentence(setup.Err))
	case awsapi.StepProfile:
		diags.AddAttributeError(path.Root("profile"), "Unable to find the profile",
			sentence(setup.Err)+"\n\nCheck the name in profile or AWS_PROFILE, and which files are read: shared_config_files and shared_credentials_files, "+
				"AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/config and ~/.aws/credentials.")
	case awsapi.StepLoad:
		diags.AddError("Unable to read the shared AWS configuration",
			sentence(setup.Err)+"\n\nMend the file or the AWS_ environment variable that it names.")
	case awsapi.StepRegion:
		diags.AddAttributeError(path.Root("region"), "Unable to find the Region",
			"No Region is configured. Set region in the provider block, the environment variable AWS_REGION, or region in the profile.")
	case awsapi.StepNoCredentials:
		diags.AddError("Unable to find AWS credentials", noCredentials(c, setup.Err))
	case awsapi.StepCredentials:
		addCause(diags, path.Empty(), "Unable to get AWS credentials", "", setup.Err)
	case awsapi.StepWebIdentity:
		addCause(diags, path.Root("assume_role_with_web_identity").AtListIndex(0), "Unable to assume the role with a web identity",
			"Role: "+c.WebIdentity.RoleARN, setup.Err)
	case awsapi.StepAssumeRole:
		addCause(diags, path.Root("assume_role").AtListIndex(setup.Index), "Unable to assume the role",
			"Role: "+c.AssumeRoles[setup.Index].RoleARN, setup.Err)
	case awsapi.StepIdentity:
		addCause(diags, path.Empty(), "Unable to validate the AWS credentials",
			"If STS cannot be reached from here on purpose, set skip_credentials_validation = true.", setup.Err)
	case awsapi.StepAllowedAccount:
		diags.AddAttributeError(path.Root("allowed_account_ids"), "Unable to work in this account",
			sentence(setup.Err)+fmt.Sprintf(" Allowed: %s. Use other credentials, or add the account to allowed_account_ids.", strings.Join(c.AllowedAccountIDs, ", ")))
	case awsapi.StepForbiddenAccount:
		diags.AddAttributeError(path.Root("forbidden_account_ids"), "Unable to work in this account",
			sentence(setup.Err)+" It is in forbidden_account_ids. Use other credentials, or take the account off the list.")
	}
}

// addCause reports an error of a call to AWS with one more remark.
func addCause(diags *diag.Diagnostics, at path.Path, summary, remark string, err error) {
	detail := awsapi.Explain(err).String()
	if remark != "" {
		detail += "\n\n" + remark
	}
	if at.Equal(path.Empty()) {
		diags.AddError(summary, detail)
		return
	}
	diags.AddAttributeError(at, summary, detail)
}

// noCredentials lists the places that were searched, in their order.
func noCredentials(c awsapi.Config, err error) string {
	metadata := "the EC2 instance metadata service, which did not answer or has no role"
	if c.SkipMetadata || strings.Contains(err.Error(), "disabled") {
		metadata = "not the EC2 instance metadata service, which is disabled"
	}
	profile := "the default profile (or AWS_PROFILE)"
	if c.Profile != "" {
		profile = fmt.Sprintf("the profile %q", c.Profile)
	}
	return "No credentials were found. Searched, in this order:\n" +
		"  - access_key and secret_key of the provider\n" +
		"  - AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\n" +
		"  - AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN\n" +
		"  - " + profile + " in the shared config and credentials files\n" +
		"  - AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI\n" +
		"  - " + metadata + "\n\n" +
		"Give credentials in one of these places, such as with \"aws configure\" or \"aws sso login\" and AWS_PROFILE."
}

// sentence makes a sentence of an error's text.
func sentence(err error) string {
	text := strings.TrimSuffix(err.Error(), ".")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
