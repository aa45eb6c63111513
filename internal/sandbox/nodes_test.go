package sandbox_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sandboxtest"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ssm"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// region is a sandbox with the cluster web and the task definition iis.
type region struct {
	*sandboxtest.Server
	ecs   *ecs.Client
	ec2   *ec2.Client
	clock *wait.Manual
}

func newRegion(t testing.TB, options sandbox.Options) *region {
	t.Helper()
	clock := wait.NewManual(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC))
	options.Clock = clock
	s := sandboxtest.New(t, options)
	r := &region{Server: s, ecs: s.ECS(), ec2: s.EC2(), clock: clock}
	if err := r.AddCluster("", "web"); err != nil {
		t.Fatal(err)
	}
	_, err := r.ecs.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("iis"), NetworkMode: types.NetworkModeAwsvpc,
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("iis"), Image: aws.String("iis"), Memory: aws.Int32(512)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// add adds an instance that has joined.
func (r *region) add(t testing.TB) sandbox.InstanceIDs {
	t.Helper()
	ids, err := r.AddInstance("", "web", sandbox.Instance{})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// launch starts an instance with user data as EC2's client does.
func (r *region) launch(t testing.TB, userData string, changes ...func(*ec2.RunInstancesInput)) sandbox.Node {
	t.Helper()
	in := &ec2.RunInstancesInput{
		ImageId: aws.String(ssm.ImageID("WINDOWS_SERVER_2022_CORE")), InstanceType: ec2types.InstanceTypeM5Large,
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1), IamInstanceProfile: &ec2types.IamInstanceProfileSpecification{Name: aws.String("node")},
	}
	if userData != "" {
		in.UserData = aws.String(base64.StdEncoding.EncodeToString([]byte(userData)))
	}
	for _, change := range changes {
		change(in)
	}
	out, err := r.ec2.RunInstances(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	node, ok := r.Node("", *out.Instances[0].InstanceId)
	if !ok {
		t.Fatal("nobody knows what became of the instance")
	}
	return node
}

func rendered(t testing.TB, set map[string]any) string {
	t.Helper()
	doc := nodeconfig.Default()
	doc.Cluster = "web"
	for path, value := range set {
		if err := doc.Set(path, value, nodeconfig.Origin{}); err != nil {
			t.Fatal(err)
		}
	}
	text, err := userdata.Render(userdata.Request{Document: doc, Form: userdata.FormScript, LaunchAgent: userdata.EC2LaunchV2})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// metadata returns AWS's own client of an instance's metadata service.
func (r *region) metadata(t testing.TB, id string) *imds.Client {
	t.Helper()
	service, ok := r.Metadata("", id)
	if !ok {
		t.Fatalf("instance %s has no metadata", id)
	}
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	return imds.New(imds.Options{Endpoint: server.URL, EnableFallback: aws.FalseTernary})
}

// says returns what the metadata say at a path, or "" for what is not there.
func says(t testing.TB, c *imds.Client, path string) string {
	t.Helper()
	out, err := c.GetMetadata(t.Context(), &imds.GetMetadataInput{Path: path})
	var answer interface{ HTTPStatusCode() int }
	if errors.As(err, &answer) && answer.HTTPStatusCode() == http.StatusNotFound {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = out.Content.Close() }()
	text, err := io.ReadAll(out.Content)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fact returns what a phase of a report found.
func fact(r *report.Report, name string) string {
	for _, p := range r.Phases {
		for _, f := range p.Evidence {
			if f.Name == name {
				return f.Value
			}
		}
	}
	return ""
}

func (r *region) verify(t testing.TB, id string) *report.Report {
	t.Helper()
	seen, err := r.Verify(t.Context(), "", id)
	if err != nil {
		t.Fatal(err)
	}
	if seen.ExitCode != 0 || len(seen.Warnings) > 0 {
		t.Errorf("verify: exit code %d, %+v, warnings %q", seen.ExitCode, seen.Error, seen.Warnings)
	}
	return seen
}

// TestATaskShowsOnItsNode follows a task's network interface as the node sees
// it: in the metadata, and by the bootstrap's own look.
func TestATaskShowsOnItsNode(t *testing.T) {
	t.Parallel()
	r := newRegion(t, sandbox.Options{})
	ids := r.add(t)
	c := r.metadata(t, ids.EC2)
	primary := says(t, c, "mac")
	const all = "network/interfaces/macs/"
	if got := says(t, c, all); got != primary+"/" {
		t.Errorf("the interfaces of a new node: %q", got)
	}
	expect := func(when, interfaces, fit, networks string) {
		t.Helper()
		seen := r.verify(t, ids.EC2)
		for name, want := range map[string]string{"network interfaces of m5.large": interfaces, "tasks in awsvpc mode": fit, "task networks": networks} {
			if got := fact(seen, name); got != want {
				t.Errorf("%s: %s: %q, want %q", when, name, got, want)
			}
		}
	}
	expect("at first", "3, 1 attached", "2, of which 2 fit now", "0, 0 left over")
	subnet := says(t, c, all+primary+"/subnet-id")
	run, err := r.ecs.RunTask(t.Context(), &ecs.RunTaskInput{
		Cluster: aws.String("web"), TaskDefinition: aws.String("iis"),
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{subnet}}},
	})
	if err != nil || len(run.Failures) > 0 {
		t.Fatalf("running a task: %v %v", err, run)
	}
	task := run.Tasks[0]
	describe := func() (status string) {
		t.Helper()
		out, err := r.ecs.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("web"), Tasks: []string{*task.TaskArn}})
		if err != nil {
			t.Fatal(err)
		}
		task = out.Tasks[0]
		return *task.LastStatus
	}
	if got := says(t, c, all); got != primary+"/" {
		t.Errorf("the interfaces while it is being attached: %q", got)
	}
	if status := describe(); status != "PENDING" {
		t.Fatalf("the task is %s", status)
	}
	expect("attached", "3, 2 attached", "2, of which 1 fit now", "0, 0 left over")
	for describe() != "RUNNING" {
	}
	mac, address := detail(task, "macAddress"), detail(task, "privateIPv4Address")
	if got, want := strings.Fields(says(t, c, all)), []string{primary + "/", mac + "/"}; !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
		t.Errorf("the interfaces while it runs: %q, want %q", got, want)
	}
	if got := says(t, c, all+mac+"/local-ipv4s"); got != address {
		t.Errorf("the task's address is %q, want %q", got, address)
	}
	if got := says(t, c, all+mac+"/device-number"); got != "1" {
		t.Errorf("the task's interface is device %q", got)
	}
	expect("running", "3, 2 attached", "2, of which 1 fit now", "1, 0 left over")
	if _, err := r.ecs.StopTask(t.Context(), &ecs.StopTaskInput{Cluster: aws.String("web"), Task: task.TaskArn}); err != nil {
		t.Fatal(err)
	}
	for describe() != "STOPPED" {
	}
	if got := says(t, c, all); got != primary+"/" {
		t.Errorf("the interfaces after it: %q", got)
	}
	expect("stopped", "3, 1 attached", "2, of which 2 fit now", "0, 0 left over")
}

