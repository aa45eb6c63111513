package provider_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
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

// latency lets the client finish with a request before the reply begins; in a
// bubble it costs no time. Without it net/http, now and then, gives up a
// connection with the reply on it.
const latency = time.Millisecond

// taskStep makes a provider that waits for a task look more than once.
const taskStep = 300 * time.Millisecond

// world is an AWS and the network to it, all in memory: in a synctest bubble
// its time passes at once.
type world struct {
	*sandbox.Sandbox
	network *inprocess.Network
	// id is what an import is to adopt.
	id string
	// dead is set once the provider's process has been killed: from then on
	// nothing that it sends arrives.
	dead atomic.Bool
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Sandbox: sandbox.New(sandbox.Options{TaskStep: taskStep, Latency: latency}), network: inprocess.NewNetwork()}
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
		"endpoints":    list{object{"ecs": awsURL, "ec2": awsURL, "sts": awsURL}},
		"default_tags": list{object{"tags": object{"made-by": "terraform"}}},
	})
}

// config is that of another user of the same AWS.
func (w *world) config() aws.Config {
	transport := &http.Transport{DialContext: w.network.DialContext, DisableKeepAlives: true}
	return aws.Config{
		Region: sandbox.DefaultRegion, BaseEndpoint: aws.String(awsURL), HTTPClient: &http.Client{Transport: transport},
		Credentials: credentials.NewStaticCredentialsProvider("AKIASANDBOX", "sandbox", ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}
}

func (w *world) ecs() *ecs.Client {
	return ecs.NewFromConfig(w.config())
}

func (w *world) ec2() *ec2.Client {
	return ec2.NewFromConfig(w.config())
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
	_, err := run(ctx, w, tf.Fork())
	w.dead.Store(false)
	return err
}

// command is one run of Terraform.
type command func(context.Context, *world, *inprocess.Terraform) (inprocess.Result, error)
