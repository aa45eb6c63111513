// Package sandboxtest gives a test an AWS of its own.
package sandboxtest

import (
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	shared "github.com/ecswin/terraform-provider-ecswin/internal/awshttp"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
)

// Server is a sandbox that listens on loopback until its test ends.
type Server struct {
	*sandbox.Sandbox
	// URL is where it listens, without a slash at the end.
	URL string
}

// New starts a sandbox.
func New(t testing.TB, options sandbox.Options) *Server {
	t.Helper()
	s := sandbox.New(options)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return &Server{Sandbox: s, URL: server.URL}
}

// Env returns the environment that points AWS's clients, and with them
// Terraform, at the sandbox and at nothing else.
func (s *Server) Env() map[string]string {
	return s.Sandbox.Env(s.URL)
}

// Setenv sets Env for the test's process.
func (s *Server) Setenv(t *testing.T) {
	t.Helper()
	for name, value := range s.Env() {
		t.Setenv(name, value)
	}
}

// Config returns a configuration of the AWS SDK for the sandbox: its region,
// any credentials, and no retries, so that a test sees every answer.
func (s *Server) Config() aws.Config {
	return aws.Config{
		Region:       sandbox.DefaultRegion,
		Credentials:  credentials.NewStaticCredentialsProvider("AKIASANDBOX", "sandbox", ""),
		BaseEndpoint: aws.String(s.URL),
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
		HTTPClient:   shared.PatientClient{Doer: awshttp.NewBuildableClient()},
	}
}

// ECS returns a client with Config, changed by options.
func (s *Server) ECS(options ...func(*ecs.Options)) *ecs.Client {
	return ecs.NewFromConfig(s.Config(), options...)
}

// EC2 returns a client with Config, changed by options.
func (s *Server) EC2(options ...func(*ec2.Options)) *ec2.Client {
	return ec2.NewFromConfig(s.Config(), options...)
}

// SSM returns a client with Config, changed by options.
func (s *Server) SSM(options ...func(*ssm.Options)) *ssm.Client {
	return ssm.NewFromConfig(s.Config(), options...)
}

// STS returns a client with Config, changed by options.
func (s *Server) STS(options ...func(*sts.Options)) *sts.Client {
	return sts.NewFromConfig(s.Config(), options...)
}
