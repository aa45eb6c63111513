package awsapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Kind is the class of an error of a call to AWS.
type Kind string

// The kinds of errors.
const (
	// KindCanceled is a call that the user or Terraform stopped.
	KindCanceled Kind = "canceled"
	// KindTimeout is a call that took too long.
	KindTimeout Kind = "timeout"
	// KindUnreachable is an address that does not exist or does not answer.
	KindUnreachable Kind = "unreachable"
	// KindTLS is a certificate or protocol that does not fit.
	KindTLS Kind = "tls"
	// KindExpired is credentials past their end.
	KindExpired Kind = "expired"
	// KindClock is a clock that differs too much from AWS's.
	KindClock Kind = "clock"
	// KindCredentials is missing or wrong credentials.
	KindCredentials Kind = "credentials"
	// KindDenied is a call that IAM does not allow.
	KindDenied Kind = "denied"
	// KindThrottled is a call over AWS's rate limits.
	KindThrottled Kind = "throttled"
	// KindServer is a fault of AWS.
	KindServer Kind = "server"
	// KindRejected is a request that AWS found wrong.
	KindRejected Kind = "rejected"
	// KindOther is anything else.
	KindOther Kind = "other"
)

// Explanation says in words what went wrong with a call to AWS and what to do.
type Explanation struct {
	Kind Kind
	// Cause is what was tried, where, and what came of it.
	Cause string
	// Remedy is what the user can do; empty where only AWS's text helps.
	Remedy string
	// RequestID is AWS's id of the request, empty if AWS was not reached.
	RequestID string
}

// String gives cause, remedy and request id as paragraphs.
func (e Explanation) String() string {
	parts := []string{e.Cause}
	if e.Remedy != "" {
		parts = append(parts, e.Remedy)
	}
	if e.RequestID != "" {
		parts = append(parts, "Request ID: "+e.RequestID)
	}
	return strings.Join(parts, "\n\n")
}

// Explain turns the error of a call to AWS into cause and remedy. What AWS
// says is quoted; what was sent never is.
func Explain(err error) Explanation {
	if err == nil {
		return Explanation{}
	}
	e, ok := explainContext(err)
	if !ok {
		e, ok = explainSSO(err)
	}
	if !ok {
		e, ok = explainAPI(err)
	}
	if !ok {
		e, ok = explainNetwork(err)
	}
	if !ok {
		e = Explanation{Kind: KindOther, Cause: err.Error()}
	}
	e.RequestID = errorRequestID(err)
	return e
}

func explainContext(err error) (Explanation, bool) {
	switch {
	case errors.Is(err, context.Canceled):
		return Explanation{
			Kind:   KindCanceled,
			Cause:  tried(err) + " was stopped before AWS answered.",
			Remedy: "The change may have been made all the same: run a plan to see what is there.",
		}, true
	case errors.Is(err, context.DeadlineExceeded):
		return Explanation{
			Kind:   KindTimeout,
			Cause:  tried(err) + " was not done in the time it had" + afterAttempts(err) + ".",
			Remedy: "Check the network between here and AWS, or give the operation more time in a timeouts block if the resource has one. The change may have been made all the same: run a plan to see what is there.",
		}, true
	}
	return Explanation{}, false
}

func explainSSO(err error) (Explanation, bool) {
	if !isSSOSession(err) {
		return Explanation{}, false
	}
	return Explanation{
		Kind:   KindExpired,
		Cause:  "The profile signs in through IAM Identity Center, and there is no session that is still valid.",
		Remedy: "Sign in with: aws sso login --profile <name>",
	}, true
}

// isSSOSession knows the missing or ended session of both kinds of profiles:
// the SDK has a type for the older kind only, and a text for that with an
// sso_session.
func isSSOSession(err error) bool {
	if _, ok := errors.AsType[*ssocreds.InvalidTokenError](err); ok {
		return true
	}
	_, unreached := errors.AsType[*smithyhttp.RequestSendError](err)
	return !unreached && strings.Contains(err.Error(), "cached SSO token")
}

