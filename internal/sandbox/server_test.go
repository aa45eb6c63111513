package sandbox_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sandboxtest"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// code returns an API error's code, or "".
func code(err error) string {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return ""
}

func createWeb(t *testing.T, c *ecs.Client) error {
	t.Helper()
	_, err := c.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("web")})
	return err
}

// clusters returns the names of the clusters that there are.
func clusters(t *testing.T, c *ecs.Client) []string {
	t.Helper()
	out, err := c.ListClusters(t.Context(), &ecs.ListClustersInput{})
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, arn := range out.ClusterArns {
		names = append(names, arn[strings.LastIndex(arn, "/")+1:])
	}
	return names
}

func TestSignaturesAreRead(t *testing.T) {
	t.Parallel()
	const scheme = "AWS4-HMAC-SHA256 "
	for name, test := range map[string]struct {
		authorization string
		want          string
	}{
		"good":            {scheme + "Credential=AKID/20261122/eu-west-1/ecs/aws4_request, SignedHeaders=host, Signature=00", ""},
		"without spaces":  {scheme + "Credential=AKID/20261122/eu-west-1/ecs/aws4_request,SignedHeaders=host,Signature=00", ""},
		"none":            {"", "MissingAuthenticationTokenException"},
		"another scheme":  {"Basic eDp5", "MissingAuthenticationTokenException"},
		"no signature":    {scheme + "Credential=AKID/20261122/eu-west-1/ecs/aws4_request, SignedHeaders=host", "IncompleteSignatureException"},
		"a short scope":   {scheme + "Credential=AKID/eu-west-1/ecs/aws4_request, SignedHeaders=host, Signature=00", "InvalidSignatureException"},
		"no key":          {scheme + "Credential=/20261122/eu-west-1/ecs/aws4_request, SignedHeaders=host, Signature=00", "InvalidSignatureException"},
		"another service": {scheme + "Credential=AKID/20261122/eu-west-1/ec2/aws4_request, SignedHeaders=host, Signature=00", "InvalidSignatureException"},
		"no region":       {scheme + "Credential=AKID/20261122/mars/ecs/aws4_request, SignedHeaders=host, Signature=00", "InvalidSignatureException"},
		"no date":         {scheme + "Credential=AKID/today/eu-west-1/ecs/aws4_request, SignedHeaders=host, Signature=00", "InvalidSignatureException"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandboxtest.New(t, sandbox.Options{})
			response := post(t, s.URL+"/", `{}`, http.Header{
				"X-Amz-Target":  {"AmazonEC2ContainerServiceV20141113.ListClusters"},
				"Authorization": {test.authorization},
			})
			if got := response.Header.Get("X-Amzn-Errortype"); got != test.want {
				t.Errorf("error %q, want %q", got, test.want)
			}
			if response.Header.Get("X-Amzn-Requestid") == "" {
				t.Error("the answer has no request id")
			}
		})
	}
}

func post(t *testing.T, url, body string, header http.Header) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

func TestRequestsForNobody(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.Options{})
	if got := post(t, s.URL+"/", "x", nil).StatusCode; got != http.StatusNotFound {
		t.Errorf("no service: status %d, want 404", got)
	}
	_, err := s.ECS().StartTask(t.Context(), &ecs.StartTaskInput{TaskDefinition: aws.String("iis"), ContainerInstances: []string{"a"}})
	if got := code(err); got != "UnknownOperationException" {
		t.Errorf("an operation that is not modelled: %q, want UnknownOperationException", got)
	}
}

