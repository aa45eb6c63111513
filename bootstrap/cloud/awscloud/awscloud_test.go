package awscloud_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud/awscloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud/iam"
)

// world is AWS and the instance metadata on loopback.
type world struct {
	t *testing.T
	// answers are the bodies by operation; status other than 200 stands before a blank.
	answers map[string]string
	date    time.Time
	noRole  bool
	noToken bool

	mu sync.Mutex
	// asked are the operations in order, bodies what was sent, signed the Region of each signature.
	asked  []string
	bodies map[string]string
	signed []string
	agents []string
}

func newWorld(t *testing.T) (*world, *cloud.Cloud) {
	t.Helper()
	isolate(t)
	w := &world{t: t, answers: map[string]string{}, date: time.Now(), bodies: map[string]string{}}
	aws := httptest.NewServer(http.HandlerFunc(w.aws))
	t.Cleanup(aws.Close)
	metadata := httptest.NewServer(http.HandlerFunc(w.metadata))
	t.Cleanup(metadata.Close)
	t.Setenv("AWS_ENDPOINT_URL", aws.URL)
	return w, awscloud.New(awscloud.Options{MetadataEndpoint: metadata.URL, UserAgent: "ecswin-bootstrap/1.2.3"})
}

// isolate keeps a test from the machine's own AWS settings, and plants some that must not count.
func isolate(t *testing.T) {
	t.Helper()
	for _, name := range []string{
		"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_CA_BUNDLE", "AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT",
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "AWS_NEW_RETRIES_2026",
	} {
		t.Setenv(name, "")
	}
	shadow := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(shadow, []byte("[default]\naws_access_key_id = SHADOW\naws_secret_access_key = shadow\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", shadow)
	config := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(config, []byte("[default]\nregion = us-shadow-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", config)
	t.Setenv("AWS_ACCESS_KEY_ID", "ENVIRONMENT")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "environment")
}

func (w *world) metadata(out http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodPut && w.noToken:
		http.Error(out, "no token", http.StatusMethodNotAllowed)
	case r.Method == http.MethodPut:
		out.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "21600")
		fmt.Fprint(out, "token")
	case r.Header.Get("X-Aws-Ec2-Metadata-Token") != "token":
		w.t.Errorf("metadata asked without a token: %s", r.URL.Path)
	case strings.HasSuffix(r.URL.Path, "/instance-identity/document"):
		fmt.Fprint(out, `{"region":"eu-central-1","instanceId":"i-0123"}`)
	case w.noRole:
		http.NotFound(out, r)
	case strings.HasSuffix(r.URL.Path, "/security-credentials/"), strings.HasSuffix(r.URL.Path, "/security-credentials"), strings.HasSuffix(r.URL.Path, "/security-credentials-extended/"), strings.HasSuffix(r.URL.Path, "/security-credentials-extended"):
		fmt.Fprint(out, "node")
	default:
		fmt.Fprintf(out, `{"Code":"Success","AccessKeyId":"ROLE","SecretAccessKey":"s","Token":"t","Expiration":"%s"}`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	}
}

func (w *world) aws(out http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.t.Error(err)
	}
	operation := r.Header.Get("X-Amz-Target")
	operation = operation[strings.LastIndexByte(operation, '.')+1:]
	if operation == "" {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			w.t.Error(err)
		}
		operation = form.Get("Action")
		out.Header().Set("Content-Type", "text/xml")
	} else {
		out.Header().Set("Content-Type", "application/x-amz-json-1.1")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	// Credential=KEY/DATE/REGION/SERVICE/aws4_request
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	scope := strings.Split(credential, "/")
	if len(scope) < 4 || scope[0] != "ROLE" {
		w.t.Errorf("%s is signed as %q", operation, credential)
		return
	}
	w.asked = append(w.asked, scope[3]+":"+operation)
	w.signed = append(w.signed, scope[2])
	w.bodies[operation] = string(body)
	w.agents = append(w.agents, r.Header.Get("User-Agent"))
	out.Header().Set("Date", w.date.UTC().Format(http.TimeFormat))
	status, answer, ok := strings.Cut(w.answers[operation], " ")
	if !ok || status == "" {
		status, answer = "200", "{}"
	}
	var code int
	fmt.Sscan(status, &code)
	out.WriteHeader(code)
	fmt.Fprint(out, answer)
}

const callerXML = `200 <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/node/i-0123</Arn><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`

func emptyXML(operation string) string {
	return "200 <" + operation + "Response><" + operation + "Result/></" + operation + "Response>"
}

