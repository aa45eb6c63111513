package provider_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ecswin/terraform-provider-ecswin/internal/acctest/inprocess"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
	"github.com/ecswin/terraform-provider-ecswin/provider"
)

// awsURL is where the provider finds every service of AWS; only the network in
// memory knows it.
const awsURL = "http://aws.test"

// world is an AWS and the network to it, all in memory: in a synctest bubble
// its time passes at once.
type world struct {
	*sandbox.Sandbox
	network *inprocess.Network
	// dead is set once the provider's process has been killed: from then on
	// nothing that it sends arrives.
	dead atomic.Bool
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Sandbox: sandbox.New(sandbox.Options{}), network: inprocess.NewNetwork()}
	server := &http.Server{Handler: w, ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- server.Serve(w.network) }()
	t.Cleanup(func() {
		_ = server.Close()
		<-served
	})
	return w
}

// ServeHTTP implements http.Handler.
func (w *world) ServeHTTP(resp http.ResponseWriter, req *http.Request) {
	if w.dead.Load() {
		panic(http.ErrAbortHandler)
	}
	w.Sandbox.ServeHTTP(resp, req)
}

// terraform returns a Terraform with an empty state, and the provider as users
// have it: with its own retries, pauses and timeouts.
func (w *world) terraform() *inprocess.Terraform {
	start := func() tfprotov6.ProviderServer {
		return providerserver.NewProtocol6(provider.New("test", provider.WithDialer(w.network.DialContext))())()
	}
	return inprocess.New(start, object{
		"region": sandbox.DefaultRegion, "access_key": "AKIASANDBOX", "secret_key": canary,
		"skip_metadata_api_check": true, "http_proxy": "", "https_proxy": "",
		"endpoints":    list{object{"ecs": awsURL, "sts": awsURL}},
		"default_tags": list{object{"tags": object{"made-by": "terraform"}}},
	})
}

// client is another user of the same AWS.
func (w *world) client() *ecs.Client {
	transport := &http.Transport{DialContext: w.network.DialContext, DisableKeepAlives: true}
	return ecs.New(ecs.Options{
		Region: sandbox.DefaultRegion, BaseEndpoint: aws.String(awsURL), HTTPClient: &http.Client{Transport: transport},
		Credentials: credentials.NewStaticCredentialsProvider("AKIASANDBOX", "sandbox", ""), Retryer: aws.NopRetryer{},
	})
}

// killed runs a command of a process that a fault kills: what it did at AWS
// stays, what it knew is lost.
func (w *world) killed(ctx context.Context, tf *inprocess.Terraform, fault sandbox.Fault, run command) error {
	ctx, kill := context.WithCancel(ctx)
	defer kill()
	fault.After = func() {
		w.dead.Store(true)
		kill()
	}
	if err := w.Inject(fault); err != nil {
		return err
	}
	_, err := run(ctx, tf.Fork())
	w.dead.Store(false)
	return err
}

// command is one run of Terraform.
type command func(context.Context, *inprocess.Terraform) (inprocess.Result, error)
