package imds_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	client "github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/imds"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// instance is a source that a test can change.
type instance struct {
	mu      sync.Mutex
	told    imds.Instance
	options imds.Options
}

func (i *instance) Metadata() (imds.Instance, imds.Options) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.told, i.options
}

func (i *instance) change(how func(*instance)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	how(i)
}

func start() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) }

func newInstance() *instance {
	return &instance{told: imds.Instance{
		ID: "i-0123456789abcdef0", Type: "m5.large", Region: "eu-central-1", Zone: "eu-central-1a", Account: "123456789012",
		ImageID: "ami-0123456789abcdef0", LaunchedAt: start(), UserData: "<script>\r\n</script>", Role: "ecsInstanceRole",
		Credentials: imds.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret", Token: "token", Issued: start(), Expires: start().Add(6 * time.Hour)},
		Interfaces:  []imds.Interface{primary()},
	}}
}

func primary() imds.Interface {
	return imds.Interface{
		ID: "eni-0a", MAC: "0a:1b:2c:3d:4e:5f", VPC: "vpc-0a", Subnet: "subnet-0a", SecurityGroups: []string{"sg-0a", "sg-0b"},
		Address: netip.MustParseAddr("10.0.0.25"), SubnetBlock: netip.MustParsePrefix("10.0.0.0/24"), VPCBlock: netip.MustParsePrefix("10.0.0.0/16"),
	}
}

func serve(t *testing.T, i *instance) (url string, clock *wait.Manual) {
	t.Helper()
	clock = wait.NewManual(start())
	server := httptest.NewServer(imds.NewService(i, clock.Now))
	t.Cleanup(server.Close)
	return server.URL, clock
}