// everything makes each call once.
func everything(ctx context.Context, c *cloud.Cloud) error {
	hook := cloud.LifecycleHook{Hook: "launch", InstanceID: "i-0123"}
	_, caller := c.Identity.Caller(ctx)
	_, member := c.Members.Member(ctx, "prod", "arn")
	_, parameter := c.Secrets.Resolve(ctx, "ssm:/proxy")
	_, secret := c.Secrets.Resolve(ctx, "secretsmanager:proxy#url")
	_, setting := c.Settings.Effective(ctx, "awsvpcTrunking")
	return errors.Join(caller, member, parameter, secret, setting,
		c.Signals.Complete(ctx, hook, "CONTINUE"), c.Signals.Heartbeat(ctx, hook), c.Signals.Resource(ctx, "web", "Nodes", "i-0123", "SUCCESS"),
		c.Members.Drain(ctx, "prod", "arn"), c.Members.Activate(ctx, "prod", "arn"), c.Members.Deregister(ctx, "prod", "arn"), c.Settings.Put(ctx, "awsvpcTrunking", "enabled"))
}

func answered(w *world) {
	w.answers = map[string]string{
		"GetCallerIdentity":              callerXML,
		"CompleteLifecycleAction":        emptyXML("CompleteLifecycleAction"),
		"RecordLifecycleActionHeartbeat": emptyXML("RecordLifecycleActionHeartbeat"),
		"SignalResource":                 "200 <SignalResourceResponse/>",
		"DescribeAutoScalingInstances":   `200 <DescribeAutoScalingInstancesResponse><DescribeAutoScalingInstancesResult><AutoScalingInstances><member><AutoScalingGroupName>nodes</AutoScalingGroupName></member></AutoScalingInstances></DescribeAutoScalingInstancesResult></DescribeAutoScalingInstancesResponse>`,
		"GetParameter":                   `200 {"Parameter":{"Value":"http://proxy"}}`,
		"GetSecretValue":                 `200 {"SecretString":"{\"url\":\"http://proxy\"}"}`,
		"ListAccountSettings":            `200 {"settings":[{"name":"awsvpcTrunking","value":"enabled"}]}`,
		"DescribeContainerInstances":     `200 {"containerInstances":[{"status":"ACTIVE","agentConnected":true,"runningTasksCount":2,"pendingTasksCount":1,"attributes":[{"name":"ecs.capability.task-eni"},{"name":"tier","value":"web"}]}]}`,
		"UpdateContainerInstancesState":  `200 {}`,
		"DeregisterContainerInstance":    `200 {}`,
		"PutAccountSetting":              `200 {}`,
	}
}