func detail(task types.Task, name string) string {
	for _, d := range task.Attachments[0].Details {
		if *d.Name == name {
			return *d.Value
		}
	}
	return ""
}

// TestTheRolesCredentialsSignCalls takes the credentials that an instance gets
// and calls the sandbox with them.
func TestTheRolesCredentialsSignCalls(t *testing.T) {
	t.Parallel()
	r := newRegion(t, sandbox.Options{})
	ids := r.add(t)
	provider := ec2rolecreds.New(func(o *ec2rolecreds.Options) { o.Client = r.metadata(t, ids.EC2) })
	config := r.Config()
	config.Credentials = provider
	who, err := sts.NewFromConfig(config).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "arn:aws:sts::123456789012:assumed-role/ecsInstanceRole/" + ids.EC2; *who.Arn != want {
		t.Errorf("the instance is %s, want %s", *who.Arn, want)
	}
	key := func() string {
		got, err := provider.Retrieve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return got.AccessKeyID
	}
	first := key()
	if again := key(); again != first {
		t.Errorf("there are new credentials at once: %s, %s", first, again)
	}
	r.clock.Advance(6*time.Hour - time.Minute)
	if again := key(); again == first {
		t.Error("a minute before their end there are no new credentials")
	}
}

func TestMetadataFollowTheInstancesOptions(t *testing.T) {
	t.Parallel()
	r := newRegion(t, sandbox.Options{})
	node := r.launch(t, rendered(t, nil), func(in *ec2.RunInstancesInput) {
		in.MetadataOptions = &ec2types.InstanceMetadataOptionsRequest{
			HttpTokens: ec2types.HttpTokensStateRequired, HttpPutResponseHopLimit: aws.Int32(2), InstanceMetadataTags: ec2types.InstanceMetadataTagsStateEnabled,
		}
		in.TagSpecifications = []ec2types.TagSpecification{{
			ResourceType: ec2types.ResourceTypeInstance, Tags: []ec2types.Tag{{Key: aws.String("team"), Value: aws.String("shop")}},
		}}
	})
	if node.ContainerInstance == "" {
		t.Fatalf("the instance did not join: %+v", node)
	}
	c := r.metadata(t, node.InstanceID)
	if got := says(t, c, "tags/instance/team"); got != "shop" {
		t.Errorf("the tag is %q", got)
	}
	if got := says(t, c, "iam/security-credentials/"); got != "node" {
		t.Errorf("the role is %q", got)
	}
	if status, _ := control(t, r.Server, http.MethodGet, "instances/"+node.InstanceID+"/imds/latest/meta-data/mac", ""); status != http.StatusUnauthorized {
		t.Errorf("a request without a token: %d, want 401", status)
	}
	service, _ := r.Metadata("", node.InstanceID)
	container := httptest.NewServer(service.Behind(1))
	t.Cleanup(container.Close)
	if got := says(t, imds.New(imds.Options{Endpoint: container.URL, EnableFallback: aws.FalseTernary}), "instance-id"); got != node.InstanceID {
		t.Errorf("a container behind nat sees %q", got)
	}
	shown, err := r.ec2.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{node.InstanceID}})
	if err != nil {
		t.Fatal(err)
	}
	i := shown.Reservations[0].Instances[0]
	if o := i.MetadataOptions; o.HttpTokens != "required" || *o.HttpPutResponseHopLimit != 2 || o.HttpEndpoint != "enabled" || o.InstanceMetadataTags != "enabled" {
		t.Errorf("EC2 shows the options %+v", o)
	}
	if *i.IamInstanceProfile.Arn != "arn:aws:iam::123456789012:instance-profile/node" {
		t.Errorf("EC2 shows the profile %s", *i.IamInstanceProfile.Arn)
	}
}

