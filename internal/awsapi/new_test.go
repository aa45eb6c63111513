package awsapi_test

import (
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
)

func TestNewAsksForTheAccount(t *testing.T) {
	isolate(t)
	sts := newFakeSTS(t, "111122223333")
	client, err := awsapi.New(t.Context(), awsapi.Config{
		Region: "cn-north-1", AccessKey: "K", SecretKey: "S", Endpoints: awsapi.Endpoints{STS: sts.URL},
	})
	if err != nil {
		t.Fatal(err)
	}
	if client.AccountID != "111122223333" || client.Region != "cn-north-1" || client.Partition != "aws-cn" {
		t.Errorf("got account %q, region %q, partition %q", client.AccountID, client.Region, client.Partition)
	}
}

func TestNewReadsTheEnvironment(t *testing.T) {
	isolate(t)
	sts := newFakeSTS(t, "111122223333")
	dir := t.TempDir()
	credentials := filepath.Join(dir, "credentials")
	if err := os.WriteFile(credentials, []byte("[dev]\naws_access_key_id = FROMFILE\naws_secret_access_key = s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_PROFILE", "dev")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", credentials)
	t.Setenv("AWS_ENDPOINT_URL_STS", sts.URL)
	client, err := awsapi.New(t.Context(), awsapi.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if client.Region != "eu-west-1" {
		t.Errorf("region %q", client.Region)
	}
	if diff := cmp.Diff([]string{"GetCallerIdentity by FROMFILE"}, sts.calls); diff != "" {
		t.Error(diff)
	}
}

func TestNewAssumesRolesInTurn(t *testing.T) {
	isolate(t)
	sts := newFakeSTS(t, "111122223333")
	_, err := awsapi.New(t.Context(), awsapi.Config{
		Region: "eu-west-1", AccessKey: "K", SecretKey: "S", Endpoints: awsapi.Endpoints{STS: sts.URL},
		AssumeRoles: []awsapi.AssumeRole{{RoleARN: "arn:aws:iam::1:role/first"}, {RoleARN: "arn:aws:iam::1:role/second"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"AssumeRole by K", "AssumeRole by first", "GetCallerIdentity by second"}
	if diff := cmp.Diff(want, sts.calls); diff != "" {
		t.Error(diff)
	}
}

func TestNewAssumesARoleWithAToken(t *testing.T) {
	isolate(t)
	sts := newFakeSTS(t, "111122223333")
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("jwt"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := awsapi.New(t.Context(), awsapi.Config{
		Region: "eu-west-1", Endpoints: awsapi.Endpoints{STS: sts.URL},
		WebIdentity: &awsapi.WebIdentity{RoleARN: "arn:aws:iam::1:role/web", TokenFile: file},
		AssumeRoles: []awsapi.AssumeRole{{RoleARN: "arn:aws:iam::1:role/next"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"AssumeRoleWithWebIdentity by nobody", "AssumeRole by web", "GetCallerIdentity by next"}
	if diff := cmp.Diff(want, sts.calls); diff != "" {
		t.Error(diff)
	}
}

func TestNewFails(t *testing.T) {
	isolate(t)
	sts := newFakeSTS(t, "111122223333")
	with := func(change func(*awsapi.Config)) awsapi.Config {
		c := awsapi.Config{Region: "eu-west-1", AccessKey: "K", SecretKey: "S", Endpoints: awsapi.Endpoints{STS: sts.URL}}
		change(&c)
		return c
	}
	notPEM := filepath.Join(t.TempDir(), "bundle.pem")
	if err := os.WriteFile(notPEM, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		config awsapi.Config
		step   awsapi.Step
		index  int
	}{
		"no region":      {with(func(c *awsapi.Config) { c.Region = "" }), awsapi.StepRegion, 0},
		"no credentials": {with(func(c *awsapi.Config) { c.AccessKey, c.SecretKey = "", "" }), awsapi.StepNoCredentials, 0},
		"no profile":     {with(func(c *awsapi.Config) { c.Profile = "gone" }), awsapi.StepProfile, 0},
		"no bundle":      {with(func(c *awsapi.Config) { c.CABundle = notPEM + ".gone" }), awsapi.StepCABundle, 0},
		"empty bundle":   {with(func(c *awsapi.Config) { c.CABundle = notPEM }), awsapi.StepCABundle, 0},
		"other account": {
			with(func(c *awsapi.Config) { c.AllowedAccountIDs = []string{"999999999999"} }), awsapi.StepAllowedAccount, 0,
		},
		"forbidden account, though validation is off": {
			with(func(c *awsapi.Config) {
				c.ForbiddenAccountIDs = []string{"999999999999", "111122223333"}
				c.SkipCredentialsValidation = true
			}), awsapi.StepForbiddenAccount, 1,
		},
		"second role": {
			with(func(c *awsapi.Config) {
				c.AssumeRoles = []awsapi.AssumeRole{{RoleARN: "arn:aws:iam::1:role/first"}, {RoleARN: "arn:aws:iam::1:role/refused"}}
			}), awsapi.StepAssumeRole, 1,
		},
		"no token file": {
			with(func(c *awsapi.Config) {
				c.WebIdentity = &awsapi.WebIdentity{RoleARN: "arn:aws:iam::1:role/web", TokenFile: notPEM + ".gone"}
			}), awsapi.StepWebIdentity, 0,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := awsapi.New(t.Context(), tt.config)
			setup, ok := errors.AsType[*awsapi.SetupError](err)
			if !ok {
				t.Fatalf("got %v, want a SetupError", err)
			}
			if setup.Step != tt.step || setup.Index != tt.index {
				t.Errorf("failed to %q at %d (%v), want %q at %d", setup.Step, setup.Index, err, tt.step, tt.index)
			}
		})
	}
}

func TestSkippedValidationCallsNobody(t *testing.T) {
	client := connect(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("called: %s", r.URL) }, func(c *awsapi.Config) {
		c.Endpoints.STS = c.Endpoints.ECS
	})
	if client.AccountID != "" {
		t.Errorf("account %q", client.AccountID)
	}
}

func TestUserAgent(t *testing.T) {
	var got string
	client := connect(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("User-Agent")
		answer(http.StatusOK, `{}`)(w, r)
	}, func(c *awsapi.Config) {
		c.UserAgent = []awsapi.Product{{Name: "Terraform", Version: "1.11.4"}, {Name: "ecswin", Version: "dev"}}
		c.ExtraUserAgent = "pipeline/7 (nightly)"
	})
	if _, err := client.Clusters.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got, "Terraform/1.11.4 ecswin/dev") || !strings.HasSuffix(got, " pipeline/7 (nightly)") {
		t.Errorf("User-Agent: %s", got)
	}
}

func TestProxy(t *testing.T) {
	isolate(t)
	var asked string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Host
		answer(http.StatusOK, `{}`)(w, r)
	}))
	defer proxy.Close()
	client, err := awsapi.New(t.Context(), awsapi.Config{
		Region: "eu-west-1", AccessKey: "K", SecretKey: "S", SkipCredentialsValidation: true,
		HTTPProxy: &proxy.URL, Endpoints: awsapi.Endpoints{ECS: "http://ecs.example.test"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Clusters.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{}); err != nil {
		t.Fatal(err)
	}
	if asked != "ecs.example.test" {
		t.Errorf("the proxy was asked for %q", asked)
	}
}

func TestPartition(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"eu-central-1": "aws", "us-east-1": "aws", "cn-northwest-1": "aws-cn", "us-gov-east-1": "aws-us-gov",
		"us-iso-east-1": "aws-iso", "us-isob-east-1": "aws-iso-b", "eu-isoe-west-1": "aws-iso-e",
		"us-isof-south-1": "aws-iso-f", "eusc-de-east-1": "aws-eusc",
	} {
		if got := awsapi.Partition(region); got != want {
			t.Errorf("%s: got %s, want %s", region, got, want)
		}
		if !awsapi.LooksLikeRegion(region) {
			t.Errorf("%s does not look like a Region", region)
		}
	}
	for _, s := range []string{"", "us-east", "us-east1", "eu-central-1a", "EU-central-1", "eu_central_1", "https://x"} {
		if awsapi.LooksLikeRegion(s) {
			t.Errorf("%q looks like a Region", s)
		}
	}
}

// TestCABundleOfTheEnvironment: it takes effect beside all that the client is
// set up with.
func TestCABundleOfTheEnvironment(t *testing.T) {
	isolate(t)
	server := httptest.NewTLSServer(answer(http.StatusOK, `{"clusters":[]}`))
	t.Cleanup(server.Close)
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(bundle, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CA_BUNDLE", bundle)
	client, err := awsapi.New(t.Context(), awsapi.Config{
		Region: "eu-central-1", AccessKey: "AKIDEXAMPLE", SecretKey: "secret", SkipCredentialsValidation: true,
		Endpoints: awsapi.Endpoints{ECS: server.URL},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Clusters.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{}); err != nil {
		t.Error(err)
	}
}
