package provider_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

const account = "111122223333"

// with returns a configuration that works against the STS at url, changed.
func with(url string, changes object) object {
	config := object{
		"region": "eu-central-1", "access_key": "AKID", "secret_key": "secret", "max_retries": 0,
		"endpoints": list{object{"sts": url}},
	}
	for name, value := range changes {
		config[name] = value
	}
	return config
}

func TestConfigure(t *testing.T) {
	isolate(t)
	t.Setenv("TF_APPEND_USER_AGENT", "pipeline/7")
	var agent string
	sts := newSTS(t, account, func(r *http.Request) { agent = r.Header.Get("User-Agent") })
	got := newServer(t).configure(t.Context(), t, with(sts, object{
		"allowed_account_ids": list{account},
		"assume_role":         list{object{"role_arn": role, "duration": "1h", "tags": object{"a": "b"}}},
		"default_tags":        list{object{"tags": object{"team": "web"}}},
	}))
	if got != "" {
		t.Error(got)
	}
	if !strings.Contains(agent, "Terraform/1.11.4 ecswin/1.2.3") || !strings.HasSuffix(agent, "pipeline/7") {
		t.Errorf("User-Agent: %s", agent)
	}
}

func TestConfigureFromTheEnvironment(t *testing.T) {
	isolate(t)
	for name, value := range map[string]string{
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_ENDPOINT_URL": newSTS(t, account, func(*http.Request) {}),
	} {
		t.Setenv(name, value)
	}
	if got := newServer(t).configure(t.Context(), t, object{}); got != "" {
		t.Error(got)
	}
}

func TestConfigureFindsFilesBelowHome(t *testing.T) {
	isolate(t)
	sts := newSTS(t, account, func(*http.Request) {})
	file := filepath.Join(os.Getenv("HOME"), "keys")
	if err := os.WriteFile(file, []byte("[dev]\naws_access_key_id = A\naws_secret_access_key = s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := newServer(t).configure(t.Context(), t, object{
		"region": "eu-central-1", "profile": "dev", "shared_credentials_files": list{"~/keys"},
		"endpoints": list{object{"sts": sts}},
	})
	if got != "" {
		t.Error(got)
	}
}

const searched = "No credentials were found. Searched, in this order:\n" +
	"  - access_key and secret_key of the provider\n" +
	"  - AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\n" +
	"  - AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN\n" +
	"  - the default profile (or AWS_PROFILE) in the shared config and credentials files\n" +
	"  - AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI\n"

const giveCredentials = "\n\nGive credentials in one of these places, such as with \"aws configure\" or \"aws sso login\" and AWS_PROFILE."