// ask sends one request with headers in pairs.
func ask(t *testing.T, method, url string, headers ...string) (status int, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func TestWhatTheTreeShows(t *testing.T) {
	t.Parallel()
	i := newInstance()
	second := primary()
	second.ID, second.MAC, second.Device = "eni-0b", "0a:1b:2c:3d:4e:60", 1
	i.told.Interfaces = append(i.told.Interfaces, second)
	i.told.Tags = map[string]string{"Name": "web"}
	tree := i.told.Tree()
	for path, want := range map[string]string{
		"meta-data/instance-id":              "i-0123456789abcdef0",
		"/meta-data/mac":                     "0a:1b:2c:3d:4e:5f",
		"meta-data/network/interfaces/macs/": "0a:1b:2c:3d:4e:5f/\n0a:1b:2c:3d:4e:60/",
		"meta-data/network/interfaces/macs":  "0a:1b:2c:3d:4e:5f/\n0a:1b:2c:3d:4e:60/",
		"meta-data/network/interfaces/macs/0a:1b:2c:3d:4e:60/device-number":      "1",
		"meta-data/network/interfaces/macs/0a:1b:2c:3d:4e:5f/security-group-ids": "sg-0a\nsg-0b",
		"meta-data/placement/":                "availability-zone\nregion",
		"meta-data/iam/security-credentials/": "ecsInstanceRole",
		"meta-data/tags/instance/Name":        "web",
		"meta-data/services/domain":           "amazonaws.com",
		"user-data":                           "<script>\r\n</script>",
		"":                                    "dynamic/\nmeta-data/\nuser-data",
	} {
		if got, ok := tree.Get(path); !ok || got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	for _, path := range []string{
		"meta-data/instance-id/", "meta-data/instance", "meta-data/autoscaling/target-lifecycle-state", "meta-data/spot/instance-action",
		"meta-data/network/interfaces/macs/0a:1b", "public-keys",
	} {
		if got, ok := tree.Get(path); ok {
			t.Errorf("%s is there: %q", path, got)
		}
	}
}

func TestWhatIsEmptyIsNotThere(t *testing.T) {
	t.Parallel()
	tree := imds.Instance{ID: "i-0", Region: "cn-north-1"}.Tree()
	for _, path := range []string{"user-data", "meta-data/iam/", "meta-data/tags/", "meta-data/mac", "meta-data/network/"} {
		if got, ok := tree.Get(path); ok {
			t.Errorf("%s is there: %q", path, got)
		}
	}
	if got, _ := tree.Get("meta-data/services/domain"); got != "amazonaws.com.cn" {
		t.Errorf("the domain is %q", got)
	}
	tree.Set("meta-data/autoscaling/target-lifecycle-state", "InService")
	if got, _ := tree.Get("meta-data/autoscaling/"); got != "target-lifecycle-state" {
		t.Errorf("the folder has %q", got)
	}
	tree.Set("meta-data/autoscaling/", "")
	if got, ok := tree.Get("meta-data/autoscaling/target-lifecycle-state"); ok {
		t.Errorf("a removed folder still has %q", got)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	i := newInstance()
	i.options = imds.Options{TokenRequired: true}
	base, clock := serve(t, i)
	const ttl, id = imds.TokenTTLHeader, "/latest/meta-data/instance-id"
	status, token := ask(t, http.MethodPut, base+"/latest/api/token", ttl, "60")
	if status != http.StatusOK || token == "" {
		t.Fatalf("a token request: %d %q", status, token)
	}
	if status, text := ask(t, http.MethodGet, base+id, imds.TokenHeader, token); status != http.StatusOK || text != "i-0123456789abcdef0" {
		t.Errorf("with the token: %d %q", status, text)
	}
	for name, c := range map[string]struct {
		method, path string
		headers      []string
		want         int
	}{
		"no token":                    {http.MethodGet, id, nil, 401},
		"a made-up token":             {http.MethodGet, id, []string{imds.TokenHeader, "x"}, 401},
		"no time to live":             {http.MethodPut, "/latest/api/token", nil, 400},
		"a time to live of nothing":   {http.MethodPut, "/latest/api/token", []string{ttl, "0"}, 400},
		"more than six hours":         {http.MethodPut, "/latest/api/token", []string{ttl, "21601"}, 400},
		"through a proxy":             {http.MethodPut, "/latest/api/token", []string{ttl, "60", "X-Forwarded-For", "10.0.0.1"}, 403},
		"a token by GET":              {http.MethodGet, "/latest/api/token", []string{ttl, "60"}, 405},
		"a write":                     {http.MethodPost, id, []string{imds.TokenHeader, token}, 405},
		"what is not there":           {http.MethodGet, "/latest/meta-data/nothing", []string{imds.TokenHeader, token}, 404},
		"another version of the tree": {http.MethodGet, "/1.0/meta-data/instance-id", []string{imds.TokenHeader, token}, 404},
	} {
		if status, _ := ask(t, c.method, base+c.path, c.headers...); status != c.want {
			t.Errorf("%s: %d, want %d", name, status, c.want)
		}
	}
	clock.Advance(time.Minute)
	if status, _ := ask(t, http.MethodGet, base+id, imds.TokenHeader, token); status != http.StatusUnauthorized {
		t.Errorf("a token that has ended: %d", status)
	}
}

func TestOptionsHoldAtOnce(t *testing.T) {
	t.Parallel()
	i := newInstance()
	base, _ := serve(t, i)
	const id = "/latest/meta-data/instance-id"
	if status, _ := ask(t, http.MethodGet, base+id); status != http.StatusOK {
		t.Errorf("version 1 where tokens are optional: %d", status)
	}
	if status, _ := ask(t, http.MethodGet, base+id, imds.TokenHeader, "x"); status != http.StatusUnauthorized {
		t.Errorf("a wrong token where tokens are optional: %d", status)
	}
	i.change(func(i *instance) { i.options.TokenRequired = true })
	if status, _ := ask(t, http.MethodGet, base+id); status != http.StatusUnauthorized {
		t.Errorf("version 1 where tokens are required: %d", status)
	}
	i.change(func(i *instance) { i.options.Disabled = true })
	for _, method := range []string{http.MethodGet, http.MethodPut} {
		if status, _ := ask(t, method, base+"/latest/api/token", imds.TokenTTLHeader, "60"); status != http.StatusForbidden {
			t.Errorf("%s to a service that is off: %d", method, status)
		}
	}
}

// TestHopLimit asks from behind routers. Who gets no answer gives up here at once.
func TestHopLimit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limit, routers int
		answers        bool
	}{
		"the host":                         {0, 0, true},
		"a container":                      {0, 1, false},
		"a container, with room for it":    {2, 1, true},
		"a container in a container":       {2, 2, false},
		"the host, with room for anything": {64, 0, true},
	} {
		i := newInstance()
		i.options.HopLimit = c.limit
		service := imds.NewService(i, start)
		ctx, giveUp := context.WithCancel(t.Context())
		giveUp()
		r := httptest.NewRequestWithContext(ctx, http.MethodPut, "/latest/api/token", http.NoBody)
		r.Header.Set(imds.TokenTTLHeader, "60")
		w := httptest.NewRecorder()
		aborted := func() (aborted bool) {
			defer func() { aborted = recover() != nil }()
			service.Behind(c.routers).ServeHTTP(w, r)
			return false
		}()
		if answers := !aborted && w.Body.Len() > 0; answers != c.answers {
			t.Errorf("%s: answered %t, want %t", name, answers, c.answers)
		}
		// Only tokens are bound by it: version 1 goes through.
		w = httptest.NewRecorder()
		service.Behind(c.routers).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/latest/meta-data/mac", http.NoBody))
		if w.Code != http.StatusOK {
			t.Errorf("%s: version 1: %d", name, w.Code)
		}
	}
}

// TestTheSDKsClient reads the service with AWS's own client.
func TestTheSDKsClient(t *testing.T) {
	t.Parallel()
	i := newInstance()
	i.options.TokenRequired = true
	base, _ := serve(t, i)
	c := client.New(client.Options{Endpoint: base, EnableFallback: aws.FalseTernary})
	identity, err := c.GetInstanceIdentityDocument(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := client.InstanceIdentityDocument{
		InstanceID: "i-0123456789abcdef0", InstanceType: "m5.large", Region: "eu-central-1", AvailabilityZone: "eu-central-1a", AccountID: "123456789012",
		ImageID: "ami-0123456789abcdef0", PrivateIP: "10.0.0.25", Architecture: "x86_64", Version: "2017-09-30", PendingTime: start(),
	}
	if d := cmp.Diff(want, identity.InstanceIdentityDocument); d != "" {
		t.Errorf("the identity document (-want +got):\n%s", d)
	}
	userData, err := c.GetUserData(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(userData.Content); err != nil || string(text) != i.told.UserData {
		t.Errorf("the user data: %q, %v", text, err)
	}
	info, err := c.GetIAMInfo(t.Context(), nil)
	if err != nil || info.Code != "Success" || !strings.HasSuffix(info.InstanceProfileArn, ":instance-profile/ecsInstanceRole") {
		t.Errorf("the instance profile: %+v, %v", info, err)
	}
	role, err := ec2rolecreds.New(func(o *ec2rolecreds.Options) { o.Client = c }).Retrieve(t.Context())
	if err != nil || role.AccessKeyID != "ASIAEXAMPLE" || role.SessionToken != "token" || !role.CanExpire {
		t.Errorf("the role's credentials: key %s, %v", role.AccessKeyID, err)
	}
	_, err = c.GetMetadata(t.Context(), &client.GetMetadataInput{Path: "spot/instance-action"})
	var answer interface{ HTTPStatusCode() int }
	if !errors.As(err, &answer) || answer.HTTPStatusCode() != http.StatusNotFound {
		t.Errorf("a notice that nobody gave: %v", err)
	}
}