func explainAPI(err error) (Explanation, bool) {
	apiErr, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return Explanation{}, false
	}
	status := statusCode(err)
	if apiErr.ErrorCode() == noErrorCode && status >= http.StatusMultipleChoices && status < http.StatusInternalServerError {
		return foreignAnswer(err, status), true
	}
	kind := kindOf(apiErr, err)
	return Explanation{
		Kind:   kind,
		Cause:  fmt.Sprintf("%s failed%s. AWS answered %s", tried(err), afterAttempts(err), quoteAPI(apiErr)),
		Remedy: apiRemedy(kind, apiErr),
	}, true
}

// noErrorCode is what the SDK makes of an answer without an error of AWS in
// it, such as a redirect or the page of a proxy.
const noErrorCode = "UnknownError"

// foreignAnswer explains the answer of something that is not AWS.
func foreignAnswer(err error, status int) Explanation {
	return Explanation{
		Kind:   KindOther,
		Cause:  fmt.Sprintf("%s failed%s: the answer, with HTTP status %d, is not one of AWS.", tried(err), afterAttempts(err), status),
		Remedy: "Something else than AWS answered, such as a proxy or a login page. Check the endpoints block, the AWS_ENDPOINT_URL variables, and the proxies.",
	}
}

// kindOf sorts AWS's error codes. They come from the lists of common errors
// in the API references of ECS and STS.
func kindOf(apiErr smithy.APIError, err error) Kind {
	text := apiErr.ErrorMessage()
	switch apiErr.ErrorCode() {
	case "ExpiredToken", "ExpiredTokenException":
		return KindExpired
	case "RequestExpired", "RequestTimeTooSkewed":
		return KindClock
	case "SignatureDoesNotMatch", "InvalidSignatureException":
		if strings.Contains(text, "Signature expired") || strings.Contains(text, "Signature not yet current") {
			return KindClock
		}
		return KindCredentials
	case "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure",
		"MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature",
		"IncompleteSignatureException", "InvalidIdentityToken", "InvalidIdentityTokenException":
		return KindCredentials
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized", "OptInRequired":
		return KindDenied
	}
	switch {
	case isThrottling(err):
		return KindThrottled
	case apiErr.ErrorFault() == smithy.FaultServer || statusCode(err) >= http.StatusInternalServerError:
		return KindServer
	}
	return KindRejected
}

func apiRemedy(kind Kind, apiErr smithy.APIError) string {
	switch kind {
	case KindExpired:
		return "The credentials have expired. Get new ones (for IAM Identity Center: aws sso login) and run Terraform again."
	case KindClock:
		return "The clock of this machine and AWS's differ by more than a few minutes. Set the clock right, and run Terraform again."
	case KindCredentials:
		return "Check which credentials the provider uses: its arguments access_key, secret_key and token come first, then profile, " +
			"then the environment variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. " +
			"Temporary ones need all three. Credentials of one partition, such as China, do not work in another."
	case KindDenied:
		return deniedRemedy(apiErr.ErrorMessage())
	case KindThrottled:
		return "Too many calls of this kind were made in this account and Region, by anyone. Run Terraform again later, " +
			"lower -parallelism, set retry_mode = \"adaptive\", or raise max_retries."
	case KindServer:
		return "This is a fault on AWS's side. Run Terraform again; if it persists, look at the AWS Health Dashboard."
	}
	return ""
}

var (
	deniedAction    = regexp.MustCompile(`not authorized to perform: ([A-Za-z0-9-]+:[A-Za-z0-9*]+)`)
	deniedPrincipal = regexp.MustCompile(`User: (arn:[^\s]+)`)
)

// deniedRemedy reads action and principal from the form that IAM gives to its
// refusals: User: P is not authorized to perform: A on resource: R because ...
func deniedRemedy(text string) string {
	action, principal := "this action", "the caller"
	if m := deniedAction.FindStringSubmatch(text); m != nil {
		action = m[1]
	}
	if m := deniedPrincipal.FindStringSubmatch(text); m != nil {
		principal = m[1]
	}
	if strings.Contains(text, "explicit deny") {
		return fmt.Sprintf("A policy denies %s to %s. A denial wins over every permission: find it in the kind of policy that AWS names, and change it there.", action, principal)
	}
	return fmt.Sprintf("Allow %s to %s in an IAM policy, and see that no permissions boundary or service control policy holds it back.", action, principal)
}