// TestConfigureFails has the one diagnostic for each thing that can be wrong.
func TestConfigureFails(t *testing.T) {
	isolate(t)
	sts := newSTS(t, account, func(*http.Request) {})
	dir := t.TempDir()
	gone := filepath.Join(dir, "gone")
	noPEM := filepath.Join(dir, "no.pem")
	if err := os.WriteFile(noPEM, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	badFile := filepath.Join(dir, "config")
	if err := os.WriteFile(badFile, []byte("[default]\nretry_mode = never\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ssoFile := filepath.Join(dir, "sso")
	if err := os.WriteFile(ssoFile, []byte("[profile dev]\nsso_session = s\nsso_account_id = 111122223333\nsso_role_name = r\n"+
		"[sso-session s]\nsso_region = eu-central-1\nsso_start_url = https://example.test/start\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		config object
		want   string
	}{
		"no SSO session": {
			with(sts, object{"access_key": nil, "secret_key": nil, "profile": "dev", "shared_config_files": list{ssoFile}}),
			"ERROR: Unable to get AWS credentials\n" +
				"The profile signs in through IAM Identity Center, and there is no session that is still valid.\n\n" +
				"Sign in with: aws sso login --profile <name>",
		},
		"no region": {
			with(sts, object{"region": nil}),
			at(`AttributeName("region")`, "Unable to find the Region",
				"No Region is configured. Set region in the provider block, the environment variable AWS_REGION, or region in the profile."),
		},
		"no credentials": {
			with(sts, object{"access_key": nil, "secret_key": nil}),
			"ERROR: Unable to find AWS credentials\n" + searched +
				"  - not the EC2 instance metadata service, which is disabled" + giveCredentials,
		},
		"no profile": {
			with(sts, object{"access_key": nil, "secret_key": nil, "profile": "dev"}),
			at(`AttributeName("profile")`, "Unable to find the profile",
				"Failed to get shared config profile, dev.\n\nCheck the name in profile or AWS_PROFILE, and which files are read: "+
					"shared_config_files and shared_credentials_files, AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/config and ~/.aws/credentials."),
		},
		"no file": {
			with(sts, object{"shared_config_files": list{gone}}),
			at(`AttributeName("shared_config_files").ElementKeyInt(0)`, "Unable to read a file",
				"The file that shared_config_files[0] names cannot be read: stat "+gone+": no such file or directory"),
		},
		"no bundle": {
			with(sts, object{"custom_ca_bundle": gone}),
			at(`AttributeName("custom_ca_bundle")`, "Unable to read the CA bundle",
				"Reading the CA bundle: open "+gone+": no such file or directory."),
		},
		"bundle without certificates": {
			with(sts, object{"custom_ca_bundle": noPEM}),
			at(`AttributeName("custom_ca_bundle")`, "Unable to read the CA bundle",
				"The CA bundle "+noPEM+" holds no PEM certificate (a block that begins with -----BEGIN CERTIFICATE-----)."),
		},
		"broken shared file": {
			with(sts, object{"shared_config_files": list{badFile}}),
			"ERROR: Unable to read the shared AWS configuration\n" +
				"Error fetching config from profile, default, failed to load retry_mode from shared config, unknown RetryMode, never.\n\nMend the file or the AWS_ environment variable that it names.",
		},
		"other account": {
			with(sts, object{"allowed_account_ids": list{"999999999999", "888888888888"}}),
			at(`AttributeName("allowed_account_ids")`, "Unable to work in this account",
				"The credentials belong to account 111122223333. Allowed: 888888888888, 999999999999. Use other credentials, or add the account to allowed_account_ids."),
		},
		"forbidden account": {
			with(sts, object{"forbidden_account_ids": list{account}, "skip_credentials_validation": true}),
			at(`AttributeName("forbidden_account_ids")`, "Unable to work in this account",
				"The credentials belong to account 111122223333. It is in forbidden_account_ids. Use other credentials, or take the account off the list."),
		},
		"role": {
			with(sts, object{"assume_role": list{object{"role_arn": role}, object{"role_arn": "arn:aws:iam::111122223333:role/refused"}}}),
			at(`AttributeName("assume_role").ElementKeyInt(1)`, "Unable to assume the role",
				"STS AssumeRole in eu-central-1 failed. AWS answered AccessDenied: User: arn:aws:iam::111122223333:user/u is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/refused\n\n"+
					"Allow sts:AssumeRole to arn:aws:iam::111122223333:user/u in an IAM policy, and see that no permissions boundary or service control policy holds it back.\n\n"+
					"Request ID: r-1\n\nRole: arn:aws:iam::111122223333:role/refused"),
		},
		"web identity": {
			with(sts, object{
				"access_key": nil, "secret_key": nil,
				"assume_role_with_web_identity": list{object{"role_arn": role, "web_identity_token_file": gone}},
			}),
			at(`AttributeName("assume_role_with_web_identity").ElementKeyInt(0)`, "Unable to assume the role with a web identity",
				"failed to refresh cached credentials, failed to retrieve jwt from provide source, open "+gone+": no such file or directory\n\nRole: "+role),
		},
		"endpoint": {
			with("http://127.0.0.1:1", nil),
			"ERROR: Unable to validate the AWS credentials\n" +
				"STS GetCallerIdentity in eu-central-1 failed: 127.0.0.1:1 cannot be reached: connect: connection refused.\n\n" +
				"Check the endpoints block, the AWS_ENDPOINT_URL variables, and the network.\n\n" +
				"If STS cannot be reached from here on purpose, set skip_credentials_validation = true.",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := newServer(t).configure(t.Context(), t, tt.config)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestConfigureAsksMetadataLast: where the service answers that there is no
// role, the search is over, without a second try.
func TestConfigureAsksMetadataLast(t *testing.T) {
	isolate(t)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "")
	calls := 0
	imds := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls++
		w.WriteHeader(http.StatusNotFound)
	}))
	defer imds.Close()
	got := newServer(t).configure(t.Context(), t, object{
		"region": "eu-central-1", "ec2_metadata_service_endpoint": imds.URL,
	})
	want := "ERROR: Unable to find AWS credentials\n" + searched +
		"  - the EC2 instance metadata service, which did not answer or has no role" + giveCredentials
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if calls == 0 || calls > 3 {
		t.Errorf("the metadata service was asked %d times", calls)
	}
}

func TestConfigureWithUnknownValues(t *testing.T) {
	isolate(t)
	s := newServer(t)
	config := object{
		"region": unknown{}, "default_tags": list{object{"tags": object{"a": unknown{}}}},
		"assume_role": list{object{"role_arn": unknown{}}}, "allowed_account_ids": list{unknown{}},
	}
	remedy := " is known only after apply, but the provider needs it to plan. " +
		"Give a value that does not come from a resource of this configuration, such as a variable, " +
		"or first apply the resource it comes from alone (terraform apply -target)."
	want := strings.Join([]string{
		at(`AttributeName("allowed_account_ids")`, "Unable to configure the provider", "The value of allowed_account_ids"+remedy),
		at(`AttributeName("assume_role").ElementKeyInt(0).AttributeName("role_arn")`, "Unable to configure the provider", "The value of assume_role[0].role_arn"+remedy),
		at(`AttributeName("default_tags").ElementKeyInt(0).AttributeName("tags").ElementKeyString("a")`, "Unable to configure the provider", `The value of default_tags[0].tags["a"]`+remedy),
		at(`AttributeName("region")`, "Unable to configure the provider", "The value of region"+remedy),
	}, "\n---\n")
	if diff := cmp.Diff(want, s.configure(t.Context(), t, config)); diff != "" {
		t.Error(diff)
	}
}

func TestDeferralInsteadOfUnknownValues(t *testing.T) {
	isolate(t)
	s := newServer(t)
	resp, err := s.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config:             s.dynamic(t, object{"region": unknown{}}),
		ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(resp.Diagnostics) > 0 {
		t.Error(render(resp.Diagnostics))
	}
}

// TestNoSecretInLogsAndDiagnostics configures the provider with a canary for
// every secret, once with success and once with failures.
func TestNoSecretInLogsAndDiagnostics(t *testing.T) {
	isolate(t)
	const canary = "canary-7f3a"
	sts := newSTS(t, account, func(*http.Request) {})
	secrets := object{
		"access_key": "AKID" + canary, "secret_key": canary, "token": canary,
		"https_proxy": "http://user:" + canary + "@127.0.0.1:1",
		"assume_role": list{object{"role_arn": role, "external_id": canary, "policy": `{"a":"` + canary + `"}`, "tags": object{"a": canary}}},
	}
	for name, url := range map[string]string{"success": sts, "through the dead proxy": "https://sts.example.test"} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			diags := newServer(t).configure(tflogtest.RootLogger(t.Context(), &log), t, with(url, secrets))
			if strings.Contains(diags, canary) {
				t.Errorf("diagnostics: %s", diags)
			}
			if strings.Contains(log.String(), canary) {
				t.Errorf("log: %s", &log)
			}
			if !strings.Contains(log.String(), "AssumeRole") {
				t.Error("the log does not tell of the call")
			}
		})
	}
}
