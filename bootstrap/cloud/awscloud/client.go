package awscloud

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
)

// Options say how to reach AWS. The zero Options are those of a container instance.
type Options struct {
	// Region is where the calls go; empty: AWS_REGION, else the Region that the instance metadata tell.
	Region string
	// MetadataEndpoint is the URL of the instance metadata service; empty: EC2's, or AWS_EC2_METADATA_SERVICE_ENDPOINT.
	MetadataEndpoint string
	// UserAgent is appended to the User-Agent header, as "ecswin-bootstrap/1.2.3".
	UserAgent string
}

const (
	// attempts and longestBackoff bound what the SDK repeats by itself.
	attempts       = 3
	longestBackoff = 2 * time.Second
	// metadataAttempts bounds the questions for credentials.
	metadataAttempts = 3
)

// New returns the AWS side of a real instance. It calls nobody. The services' endpoints can be replaced as everywhere, by
// AWS_ENDPOINT_URL and its kin; FIPS endpoints are chosen by AWS_USE_FIPS_ENDPOINT.
func New(o Options) *cloud.Cloud {
	a := &account{options: o, settled: cloud.Settled{Region: o.Region}}
	return &cloud.Cloud{
		Identity: identity{a}, Signals: signals{a}, Secrets: secrets{a}, Members: members{a}, Settings: settings{a},
		Configure: a.configure,
	}
}

// account makes the clients at the first call, and anew when it is told where to go.
type account struct {
	options Options

	mu      sync.Mutex
	settled cloud.Settled
	calls   *calls
}

func (a *account) configure(s cloud.Settled) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s.Region == "" {
		s.Region = a.options.Region
	}
	a.settled, a.calls = s, nil
}

// call is one operation of an SDK client as a method value. A client stored whole would keep every operation of its
// service in the program.
type call[In, Out, Options any] func(context.Context, *In, ...func(*Options)) (*Out, error)

// calls are all operations that the bootstrap uses. docs/iam.md has a line for each.
type calls struct {
	caller call[sts.GetCallerIdentityInput, sts.GetCallerIdentityOutput, sts.Options]

	complete  call[autoscaling.CompleteLifecycleActionInput, autoscaling.CompleteLifecycleActionOutput, autoscaling.Options]
	heartbeat call[autoscaling.RecordLifecycleActionHeartbeatInput, autoscaling.RecordLifecycleActionHeartbeatOutput, autoscaling.Options]
	groups    call[autoscaling.DescribeAutoScalingInstancesInput, autoscaling.DescribeAutoScalingInstancesOutput, autoscaling.Options]
	signal    call[cloudformation.SignalResourceInput, cloudformation.SignalResourceOutput, cloudformation.Options]

	parameter call[ssm.GetParameterInput, ssm.GetParameterOutput, ssm.Options]
	secret    call[secretsmanager.GetSecretValueInput, secretsmanager.GetSecretValueOutput, secretsmanager.Options]

	describe   call[ecs.DescribeContainerInstancesInput, ecs.DescribeContainerInstancesOutput, ecs.Options]
	state      call[ecs.UpdateContainerInstancesStateInput, ecs.UpdateContainerInstancesStateOutput, ecs.Options]
	deregister call[ecs.DeregisterContainerInstanceInput, ecs.DeregisterContainerInstanceOutput, ecs.Options]
	setting    call[ecs.ListAccountSettingsInput, ecs.ListAccountSettingsOutput, ecs.Options]
	putSetting call[ecs.PutAccountSettingInput, ecs.PutAccountSettingOutput, ecs.Options]
}

// connect returns the calls. It makes the clients where there are none, which asks the metadata for the Region if nobody
// told it.
func (a *account) connect(ctx context.Context) (*calls, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.calls != nil {
		return a.calls, nil
	}
	cfg, err := a.load(ctx)
	if err != nil {
		return nil, err
	}
	e, s := ecs.NewFromConfig(cfg), autoscaling.NewFromConfig(cfg)
	a.calls = &calls{
		caller:   sts.NewFromConfig(cfg).GetCallerIdentity,
		complete: s.CompleteLifecycleAction, heartbeat: s.RecordLifecycleActionHeartbeat, groups: s.DescribeAutoScalingInstances,
		signal:    cloudformation.NewFromConfig(cfg).SignalResource,
		parameter: ssm.NewFromConfig(cfg).GetParameter, secret: secretsmanager.NewFromConfig(cfg).GetSecretValue,
		describe: e.DescribeContainerInstances, state: e.UpdateContainerInstancesState, deregister: e.DeregisterContainerInstance,
		setting: e.ListAccountSettings, putSetting: e.PutAccountSetting,
	}
	return a.calls, nil
}

// load makes the SDK's configuration. Shared files and keys in the environment are not read: the bootstrap stands for the
// instance, and a file that lies in LocalSystem's profile must not let it pass for somebody else. So it is made here and
// not by the SDK's package config, which would also bring its sign-in clients into the program, a megabyte and more.
func (a *account) load(ctx context.Context) (aws.Config, error) {
	client, err := newHTTPClient(a.settled)
	if err != nil {
		return aws.Config{}, fmt.Errorf("setting the AWS clients up: %w", err)
	}
	cfg := aws.Config{
		Region:        a.settled.Region,
		HTTPClient:    client,
		Logger:        logging.Nop{},
		ConfigSources: []any{surroundings{}},
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = attempts, longestBackoff })
		},
	}
	if endpoint := os.Getenv("AWS_ENDPOINT_URL"); endpoint != "" {
		cfg.BaseEndpoint = &endpoint
	}
	metadata := newMetadataClient(cfg, a.options.MetadataEndpoint)
	cfg.Credentials = aws.NewCredentialsCache(ec2rolecreds.New(func(o *ec2rolecreds.Options) { o.Client = metadata }))
	if a.options.UserAgent != "" {
		cfg.APIOptions = append(cfg.APIOptions, userAgent(a.options.UserAgent))
	}
	if cfg.Region == "" {
		cfg.Region = firstOf(os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"))
	}
	if cfg.Region == "" {
		told, err := metadata.GetRegion(ctx, &imds.GetRegionInput{})
		if err != nil {
			return cfg, fmt.Errorf("asking the instance metadata for the Region: %w: %w", cloud.ErrNoCredentials, err)
		}
		cfg.Region = told.Region
	}
	return cfg, nil
}

func newMetadataClient(cfg aws.Config, endpoint string) *imds.Client {
	return imds.NewFromConfig(cfg, func(o *imds.Options) {
		o.Endpoint = firstOf(endpoint, os.Getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT"))
		o.EnableFallback = aws.FalseTernary // version 2 only
		o.HTTPClient = newMetadataHTTPClient()
		o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) { r.MaxAttempts, r.MaxBackoff = metadataAttempts, time.Second })
	})
}