func explainNetwork(err error) (Explanation, bool) {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return unreachable(err, fmt.Sprintf("the name %s cannot be resolved", dns.Name), regionHint(dns.Name)), true
	}
	if cause, ok := tlsCause(err); ok {
		return Explanation{
			Kind:  KindTLS,
			Cause: fmt.Sprintf("%s failed%s: %s.", tried(err), afterAttempts(err), cause),
			Remedy: "If a proxy inspects TLS, or the endpoint has a certificate of your own authority, name that authority's file in custom_ca_bundle. " +
				"If the endpoint speaks plain HTTP, begin its URL with http://.",
		}, true
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		return unreachable(err, "the proxy cannot be reached: "+op.Err.Error(), "Check http_proxy, https_proxy and no_proxy, and the environment variables of these names."), true
	}
	if netErr, ok := errors.AsType[net.Error](err); ok && netErr.Timeout() {
		return Explanation{
			Kind:   KindTimeout,
			Cause:  fmt.Sprintf("%s failed%s: no answer came in time.", tried(err), afterAttempts(err)),
			Remedy: "Check that this machine can reach the endpoint: route, firewall, proxy, VPC endpoint. The change may have been made all the same: run a plan to see what is there.",
		}, true
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return unreachable(err, fmt.Sprintf("%s cannot be reached: %v", address(op), op.Err), "Check the endpoints block, the AWS_ENDPOINT_URL variables, and the network."), true
	}
	if _, ok := errors.AsType[*smithyhttp.RequestSendError](err); ok {
		return unreachable(err, "the connection broke off before AWS answered", "Run Terraform again. The change may have been made all the same: the plan shows what is there."), true
	}
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return foreignAnswer(err, response.HTTPStatusCode()), true
	}
	return Explanation{}, false
}

func unreachable(err error, cause, remedy string) Explanation {
	return Explanation{
		Kind:   KindUnreachable,
		Cause:  fmt.Sprintf("%s failed%s: %s.", tried(err), afterAttempts(err), cause),
		Remedy: remedy,
	}
}

func regionHint(host string) string {
	if strings.Contains(host, ".amazonaws.") || strings.Contains(host, ".api.aws") {
		return "Check that the Region exists and has this service, and that this machine can resolve names outside its network."
	}
	return "Check the endpoints block, the AWS_ENDPOINT_URL variables, and that this machine can resolve the name."
}

func tlsCause(err error) (string, bool) {
	if e, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "the certificate is signed by an authority that this machine does not trust (" + e.Error() + ")", true
	}
	if e, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the certificate is not for this host (" + e.Error() + ")", true
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		return "the certificate is not valid (" + e.Error() + ")", true
	}
	if e, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "the other side does not speak TLS (" + e.Msg + ")", true
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the certificate cannot be verified (" + e.Err.Error() + ")", true
	}
	if strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") {
		return "the other side speaks HTTP, not HTTPS", true
	}
	return "", false
}

// tried says what was called and in which Region: "ECS DescribeClusters in
// eu-central-1".
func tried(err error) string {
	text := "The call to AWS"
	if op, ok := errors.AsType[*smithy.OperationError](err); ok {
		text = op.ServiceID + " " + op.OperationName
	}
	if c, ok := errors.AsType[*callError](err); ok {
		text += " in " + c.region
	}
	return text
}

func afterAttempts(err error) string {
	if e, ok := errors.AsType[*retry.MaxAttemptsError](err); ok && e.Attempt > 1 {
		return fmt.Sprintf(" after %d attempts", e.Attempt)
	}
	return ""
}

func quoteAPI(apiErr smithy.APIError) string {
	if text := strings.TrimSpace(apiErr.ErrorMessage()); text != "" {
		return apiErr.ErrorCode() + ": " + text
	}
	return apiErr.ErrorCode() + "."
}

func address(op *net.OpError) string {
	if op.Addr == nil {
		return "the endpoint"
	}
	return op.Addr.String()
}

func statusCode(err error) int {
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return response.HTTPStatusCode()
	}
	return 0
}

func errorRequestID(err error) string {
	if e, ok := errors.AsType[interface {
		error
		ServiceRequestID() string
	}](err); ok {
		return e.ServiceRequestID()
	}
	return ""
}
