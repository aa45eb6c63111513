package awsapi

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
)

// setupTimeout bounds all calls of New together.
const setupTimeout = 2 * time.Minute

// New authenticates and returns a Client. Every error is a *SetupError, which
// says what part of the Config failed.
func New(ctx context.Context, c Config) (*Client, error) {
	ctx, cancel := context.WithTimeout(ctx, setupTimeout)
	defer cancel()

	cfg, err := load(ctx, c)
	if err != nil {
		return nil, err
	}
	held, err := authenticate(ctx, &cfg, c)
	if err != nil {
		return nil, err
	}
	account, err := checkAccount(ctx, cfg, c, held.AccountID)
	if err != nil {
		return nil, err
	}
	ecsClient := ecs.NewFromConfig(cfg)
	return &Client{
		Region:             cfg.Region,
		Partition:          Partition(cfg.Region),
		AccountID:          account,
		TaskDefinitions:    newTaskDefinitions(ecsClient),
		Clusters:           newClusters(ecsClient),
		Tasks:              newTasks(ecsClient),
		ContainerInstances: newContainerInstances(ecsClient),
		Network:            newNetwork(ec2.NewFromConfig(cfg)),
		Tags:               newTags(ecsClient),
	}, nil
}

// load reads the environment and the shared files; it calls nobody.
func load(ctx context.Context, c Config) (aws.Config, error) {
	httpClient, err := newHTTPClient(c)
	if err != nil {
		return aws.Config{}, &SetupError{Step: StepCABundle, Err: err}
	}
	options := loadOptions(c)
	cfg, err := config.LoadDefaultConfig(ctx, append(options, config.WithHTTPClient(httpClient))...)
	if err != nil {
		return aws.Config{}, loadError(err)
	}
	// The metadata service's settings lie in the same files and variables, so
	// its client needs a configuration that has been loaded.
	cfg, err = config.LoadDefaultConfig(ctx, append(options, config.WithHTTPClient(httpClient),
		config.WithEC2RoleCredentialOptions(func(o *ec2rolecreds.Options) { o.Client = newMetadataClient(cfg) }))...)
	if err != nil {
		return aws.Config{}, loadError(err)
	}
	if cfg.Region == "" {
		return aws.Config{}, &SetupError{Step: StepRegion, Err: errors.New("no Region is configured")}
	}
	cfg.HTTPClient = patient(cfg.HTTPClient)
	setRetries(&cfg, c)
	return cfg, nil
}

func loadError(err error) error {
	if _, ok := errors.AsType[config.SharedConfigProfileNotExistError](err); ok {
		return &SetupError{Step: StepProfile, Err: err}
	}
	return &SetupError{Step: StepLoad, Err: err}
}

func loadOptions(c Config) []func(*config.LoadOptions) error {
	options := []func(*config.LoadOptions) error{
		config.WithAPIOptions(apiOptions(c)),
		config.WithLogger(logging.Nop{}),
		config.WithServiceOptions(endpointOptions(c)),
	}
	add := func(wanted bool, option config.LoadOptionsFunc) {
		if wanted {
			options = append(options, option)
		}
	}
	add(c.Region != "", config.WithRegion(c.Region))
	add(c.Profile != "", config.WithSharedConfigProfile(c.Profile))
	add(len(c.SharedConfigFiles) > 0, config.WithSharedConfigFiles(c.SharedConfigFiles))
	add(len(c.SharedCredentialsFiles) > 0, config.WithSharedCredentialsFiles(c.SharedCredentialsFiles))
	add(c.AccessKey != "", config.WithCredentialsProvider(
		credentials.NewStaticCredentialsProvider(c.AccessKey, c.SecretKey, c.Token)))
	add(c.UseFIPS, config.WithUseFIPSEndpoint(aws.FIPSEndpointStateEnabled))
	add(c.UseDualStack, config.WithUseDualStackEndpoint(aws.DualStackEndpointStateEnabled))
	add(c.RetryMode != "", config.WithRetryMode(aws.RetryMode(c.RetryMode)))
	add(c.MetadataEndpoint != "", config.WithEC2IMDSEndpoint(c.MetadataEndpoint))
	add(c.SkipMetadata, config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	if c.MetadataEndpointMode != "" {
		var mode imds.EndpointModeState
		// The only error is an unknown mode, which then stays unset.
		if mode.SetFromString(c.MetadataEndpointMode) == nil {
			options = append(options, config.WithEC2IMDSEndpointMode(mode))
		}
	}
	return options
}

// endpointOptions applies to the clients that the SDK makes for itself, too,
// as when a profile names a role to assume.
func endpointOptions(c Config) func(string, any) {
	return func(_ string, options any) {
		switch o := options.(type) {
		case *ecs.Options:
			if c.Endpoints.ECS != "" {
				o.BaseEndpoint = aws.String(c.Endpoints.ECS)
			}
		case *ec2.Options:
			if c.Endpoints.EC2 != "" {
				o.BaseEndpoint = aws.String(c.Endpoints.EC2)
			}
		case *sts.Options:
			if c.Endpoints.STS != "" {
				o.BaseEndpoint = aws.String(c.Endpoints.STS)
			}
			if c.STSRegion != "" {
				o.Region = c.STSRegion
			}
		}
	}
}

func apiOptions(c Config) []func(*middleware.Stack) error {
	options := []func(*middleware.Stack) error{addLogging, addCallContext}
	for _, p := range c.UserAgent {
		options = append(options, awsmiddleware.AddUserAgentKeyValue(p.Name, p.Version))
	}
	if c.ExtraUserAgent != "" {
		options = append(options, appendUserAgent(c.ExtraUserAgent))
	}
	return options
}

// setRetries comes after loading: while it loads, the SDK makes clients for
// credentials, which are better off with its own few attempts.
func setRetries(cfg *aws.Config, c Config) {
	switch {
	case c.MaxRetries != nil:
		cfg.RetryMaxAttempts = *c.MaxRetries + 1
	case cfg.RetryMaxAttempts == 0:
		cfg.RetryMaxAttempts = defaultAttempts
	}
	cfg.Retryer = newRetryer(cfg.RetryMode, cfg.RetryMaxAttempts, c.MaxBackoff)
}

// checkAccount returns the id of the account that the credentials belong to,
// empty if nobody asked and nobody told, and refuses accounts that it shall
// not work in.
func checkAccount(ctx context.Context, cfg aws.Config, c Config, told string) (string, error) {
	restricted := len(c.AllowedAccountIDs)+len(c.ForbiddenAccountIDs) > 0
	if c.SkipCredentialsValidation && !restricted {
		return told, nil
	}
	identity, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", &SetupError{Step: StepIdentity, Err: err}
	}
	account := aws.ToString(identity.Account)
	if len(c.AllowedAccountIDs) > 0 && !slices.Contains(c.AllowedAccountIDs, account) {
		return "", &SetupError{Step: StepAllowedAccount, Err: fmt.Errorf("the credentials belong to account %s", account)}
	}
	if i := slices.Index(c.ForbiddenAccountIDs, account); i >= 0 {
		return "", &SetupError{Step: StepForbiddenAccount, Index: i, Err: fmt.Errorf("the credentials belong to account %s", account)}
	}
	return account, nil
}