func TestMalformedBodyIsASerializationException(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.Options{})
	response := post(t, s.URL+"/", `{"clusters": "web"`, http.Header{
		"X-Amz-Target":  {"AmazonEC2ContainerServiceV20141113.DescribeClusters"},
		"Authorization": {"AWS4-HMAC-SHA256 Credential=AKID/20261122/eu-west-1/ecs/aws4_request, SignedHeaders=host, Signature=00"},
	})
	if got := response.Header.Get("X-Amzn-Errortype"); got != "SerializationException" || response.StatusCode != 400 {
		t.Errorf("%d %s, want 400 SerializationException", response.StatusCode, got)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault sandbox.Fault
		code  string
		after []string // the clusters there are afterwards
	}{
		"refuse":         {sandbox.Fault{Kind: sandbox.Refuse, Code: "LimitExceededException", Message: "no"}, "LimitExceededException", []string{}},
		"throttle":       {sandbox.Fault{Kind: sandbox.Throttle}, "ThrottlingException", []string{}},
		"access denied":  {sandbox.Fault{Kind: sandbox.AccessDenied}, "AccessDeniedException", []string{}},
		"expired token":  {sandbox.Fault{Kind: sandbox.ExpiredToken}, "ExpiredTokenException", []string{}},
		"server failure": {sandbox.Fault{Kind: sandbox.ServerFailure}, "ServerException", []string{}},
		"lose response":  {sandbox.Fault{Kind: sandbox.LoseResponse}, "", []string{"web"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandboxtest.New(t, sandbox.Options{})
			test.fault.Call = "ecs:CreateCluster"
			if err := s.Inject(test.fault); err != nil {
				t.Fatal(err)
			}
			err := createWeb(t, s.ECS())
			if err == nil || code(err) != test.code {
				t.Errorf("CreateCluster: %v, want an error with code %q", err, test.code)
			}
			if d := cmp.Diff(test.after, clusters(t, s.ECS())); d != "" {
				t.Errorf("clusters (-want +got):\n%s", d)
			}
			if err := createWeb(t, s.ECS()); err != nil {
				t.Errorf("the call after the fault: %v", err)
			}
			if got := s.Faulted()["ecs:CreateCluster"]; got != 1 {
				t.Errorf("%d faulted calls, want 1", got)
			}
		})
	}
}

func TestFaultsStrikeWhenTheyShould(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault sandbox.Fault
		want  string // one letter a call: x if the fault struck
	}{
		"the first":      {sandbox.Fault{Call: "ecs:ListClusters"}, "x...."},
		"the third":      {sandbox.Fault{Call: "ecs:ListClusters", Nth: 3}, "..x.."},
		"two":            {sandbox.Fault{Call: "ecs:ListClusters", Nth: 2, Times: 2}, ".xx.."},
		"always":         {sandbox.Fault{Call: "ecs:*", Times: sandbox.Always}, "xxxxx"},
		"from the third": {sandbox.Fault{Call: "*", Nth: 3, Times: sandbox.Always}, "..xxx"},
		"another call":   {sandbox.Fault{Call: "ecs:CreateCluster", Times: sandbox.Always}, "....."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandboxtest.New(t, sandbox.Options{})
			test.fault.Kind = sandbox.ServerFailure
			if err := s.Inject(test.fault); err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for range 5 {
				if _, err := s.ECS().ListClusters(t.Context(), &ecs.ListClustersInput{}); err != nil {
					got.WriteByte('x')
				} else {
					got.WriteByte('.')
				}
			}
			if got.String() != test.want {
				t.Errorf("struck %s, want %s", got.String(), test.want)
			}
		})
	}
}

func TestMissingAtFirst(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.Options{})
	c := s.ECS()
	if err := createWeb(t, c); err != nil {
		t.Fatal(err)
	}
	if err := s.Inject(sandbox.Fault{Call: "ecs:DescribeClusters", Times: 2, Kind: sandbox.Missing}); err != nil {
		t.Fatal(err)
	}
	var missing []int
	for range 3 {
		out, err := c.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{Clusters: []string{"web"}})
		if err != nil {
			t.Fatal(err)
		}
		missing = append(missing, len(out.Failures))
	}
	if d := cmp.Diff([]int{1, 1, 0}, missing); d != "" {
		t.Errorf("failures a call (-want +got):\n%s", d)
	}
}

func TestHookRunsAfterTheEffect(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.Options{})
	var seen []string
	err := s.Inject(sandbox.Fault{Call: "ecs:CreateCluster", Kind: sandbox.Hook, After: func() {
		seen = clusters(t, s.ECS())
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := createWeb(t, s.ECS()); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"web"}, seen); d != "" {
		t.Errorf("what the hook saw (-want +got):\n%s", d)
	}
}