// TestWhyInstancesDoNotJoin launches instances that lack something. Each says
// what.
func TestWhyInstancesDoNotJoin(t *testing.T) {
	t.Parallel()
	r := newRegion(t, sandbox.Options{})
	pinned := strings.Repeat("0", 64)
	for name, c := range map[string]struct {
		userData string
		change   func(*ec2.RunInstancesInput)
		// code is the bootstrap's; without one it never ran, and says tells why.
		code, says string
	}{
		"no instance profile": {userData: rendered(t, nil), change: func(in *ec2.RunInstancesInput) { in.IamInstanceProfile = nil }, code: "E_NO_CREDENTIALS"},
		"no cluster":          {userData: strings.ReplaceAll(rendered(t, nil), "cluster: web", "cluster: nobody"), code: "E_AGENT_CLUSTER_MISSING"},
		"no user data":        {},
		"no metadata service": {
			userData: rendered(t, nil), says: "turned off",
			change: func(in *ec2.RunInstancesInput) {
				in.MetadataOptions = &ec2types.InstanceMetadataOptionsRequest{HttpEndpoint: ec2types.InstanceMetadataEndpointStateDisabled}
			},
		},
		"no server to download from": {
			userData: rendered(t, map[string]any{"download.source": "https", "download.location": "https://example.com/b.exe", "download.sha256": pinned}), says: "It was not run",
		},
		"somebody else's script": {userData: "<powershell>\nImport-Module ECSTools\n</powershell>", says: "only what the provider renders"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var changes []func(*ec2.RunInstancesInput)
			if c.change != nil {
				changes = append(changes, c.change)
			}
			node := r.launch(t, c.userData, changes...)
			if node.ContainerInstance != "" {
				t.Fatalf("it joined as %s", node.ContainerInstance)
			}
			if c.code == "" {
				if node.Report != nil || !strings.Contains(node.Failure+node.Output, c.says) || c.says == "" && node.Failure != "" {
					t.Errorf("the bootstrap's report %+v, failure %q, output %q, want %q", node.Report, node.Failure, node.Output, c.says)
				}
				return
			}
			if node.Report == nil || node.Report.Error == nil || node.Report.Error.Code != c.code {
				t.Errorf("got %+v, failure %q, want %s", node.Report, node.Failure, c.code)
			}
		})
	}
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func TestADownloadedProgramJoins(t *testing.T) {
	t.Parallel()
	const url = "https://example.com/b.exe"
	r := newRegion(t, sandbox.Options{Downloads: map[string][]byte{url: sandbox.SimulatedProgram()}})
	node := r.launch(t, rendered(t, map[string]any{"download.source": "https", "download.location": url, "download.sha256": digest(sandbox.SimulatedProgram())}))
	if node.ContainerInstance == "" {
		t.Fatalf("it did not join: %+v, %s", node.Report, node.Output)
	}
	r.verify(t, node.InstanceID)
}

