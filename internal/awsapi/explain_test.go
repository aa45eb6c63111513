package awsapi_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
)

func ecsError(status int, code, message string) http.HandlerFunc {
	return answer(status, fmt.Sprintf(`{"__type":%q,"message":%q}`, code, message))
}

// TestExplainAnswers goes through the SDK with the answers that AWS gives.
func TestExplainAnswers(t *testing.T) {
	const call = "ECS DescribeClusters in eu-central-1 failed"
	tests := map[string]struct {
		handler http.HandlerFunc
		kind    awsapi.Kind
		want    string
	}{
		"expired": {
			ecsError(400, "ExpiredTokenException", "The security token included in the request is expired"), awsapi.KindExpired,
			call + ". AWS answered ExpiredTokenException: The security token included in the request is expired\n\n" +
				"The credentials have expired. Get new ones (for IAM Identity Center: aws sso login) and run Terraform again.",
		},
		"clock": {
			ecsError(400, "InvalidSignatureException", "Signature expired: 20260101T000000Z is now earlier than 20260102T000000Z"), awsapi.KindClock,
			call + ". AWS answered InvalidSignatureException: Signature expired: 20260101T000000Z is now earlier than 20260102T000000Z\n\n" +
				"The clock of this machine and AWS's differ by more than a few minutes. Set the clock right, and run Terraform again.",
		},
		"unknown key": {
			ecsError(400, "UnrecognizedClientException", "The security token included in the request is invalid."), awsapi.KindCredentials,
			call + ". AWS answered UnrecognizedClientException: The security token included in the request is invalid.\n\n" +
				"Check which credentials the provider uses: its arguments access_key, secret_key and token come first, then profile, " +
				"then the environment variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. " +
				"Temporary ones need all three. Credentials of one partition, such as China, do not work in another.",
		},
		"denied": {
			ecsError(400, "AccessDeniedException", "User: arn:aws:iam::111122223333:user/u is not authorized to perform: ecs:DescribeClusters on resource: * because no identity-based policy allows the ecs:DescribeClusters action"), awsapi.KindDenied,
			call + ". AWS answered AccessDeniedException: User: arn:aws:iam::111122223333:user/u is not authorized to perform: ecs:DescribeClusters on resource: * because no identity-based policy allows the ecs:DescribeClusters action\n\n" +
				"Allow ecs:DescribeClusters to arn:aws:iam::111122223333:user/u in an IAM policy, and see that no permissions boundary or service control policy holds it back.",
		},
		"denied explicitly": {
			ecsError(400, "AccessDeniedException", "User: arn:aws:iam::1:user/u is not authorized to perform: iam:PassRole on resource: r with an explicit deny in a service control policy"), awsapi.KindDenied,
			call + ". AWS answered AccessDeniedException: User: arn:aws:iam::1:user/u is not authorized to perform: iam:PassRole on resource: r with an explicit deny in a service control policy\n\n" +
				"A policy denies iam:PassRole to arn:aws:iam::1:user/u. A denial wins over every permission: find it in the kind of policy that AWS names, and change it there.",
		},
		"throttled": {
			ecsError(400, "ThrottlingException", "Rate exceeded"), awsapi.KindThrottled,
			call + " after 2 attempts. AWS answered ThrottlingException: Rate exceeded\n\n" +
				"Too many calls of this kind were made in this account and Region, by anyone. Run Terraform again later, " +
				"lower -parallelism, set retry_mode = \"adaptive\", or raise max_retries.",
		},
		"server": {
			ecsError(500, "ServerException", "Service Unavailable. Please try again later."), awsapi.KindServer,
			call + " after 2 attempts. AWS answered ServerException: Service Unavailable. Please try again later.\n\n" +
				"This is a fault on AWS's side. Run Terraform again; if it persists, look at the AWS Health Dashboard.",
		},
		"rejected": {
			ecsError(400, "InvalidParameterException", "Identifier is for cluster. Your accountId is 1"), awsapi.KindRejected,
			call + ". AWS answered InvalidParameterException: Identifier is for cluster. Your accountId is 1",
		},
		"no message": {
			answer(400, `{"__type":"ClientException"}`), awsapi.KindRejected,
			call + ". AWS answered ClientException.",
		},
		"not AWS": {
			answer(200, `<html>Please log in</html>`), awsapi.KindOther,
			call + ": the answer, with HTTP status 200, is not one of AWS.\n\n" +
				"Something else than AWS answered, such as a proxy or a login page. Check the endpoints block, the AWS_ENDPOINT_URL variables, and the proxies.",
		},
		"a redirect": {
			answer(302, `<html>Please log in</html>`), awsapi.KindOther,
			call + ": the answer, with HTTP status 302, is not one of AWS.\n\n" +
				"Something else than AWS answered, such as a proxy or a login page. Check the endpoints block, the AWS_ENDPOINT_URL variables, and the proxies.",
		},
		"a proxy's refusal": {
			answer(403, `<html>Blocked</html>`), awsapi.KindOther,
			call + ": the answer, with HTTP status 403, is not one of AWS.\n\n" +
				"Something else than AWS answered, such as a proxy or a login page. Check the endpoints block, the AWS_ENDPOINT_URL variables, and the proxies.",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			client := connect(t, tt.handler, nil)
			_, err := client.Clusters.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{})
			got := awsapi.Explain(err)
			if got.Kind != tt.kind {
				t.Errorf("kind %q, want %q (%v)", got.Kind, tt.kind, err)
			}
			if diff := cmp.Diff(tt.want+"\n\nRequest ID: req-1", got.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestExplainTLS uses a server that the machine does not trust, and one that
// speaks no TLS.
func TestExplainTLS(t *testing.T) {
	untrusted := httptest.NewUnstartedServer(answer(200, `{}`))
	untrusted.Config.ErrorLog = nil
	untrusted.StartTLS()
	defer untrusted.Close()
	plain := httptest.NewServer(answer(200, `{}`))
	defer plain.Close()
	for name, tt := range map[string]struct{ endpoint, want string }{
		"untrusted": {untrusted.URL, "the certificate is signed by an authority that this machine does not trust"},
		"plain":     {strings.Replace(plain.URL, "http:", "https:", 1), "the other side speaks HTTP, not HTTPS"},
	} {
		t.Run(name, func(t *testing.T) {
			client := connect(t, nil, func(c *awsapi.Config) { c.Endpoints.ECS = tt.endpoint })
			_, err := client.Clusters.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{})
			got := awsapi.Explain(err)
			if got.Kind != awsapi.KindTLS || !strings.Contains(got.Cause, tt.want) || !strings.Contains(got.Remedy, "custom_ca_bundle") {
				t.Errorf("got %q: %s (%v)", got.Kind, got, err)
			}
			if awsapi.MayHaveTakenEffect(err) {
				t.Error("a call that found no trust cannot have taken effect")
			}
		})
	}
}

func TestExplainRefusedConnection(t *testing.T) {
	server := httptest.NewServer(nil)
	address := server.Listener.Addr().String()
	server.Close()
	client := connect(t, nil, func(c *awsapi.Config) { c.Endpoints.ECS, c.MaxRetries = "http://"+address, nil })
	_, err := client.Clusters.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{})
	got := awsapi.Explain(err)
	want := "ECS DescribeClusters in eu-central-1 failed: " + address + " cannot be reached: connect: connection refused.\n\n" +
		"Check the endpoints block, the AWS_ENDPOINT_URL variables, and the network."
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
	if awsapi.MayHaveTakenEffect(err) {
		t.Error("a refused connection cannot have taken effect")
	}
}

// TestExplainErrors covers what no local server can bring about.
func TestExplainErrors(t *testing.T) {
	t.Parallel()
	call := func(err error) error {
		return &smithy.OperationError{ServiceID: "ECS", OperationName: "CreateCluster", Err: err}
	}
	sent := func(err error) error {
		return call(&smithyhttp.RequestSendError{Err: &url.Error{Op: "Post", URL: "https://ecs.example.test/", Err: err}})
	}
	dial := func(err error) error {
		return sent(&net.OpError{Op: "dial", Net: "tcp", Err: err})
	}
	proxy := &net.OpError{Op: "proxyconnect", Net: "tcp", Err: &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}}
	tests := map[string]struct {
		err       error
		kind      awsapi.Kind
		want      string
		mayHappen bool
	}{
		"region": {
			dial(&net.DNSError{Err: "no such host", Name: "ecs.eu-cental-1.amazonaws.com", IsNotFound: true}), awsapi.KindUnreachable,
			"ECS CreateCluster failed: the name ecs.eu-cental-1.amazonaws.com cannot be resolved.\n\n" +
				"Check that the Region exists and has this service, and that this machine can resolve names outside its network.", false,
		},
		"host": {
			dial(&net.DNSError{Err: "no such host", Name: "sandbox", IsNotFound: true}), awsapi.KindUnreachable,
			"ECS CreateCluster failed: the name sandbox cannot be resolved.\n\n" +
				"Check the endpoints block, the AWS_ENDPOINT_URL variables, and that this machine can resolve the name.", false,
		},
		"proxy": {
			sent(proxy), awsapi.KindUnreachable,
			"ECS CreateCluster failed: the proxy cannot be reached: dial: connect: connection refused.\n\n" +
				"Check http_proxy, https_proxy and no_proxy, and the environment variables of these names.", false,
		},
		"timeout": {
			call(&retry.MaxAttemptsError{Attempt: 3, Err: &smithyhttp.RequestSendError{Err: os.ErrDeadlineExceeded}}), awsapi.KindTimeout,
			"ECS CreateCluster failed after 3 attempts: no answer came in time.\n\n" +
				"Check that this machine can reach the endpoint: route, firewall, proxy, VPC endpoint. The change may have been made all the same: run a plan to see what is there.", true,
		},
		"broken off": {
			sent(errors.New("EOF")), awsapi.KindUnreachable,
			"ECS CreateCluster failed: the connection broke off before AWS answered.\n\n" +
				"Run Terraform again. The change may have been made all the same: the plan shows what is there.", true,
		},
		"canceled": {
			call(&smithy.CanceledError{Err: context.Canceled}), awsapi.KindCanceled,
			"ECS CreateCluster was stopped before AWS answered.\n\n" +
				"The change may have been made all the same: run a plan to see what is there.", true,
		},
		"deadline": {
			call(&smithy.CanceledError{Err: context.DeadlineExceeded}), awsapi.KindTimeout,
			"ECS CreateCluster was not done in the time it had.\n\n" +
				"Check the network between here and AWS, or give the operation more time in a timeouts block if the resource has one. " +
				"The change may have been made all the same: run a plan to see what is there.", true,
		},
		"SSO session of an older profile": {
			&ssocreds.InvalidTokenError{}, awsapi.KindExpired,
			"The profile signs in through IAM Identity Center, and there is no session that is still valid.\n\n" +
				"Sign in with: aws sso login --profile <name>", false,
		},
		"SSO out of reach": {
			fmt.Errorf("refresh cached SSO token failed, %w", sent(errors.New("EOF"))), awsapi.KindUnreachable,
			"ECS CreateCluster failed: the connection broke off before AWS answered.\n\n" +
				"Run Terraform again. The change may have been made all the same: the plan shows what is there.", true,
		},
		"other": {errors.New("something else"), awsapi.KindOther, "something else", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := awsapi.Explain(tt.err)
			if got.Kind != tt.kind {
				t.Errorf("kind %q, want %q", got.Kind, tt.kind)
			}
			if diff := cmp.Diff(tt.want, got.String()); diff != "" {
				t.Error(diff)
			}
			if mayHappen := awsapi.MayHaveTakenEffect(tt.err); mayHappen != tt.mayHappen {
				t.Errorf("MayHaveTakenEffect is %v", mayHappen)
			}
		})
	}
}

func TestIsNotFound(t *testing.T) {
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		want    bool
	}{
		"no cluster":         {ecsError(400, "ClusterNotFoundException", "Cluster not found."), true},
		"no task definition": {ecsError(400, "ClientException", "Unable to describe task definition."), true},
		"other":              {ecsError(400, "ClientException", "Tags can not be empty."), false},
		"denied":             {ecsError(400, "AccessDeniedException", "Unable to describe task definition."), false},
	} {
		t.Run(name, func(t *testing.T) {
			client := connect(t, tt.handler, nil)
			_, err := client.Clusters.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{})
			if got := awsapi.IsNotFound(err); got != tt.want {
				t.Errorf("got %v for %v", got, err)
			}
		})
	}
	if awsapi.IsNotFound(nil) {
		t.Error("no error is not found")
	}
}