func TestDelaysAndLatencyPassOnTheClock(t *testing.T) {
	t.Parallel()
	clock := wait.NewManual(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	s := sandboxtest.New(t, sandbox.Options{Clock: clock, Latency: 20 * time.Millisecond})
	err := s.Inject(sandbox.Fault{Call: "ecs:CreateCluster", Kind: sandbox.Delay, Delay: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := s.ECS().CreateCluster(t.Context(), &ecs.CreateClusterInput{})
		done <- err
	}()
	for _, d := range []time.Duration{20 * time.Millisecond, time.Minute} {
		if err := clock.AwaitSleepers(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if len(s.Calls()) > 0 {
			t.Errorf("the call took effect before %s had passed", d)
		}
		clock.Advance(d)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestFaultsThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.Options{})
	for name, fault := range map[string]sandbox.Fault{
		"no kind":        {Call: "*"},
		"unknown kind":   {Call: "*", Kind: "explode"},
		"no call":        {Kind: sandbox.Throttle},
		"negative nth":   {Call: "*", Kind: sandbox.Throttle, Nth: -1},
		"times":          {Call: "*", Kind: sandbox.Throttle, Times: -2},
		"refuse no code": {Call: "*", Kind: sandbox.Refuse},
		"delay":          {Call: "*", Kind: sandbox.Delay, Delay: -1},
	} {
		if err := s.Inject(fault); err == nil {
			t.Errorf("%s: injected", name)
		}
	}
}

func TestTokenBuckets(t *testing.T) {
	t.Parallel()
	clock := wait.NewManual(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	s := sandboxtest.New(t, sandbox.Options{Clock: clock, Throttle: true})
	spend := func(options ...func(*ecs.Options)) (through int) {
		c := s.ECS(options...)
		for {
			switch _, err := c.CreateCluster(t.Context(), &ecs.CreateClusterInput{}); code(err) {
			case "ThrottlingException":
				return through
			case "":
				through++
			default:
				t.Fatal(err)
			}
		}
	}
	if got := spend(); got != 20 {
		t.Errorf("a full bucket let %d calls through, want 20", got)
	}
	clock.Advance(3 * time.Second)
	if got := spend(); got != 3 {
		t.Errorf("after 3 s the bucket let %d calls through, want 3", got)
	}
	if got := spend(func(o *ecs.Options) { o.Region = "eu-west-1" }); got != 20 {
		t.Errorf("another region's bucket let %d calls through, want 20", got)
	}
	if got := clusters(t, s.ECS()); len(got) != 1 {
		t.Errorf("reads draw from the same bucket: %v", got)
	}
	if got, want := s.Throttled()["ecs:CreateCluster"], 3; got != want {
		t.Errorf("%d throttled calls counted, want %d", got, want)
	}
	if got, want := s.Calls()["ecs:CreateCluster"], 43; got != want {
		t.Errorf("%d calls counted, want %d", got, want)
	}
}

func TestSDKRetriesUntilTheBucketFills(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.Options{})
	if err := s.Inject(sandbox.Fault{Call: "ecs:ListClusters", Times: 2, Kind: sandbox.Throttle}); err != nil {
		t.Fatal(err)
	}
	c := s.ECS(func(o *ecs.Options) {
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		})
	})
	if _, err := c.ListClusters(t.Context(), &ecs.ListClustersInput{}); err != nil {
		t.Errorf("the SDK does not take a throttled call for one to retry: %v", err)
	}
	if got := s.Throttled()["ecs:ListClusters"]; got != 2 {
		t.Errorf("%d throttled calls, want 2", got)
	}
}

func TestIdentities(t *testing.T) {
	t.Parallel()
	clock := wait.NewManual(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	s := sandboxtest.New(t, sandbox.Options{Clock: clock})
	whoami := func(options ...func(*sts.Options)) (string, error) {
		out, err := s.STS(options...).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
		if err != nil {
			return "", err
		}
		return *out.Account + " " + *out.Arn, nil
	}
	if got, err := whoami(); err != nil || got != "123456789012 arn:aws:iam::123456789012:user/sandbox" {
		t.Errorf("any key: %q, %v", got, err)
	}
	assumed, err := s.STS().AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::210987654321:role/team/deploy"), RoleSessionName: aws.String("ci"),
		DurationSeconds: aws.Int32(900),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := *assumed.Credentials.Expiration, clock.Now().Add(15*time.Minute); !got.Equal(want) {
		t.Errorf("expires %v, want %v", got, want)
	}
	key := assumed.Credentials
	session := credentials.NewStaticCredentialsProvider(*key.AccessKeyId, *key.SecretAccessKey, *key.SessionToken)
	inSession := func(o *sts.Options) { o.Credentials = session }
	got, err := whoami(inSession)
	if want := "210987654321 arn:aws:sts::210987654321:assumed-role/deploy/ci"; err != nil || got != want {
		t.Errorf("in the session: %q, %v; want %q", got, err, want)
	}
	made, err := s.ECS(func(o *ecs.Options) { o.Credentials = session }).CreateCluster(t.Context(), &ecs.CreateClusterInput{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := *made.Cluster.ClusterArn, "arn:aws:ecs:us-east-1:210987654321:cluster/default"; got != want {
		t.Errorf("created %s, want %s", got, want)
	}
	if got := clusters(t, s.ECS()); len(got) != 0 {
		t.Errorf("the first account has the second's clusters: %v", got)
	}
	_, err = whoami(func(o *sts.Options) {
		o.Credentials = credentials.NewStaticCredentialsProvider(*key.AccessKeyId, "x", "another token")
	})
	if got := code(err); got != "InvalidClientTokenId" {
		t.Errorf("with another session's token: %q, want InvalidClientTokenId", got)
	}
	clock.Advance(15 * time.Minute)
	_, err = whoami(inSession)
	if got := code(err); got != "ExpiredToken" {
		t.Errorf("after the session: %q, want ExpiredToken", got)
	}
	_, err = s.ECS(func(o *ecs.Options) { o.Credentials = session }).ListClusters(t.Context(), &ecs.ListClustersInput{})
	if got := code(err); got != "ExpiredTokenException" {
		t.Errorf("ECS after the session: %q, want ExpiredTokenException", got)
	}
}

func TestWebIdentityNeedsNoCredentials(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.Options{})
	c := s.STS(func(o *sts.Options) { o.Credentials = nil })
	in := &sts.AssumeRoleWithWebIdentityInput{
		RoleArn:          aws.String("arn:aws:iam::123456789012:role/deploy"),
		RoleSessionName:  aws.String("ci"),
		WebIdentityToken: aws.String("eyJh"),
	}
	out, err := c.AssumeRoleWithWebIdentity(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := *out.AssumedRoleUser.Arn, "arn:aws:sts::123456789012:assumed-role/deploy/ci"; got != want {
		t.Errorf("assumed %s, want %s", got, want)
	}
}

func TestAssumeRoleRefuses(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]sts.AssumeRoleInput{
		"no role":     {RoleArn: aws.String("arn:aws:iam::123456789012:user/deploy"), RoleSessionName: aws.String("ci")},
		"bad session": {RoleArn: aws.String("arn:aws:iam::123456789012:role/deploy"), RoleSessionName: aws.String("c i")},
		"too short": {
			RoleArn: aws.String("arn:aws:iam::123456789012:role/deploy"), RoleSessionName: aws.String("ci"),
			DurationSeconds: aws.Int32(899),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandboxtest.New(t, sandbox.Options{})
			_, err := s.STS().AssumeRole(t.Context(), &in)
			if got := code(err); got != "ValidationError" {
				t.Errorf("%v, want ValidationError", err)
			}
		})
	}
}

func TestSTSFaultsAreSpelledInItsOwnWords(t *testing.T) {
	t.Parallel()
	for kind, want := range map[sandbox.FaultKind]string{
		sandbox.AccessDenied:  "AccessDenied",
		sandbox.ExpiredToken:  "ExpiredToken",
		sandbox.Throttle:      "Throttling",
		sandbox.ServerFailure: "InternalFailure",
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := sandboxtest.New(t, sandbox.Options{})
			if err := s.Inject(sandbox.Fault{Call: "sts:GetCallerIdentity", Kind: kind}); err != nil {
				t.Fatal(err)
			}
			_, err := s.STS().GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
			if got := code(err); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

func TestLogNamesCallsWithoutTheirValues(t *testing.T) {
	t.Parallel()
	var log []sandbox.Entry
	s := sandboxtest.New(t, sandbox.Options{Log: func(e sandbox.Entry) { log = append(log, e) }})
	_, err := s.ECS().RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("a.b"), ContainerDefinitions: []types.ContainerDefinition{},
	})
	if err == nil {
		t.Fatal("registered")
	}
	if err := createWeb(t, s.ECS()); err != nil {
		t.Fatal(err)
	}
	want := []sandbox.Entry{
		{Call: "ecs:RegisterTaskDefinition", Region: "us-east-1", Outcome: "ClientException"},
		{Call: "ecs:CreateCluster", Region: "us-east-1", Outcome: "ok"},
	}
	if d := cmp.Diff(want, log); d != "" {
		t.Errorf("log (-want +got):\n%s", d)
	}
}

func TestResetForgetsEverything(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.Options{})
	if err := createWeb(t, s.ECS()); err != nil {
		t.Fatal(err)
	}
	if err := s.Inject(sandbox.Fault{Call: "*", Kind: sandbox.ServerFailure, Times: sandbox.Always}); err != nil {
		t.Fatal(err)
	}
	s.Reset()
	if got := s.Calls(); len(got) != 0 {
		t.Errorf("calls = %v, want none", got)
	}
	if got := clusters(t, s.ECS()); len(got) != 0 {
		t.Errorf("clusters = %v, want none", got)
	}
}