// TestTheEndOfANode terminates an instance, and forgets another by a reset.
func TestTheEndOfANode(t *testing.T) {
	t.Parallel()
	r := newRegion(t, sandbox.Options{})
	ids, other := r.add(t), r.add(t)
	service, _ := r.Metadata("", ids.EC2)
	if _, err := r.ec2.TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{ids.EC2, ids.EC2}}); err != nil {
		t.Fatal(err)
	}
	if _, ok := r.Node("", ids.EC2); ok {
		t.Error("the node is still there")
	}
	if _, ok := r.Metadata("", ids.EC2); ok {
		t.Error("its metadata are still there")
	}
	if _, err := r.Verify(t.Context(), "", ids.EC2); err == nil {
		t.Error("it still looks at itself")
	}
	w := httptest.NewRecorder()
	service.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/latest/meta-data/mac", http.NoBody))
	if w.Code == http.StatusOK {
		t.Errorf("a service that somebody kept still says %q", w.Body)
	}
	shown, err := r.ecs.DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{
		Cluster: aws.String("web"), ContainerInstances: []string{ids.ContainerInstance, other.ContainerInstance},
	})
	if err != nil || *shown.ContainerInstances[0].Status != "INACTIVE" || *shown.ContainerInstances[1].Status != "ACTIVE" {
		t.Errorf("the container instances: %v, %v", shown, err)
	}
	r.Reset()
	if _, ok := r.Node("", other.EC2); ok {
		t.Error("a reset left a node")
	}
}

// TestNodesOverHTTP asks for what other processes may ask for.
func TestNodesOverHTTP(t *testing.T) {
	t.Parallel()
	r := newRegion(t, sandbox.Options{})
	ids := r.add(t)
	if status, got := control(t, r.Server, http.MethodGet, "instances/"+ids.EC2+"/imds/latest/meta-data/instance-id", ""); status != http.StatusOK || got != ids.EC2 {
		t.Errorf("the metadata say %d %q", status, got)
	}
	status, answer := control(t, r.Server, http.MethodPost, "instances/"+ids.EC2+"/verify", "")
	var seen report.Report
	if err := json.Unmarshal([]byte(answer), &seen); err != nil || status != http.StatusOK || fact(&seen, "network interfaces of m5.large") != "3, 1 attached" {
		t.Errorf("verify: %d %s", status, answer)
	}
	for _, path := range []string{"instances/i-0", "instances/i-0/imds/latest/meta-data/"} {
		if status, _ := control(t, r.Server, http.MethodGet, path, ""); status != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, status)
		}
	}
	if status, _ := control(t, r.Server, http.MethodPost, "instances/i-0/verify", ""); status != http.StatusNotFound {
		t.Errorf("verify of nobody: %d, want 404", status)
	}
}

// TestNodesComeAndGoAtOnce boots, asks, looks at and ends nodes at the same
// time. In the end none is left in the cluster.
func TestNodesComeAndGoAtOnce(t *testing.T) {
	t.Parallel()
	r := newRegion(t, sandbox.Options{})
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			ids, err := r.AddInstance("", "web", sandbox.Instance{})
			if err != nil {
				t.Error(err)
				return
			}
			var looks sync.WaitGroup
			looks.Go(func() { _, _ = r.Verify(t.Context(), "", ids.EC2) })
			looks.Go(func() {
				if service, ok := r.Metadata("", ids.EC2); ok {
					service.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/latest/meta-data/mac", http.NoBody))
				}
			})
			if _, err := r.ec2.TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{ids.EC2}}); err != nil {
				t.Error(err)
			}
			looks.Wait()
		})
	}
	all.Wait()
	left, err := r.ecs.ListContainerInstances(t.Context(), &ecs.ListContainerInstancesInput{Cluster: aws.String("web")})
	if err != nil || len(left.ContainerInstanceArns) > 0 {
		t.Errorf("still in the cluster: %v, %v", left, err)
	}
}

func BenchmarkNode(b *testing.B) {
	r := newRegion(b, sandbox.Options{})
	for b.Loop() {
		r.add(b)
	}
}
