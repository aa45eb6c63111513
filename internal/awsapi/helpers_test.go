package awsapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
)

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
		"AWS_NEW_RETRIES_2026", "AWS_EC2_METADATA_SERVICE_ENDPOINT",
	} {
		t.Setenv(name, "")
	}
}

// fakeSTS answers GetCallerIdentity with the account and AssumeRole with
// credentials whose key is the role's last part. It records who called what.
type fakeSTS struct {
	*httptest.Server
	calls []string
}

func newFakeSTS(t *testing.T, account string) *fakeSTS {
	t.Helper()
	s := &fakeSTS{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		action := r.Form.Get("Action")
		s.calls = append(s.calls, fmt.Sprintf("%s by %s", action, signer(r)))
		w.Header().Set("Content-Type", "text/xml")
		switch action {
		case "GetCallerIdentity":
			fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::%[1]s:user/u</Arn><UserId>U</UserId><Account>%[1]s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`, account)
		case "AssumeRole", "AssumeRoleWithWebIdentity":
			role := r.Form.Get("RoleArn")
			if strings.HasSuffix(role, "/refused") {
				w.WriteHeader(http.StatusForbidden)
				fmt.Fprint(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:iam::1:user/u is not authorized to perform: sts:AssumeRole on resource: `+role+`</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`)
				return
			}
			key := role[strings.LastIndex(role, "/")+1:]
			fmt.Fprintf(w, `<%[1]sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%[1]sResult><Credentials><AccessKeyId>%[2]s</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser><Arn>arn:aws:sts::%[3]s:assumed-role/r/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser></%[1]sResult></%[1]sResponse>`, action, key, account)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// signer returns the access key that signed a request.
func signer(r *http.Request) string {
	_, rest, found := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	if !found {
		return "nobody"
	}
	key, _, _ := strings.Cut(rest, "/")
	return key
}

// connect returns a Client whose ECS calls go to the handler.
func connect(t *testing.T, handler http.HandlerFunc, change func(*awsapi.Config)) *awsapi.Client {
	t.Helper()
	isolate(t)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	retries := 1
	c := awsapi.Config{
		Region: "eu-central-1", AccessKey: "AKIDEXAMPLE", SecretKey: "secret",
		SkipCredentialsValidation: true, MaxRetries: &retries, MaxBackoff: time.Millisecond,
		Endpoints: awsapi.Endpoints{ECS: server.URL},
	}
	if change != nil {
		change(&c)
	}
	client, err := awsapi.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// answer is a handler that always gives one ECS response.
func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.Header().Set("X-Amzn-Requestid", "req-1")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}
