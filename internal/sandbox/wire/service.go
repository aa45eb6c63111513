package wire

import (
	"net/http"
	"strings"
	"time"
)

// Service is one AWS service as the server sees it.
type Service struct {
	// Name is the service's short name in IAM and in signatures, such as
	// "ecs".
	Name string
	// Protocol reads and writes its HTTP messages.
	Protocol Protocol
	// Operations holds what the service can do, by operation name.
	Operations map[string]Operation
	// Buckets holds the token buckets that AWS documents, by the name that
	// operations refer to.
	Buckets map[string]Bucket
}

// Operation is one call that a service answers.
type Operation struct {
	// Bucket names the token bucket that the call draws from. Empty: none.
	Bucket string
	// Unsigned marks a call that needs no credentials.
	Unsigned bool
	// Do answers the call with the body of the reply. An error that is not
	// an *Error counts as the service's own failure.
	Do func(Request) ([]byte, error)
}

// Bucket is a token bucket: it holds Burst tokens at most and gains PerSecond
// of them each second; every call takes one.
type Bucket struct {
	Burst     int
	PerSecond float64
}

// Request is one call, after authentication.
type Request struct {
	// Operation is the call's name, such as "CreateCluster".
	Operation string
	// Region is the region that the call was signed for.
	Region string
	// Caller is who signed it.
	Caller Identity
	// Now is when the call arrived.
	Now time.Time
	// Missing asks a read to answer as if what it looks for did not exist
	// yet, as an eventually consistent service may.
	Missing bool
	// Body is the body of the HTTP request.
	Body []byte
}

// Partition returns the partition that the request's region lies in.
func (r Request) Partition() string {
	return PartitionOf(r.Region)
}

// PartitionOf returns the partition that a region lies in.
func PartitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
}

// Identity is a principal that calls AWS.
type Identity struct {
	// Account is its account's id, twelve digits.
	Account string
	// ARN is what sts:GetCallerIdentity reports.
	ARN string
	// UserID is the unique id that goes with the ARN.
	UserID string
}

// Root reports whether the identity is its account's root user.
func (i Identity) Root() bool {
	return strings.HasSuffix(i.ARN, ":root")
}

// Protocol is how a service's HTTP messages are spelled.
type Protocol interface {
	// Operation returns the operation that a request names; ok is false for
	// a request that is not in this service's protocol.
	Operation(r *http.Request, body []byte) (name string, ok bool)
	// WriteReply sends what Operation.Do returned.
	WriteReply(w http.ResponseWriter, requestID string, operation string, body []byte)
	// WriteError sends an error.
	WriteError(w http.ResponseWriter, requestID string, err *Error)
}