// TestTheRoleCoversTheCalls holds the table of docs/iam.md to what goes over the wire, both ways.
func TestTheRoleCoversTheCalls(t *testing.T) {
	w, c := newWorld(t)
	answered(w)
	if err := everything(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	made := map[string]bool{}
	for _, action := range w.asked {
		made[action] = true
	}
	delete(made, "sts:GetCallerIdentity")
	for _, a := range iam.Actions() {
		// These are of the agent, of KMS behind Systems Manager, and of curl in user data.
		if a.Who == iam.Agent && !made[a.Name] || a.Name == "kms:Decrypt" || a.Name == "s3:GetObject" {
			continue
		}
		if !made[a.Name] {
			t.Errorf("docs/iam.md asks for %s, and nothing calls it", a.Name)
		}
		delete(made, a.Name)
	}
	for action := range made {
		t.Errorf("%s is called, and docs/iam.md does not have it", action)
	}
	if slices.ContainsFunc(w.signed, func(region string) bool { return region != "eu-central-1" }) {
		t.Errorf("signed for %v", w.signed)
	}
	if slices.ContainsFunc(w.agents, func(a string) bool { return !strings.HasSuffix(a, " ecswin-bootstrap/1.2.3") }) {
		t.Errorf("user agents are %q", w.agents)
	}
}

func TestAnswers(t *testing.T) {
	w, c := newWorld(t)
	answered(w)
	w.date = time.Now().Add(10 * time.Minute)
	ctx := t.Context()
	caller, err := c.Identity.Caller(ctx)
	if err != nil || caller.Account != "123456789012" || caller.Skew < 9*time.Minute || caller.Skew > 11*time.Minute {
		t.Errorf("caller is %+v (%v)", caller, err)
	}
	w.answers["GetCallerIdentity"] = `403 <ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired</Message></Error></ErrorResponse>`
	var refused *cloud.CallError
	if caller, err := c.Identity.Caller(ctx); !errors.As(err, &refused) || caller.Skew < 9*time.Minute || caller.Skew > 11*time.Minute {
		t.Errorf("the caller that was refused is %+v (%v)", caller, err)
	}
	member, err := c.Members.Member(ctx, "prod", "arn")
	want := cloud.Member{Status: "ACTIVE", AgentConnected: true, RunningTasks: 3, Attributes: map[string]string{"ecs.capability.task-eni": "", "tier": "web"}}
	if d := cmp.Diff(want, member); err != nil || d != "" {
		t.Errorf("member (-want +got):\n%s%v", d, err)
	}
	for _, reference := range []string{"ssm:/proxy", "secretsmanager:proxy#url"} {
		if got, err := c.Secrets.Resolve(ctx, reference); got != "http://proxy" || err != nil {
			t.Errorf("%s is %q (%v)", reference, got, err)
		}
	}
	if got, err := c.Secrets.Resolve(ctx, "secretsmanager:proxy"); got != `{"url":"http://proxy"}` || err != nil {
		t.Errorf("a whole secret is %q (%v)", got, err)
	}
	if got, err := c.Settings.Effective(ctx, "awsvpcTrunking"); got != "enabled" || err != nil {
		t.Errorf("setting is %q (%v)", got, err)
	}
	if err := c.Signals.Complete(ctx, cloud.LifecycleHook{Hook: "launch", InstanceID: "i-0123"}, "ABANDON"); err != nil {
		t.Fatal(err)
	}
	sent, err := url.ParseQuery(w.bodies["CompleteLifecycleAction"])
	if err != nil || sent.Get("AutoScalingGroupName") != "nodes" || sent.Get("LifecycleActionResult") != "ABANDON" || sent.Get("InstanceId") != "i-0123" {
		t.Errorf("sent %v (%v)", sent, err)
	}
	var parameter struct{ WithDecryption bool }
	if err := json.Unmarshal([]byte(w.bodies["GetParameter"]), &parameter); err != nil || !parameter.WithDecryption {
		t.Errorf("asked for the parameter by %s (%v)", w.bodies["GetParameter"], err)
	}
}

func TestFailures(t *testing.T) {
	for name, tt := range map[string]struct {
		answers map[string]string
		call    func(ctx context.Context, c *cloud.Cloud) error
		action  string
		code    string
		denied  bool
	}{
		"denied": {
			map[string]string{"DescribeContainerInstances": `400 {"__type":"AccessDeniedException","message":"not authorized to perform: ecs:DescribeContainerInstances"}`},
			func(ctx context.Context, c *cloud.Cloud) error {
				_, err := c.Members.Member(ctx, "prod", "arn")
				return err
			}, "ecs:DescribeContainerInstances", "AccessDeniedException", true,
		},
		"denied by Auto Scaling": {
			map[string]string{"CompleteLifecycleAction": `403 <ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>`},
			func(ctx context.Context, c *cloud.Cloud) error {
				return c.Signals.Complete(ctx, cloud.LifecycleHook{Group: "nodes", Hook: "launch", InstanceID: "i-0123"}, "CONTINUE")
			}, "autoscaling:CompleteLifecycleAction", "AccessDenied", true,
		},
		"not a member": {
			map[string]string{"DescribeContainerInstances": `200 {"failures":[{"arn":"arn","reason":"MISSING"}]}`},
			func(ctx context.Context, c *cloud.Cloud) error {
				_, err := c.Members.Member(ctx, "prod", "arn")
				return err
			}, "ecs:DescribeContainerInstances", "MISSING", false,
		},
		"drain of none": {
			map[string]string{"UpdateContainerInstancesState": `200 {"failures":[{"arn":"arn","reason":"MISSING"}]}`},
			func(ctx context.Context, c *cloud.Cloud) error { return c.Members.Drain(ctx, "prod", "arn") }, "ecs:UpdateContainerInstancesState", "MISSING", false,
		},
		"in no group": {
			map[string]string{"DescribeAutoScalingInstances": emptyXML("DescribeAutoScalingInstances")},
			func(ctx context.Context, c *cloud.Cloud) error {
				return c.Signals.Heartbeat(ctx, cloud.LifecycleHook{Hook: "launch", InstanceID: "i-0123"})
			}, "autoscaling:DescribeAutoScalingInstances", "ValidationError", false,
		},
		"no such setting": {
			nil, func(ctx context.Context, c *cloud.Cloud) error {
				_, err := c.Settings.Effective(ctx, "awsvpcTrunking")
				return err
			}, "ecs:ListAccountSettings", "MISSING", false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, c := newWorld(t)
			for operation, answer := range tt.answers {
				w.answers[operation] = answer
			}
			err := tt.call(t.Context(), c)
			var failure *cloud.CallError
			if !errors.As(err, &failure) || failure.Action != tt.action || failure.Code != tt.code || failure.Denied() != tt.denied {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestNoRole(t *testing.T) {
	w, c := newWorld(t)
	w.noRole = true
	if _, err := c.Identity.Caller(t.Context()); !errors.Is(err, cloud.ErrNoCredentials) {
		t.Errorf("got %v", err)
	}
	if len(w.asked) > 0 {
		t.Errorf("asked %v without credentials", w.asked)
	}
}

// TestNoFallback: an instance metadata service that gives no token is not asked without one.
func TestNoFallback(t *testing.T) {
	w, c := newWorld(t)
	w.noToken = true
	if _, err := c.Identity.Caller(t.Context()); !errors.Is(err, cloud.ErrNoCredentials) {
		t.Errorf("got %v", err)
	}
}

func TestNoAnswerHasNoCode(t *testing.T) {
	_, c := newWorld(t)
	nobody := httptest.NewServer(nil)
	nobody.Close()
	t.Setenv("AWS_ENDPOINT_URL", nobody.URL)
	_, err := c.Members.Member(t.Context(), "prod", "arn")
	var failure *cloud.CallError
	if !errors.As(err, &failure) || failure.Code != "" || errors.Is(err, cloud.ErrNoCredentials) {
		t.Errorf("got %v", err)
	}
}

func TestSecretsStayOutOfErrors(t *testing.T) {
	w, c := newWorld(t)
	w.answers["GetSecretValue"] = `200 {"SecretString":"c4nary"}`
	_, err := c.Secrets.Resolve(t.Context(), "secretsmanager:proxy#url")
	if err == nil || strings.Contains(err.Error(), "c4nary") {
		t.Errorf("got %v", err)
	}
	w.answers["GetSecretValue"] = `200 {"SecretString":"{\"other\":\"c4nary\"}"}`
	_, err = c.Secrets.Resolve(t.Context(), "secretsmanager:proxy#url")
	if err == nil || strings.Contains(err.Error(), "c4nary") || !strings.Contains(err.Error(), `"url"`) {
		t.Errorf("got %v", err)
	}
	if _, err := c.Secrets.Resolve(t.Context(), "plain c4nary"); err == nil || strings.Contains(err.Error(), "c4nary") {
		t.Errorf("got %v", err)
	}
}

// TestRedirectsAreRefused: a redirect would take the answer, a secret's value in the worst case, to wherever it leads.
func TestRedirectsAreRefused(t *testing.T) {
	_, c := newWorld(t)
	asked := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
		asked = true
		fmt.Fprint(out, `{"Parameter":{"Value":"from elsewhere"}}`)
	}))
	t.Cleanup(elsewhere.Close)
	for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		redirecting := httptest.NewServer(http.RedirectHandler(elsewhere.URL, status))
		t.Cleanup(redirecting.Close)
		t.Setenv("AWS_ENDPOINT_URL", redirecting.URL)
		c.Configure(cloud.Settled{Region: "eu-central-1"})
		if got, err := c.Secrets.Resolve(t.Context(), "ssm:/proxy"); err == nil || asked {
			t.Errorf("%d was followed: %q (%v)", status, got, err)
		}
	}
}

// TestConfigureCountsFromThenOn: Region and proxy of the document, once it is known.
func TestConfigureCountsFromThenOn(t *testing.T) {
	w, c := newWorld(t)
	answered(w)
	if _, err := c.Settings.Effective(t.Context(), "awsvpcTrunking"); err != nil {
		t.Fatal(err)
	}
	c.Configure(cloud.Settled{Region: "eu-west-1"})
	if _, err := c.Settings.Effective(t.Context(), "awsvpcTrunking"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"eu-central-1", "eu-west-1"}, w.signed); d != "" {
		t.Errorf("signed for (-want +got):\n%s", d)
	}

	proxied := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		proxied++
		if r.URL.Host != "aws.example.com" {
			t.Errorf("the proxy was asked for %s", r.URL)
		}
		w.aws(out, r)
	}))
	defer proxy.Close()
	t.Setenv("AWS_ENDPOINT_URL", "http://aws.example.com")
	c.Configure(cloud.Settled{HTTPProxy: proxy.URL})
	if _, err := c.Settings.Effective(t.Context(), "awsvpcTrunking"); err != nil {
		t.Fatal(err)
	}
	if proxied != 1 {
		t.Errorf("the proxy was asked %d times", proxied)
	}
}
