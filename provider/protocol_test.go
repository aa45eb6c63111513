package provider_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ecswin/terraform-provider-ecswin/internal/acctest/inprocess"
	"github.com/ecswin/terraform-provider-ecswin/provider"
)

// object is a provider block, or a block in it, by its arguments. Those that
// are left out are null, and blocks that are left out do not exist.
type object = map[string]any

// list is a list, a set, or the blocks of one kind.
type list = []any

// unknown is a value that is known only after apply.
type unknown = inprocess.Unknown

// server is the provider as Terraform talks to it.
type server struct {
	tfprotov6.ProviderServer
	schema *tfprotov6.Schema
}

func newServer(t *testing.T) server {
	t.Helper()
	s := providerserver.NewProtocol6(provider.New("1.2.3")())()
	resp, err := s.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if len(resp.Diagnostics) > 0 {
		t.Fatal(render(resp.Diagnostics))
	}
	return server{s, resp.Provider}
}

func (s server) dynamic(t *testing.T, config object) *tfprotov6.DynamicValue {
	t.Helper()
	value, err := inprocess.Config(s.schema, config)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		t.Fatal(err)
	}
	return &encoded
}

// validate returns what Terraform would show of ValidateProviderConfig.
func (s server) validate(t *testing.T, config object) string {
	t.Helper()
	resp, err := s.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: s.dynamic(t, config)})
	if err != nil {
		t.Fatal(err)
	}
	return render(resp.Diagnostics)
}

// configure returns what Terraform would show of ConfigureProvider.
func (s server) configure(ctx context.Context, t *testing.T, config object) string {
	t.Helper()
	resp, err := s.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.11.4", Config: s.dynamic(t, config)})
	if err != nil {
		t.Fatal(err)
	}
	return render(resp.Diagnostics)
}

func render(diags []*tfprotov6.Diagnostic) string {
	return inprocess.Result{Diagnostics: diags}.String()
}

// isolate keeps a test from the machine's own AWS settings.
func isolate(t *testing.T) {
	t.Helper()
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"HOME": t.TempDir(), "USERPROFILE": t.TempDir(),
		"AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	for _, name := range []string{
		"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
		"AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_ECS", "AWS_ENDPOINT_URL_STS", "AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE",
		"AWS_CA_BUNDLE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
		"TF_APPEND_USER_AGENT", "AWS_EC2_METADATA_SERVICE_ENDPOINT",
	} {
		t.Setenv(name, "")
	}
}

// newSTS answers every call as if the credentials belonged to the account,
// and refuses roles that end in /refused.
func newSTS(t *testing.T, account string, seen func(*http.Request)) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		seen(r)
		w.Header().Set("Content-Type", "text/xml")
		if strings.HasSuffix(r.Form.Get("RoleArn"), "/refused") {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:iam::111122223333:user/u is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/refused</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`)
			return
		}
		action := r.Form.Get("Action")
		fmt.Fprintf(w, `<%[1]sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%[1]sResult>`, action)
		if action == "GetCallerIdentity" {
			fmt.Fprintf(w, `<Arn>arn:aws:iam::%[1]s:user/u</Arn><UserId>U</UserId><Account>%[1]s</Account>`, account)
		} else {
			fmt.Fprint(w, `<Credentials><AccessKeyId>ASSUMED</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials>`)
		}
		fmt.Fprintf(w, `</%[1]sResult></%[1]sResponse>`, action)
	}))
	t.Cleanup(s.Close)
	return s.URL
}
