package awsapi

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"
)

// metadataTimeout bounds one question to the instance metadata service. Where
// there is none, nothing answers at all; that must not cost a user seconds at
// every plan.
const metadataTimeout = 2 * time.Second

func newMetadataClient(cfg aws.Config) *imds.Client {
	return imds.NewFromConfig(cfg, func(o *imds.Options) {
		o.Retryer = aws.NopRetryer{}
		o.HTTPClient = awshttp.NewBuildableClient().WithTimeout(metadataTimeout)
	})
}

// authenticate gets the credentials that cfg leads to and assumes the roles of
// c with them, one after the other. It leaves the last in cfg.
func authenticate(ctx context.Context, cfg *aws.Config, c Config) (aws.Credentials, error) {
	if c.WebIdentity != nil {
		cfg.Credentials = aws.NewCredentialsCache(webIdentityProvider(*cfg, *c.WebIdentity))
	}
	held, err := cfg.Credentials.Retrieve(ctx)
	switch {
	case err != nil && c.WebIdentity != nil:
		return held, &SetupError{Step: StepWebIdentity, Err: err}
	case isMetadataError(err):
		return held, &SetupError{Step: StepNoCredentials, Err: err}
	case err != nil:
		return held, &SetupError{Step: StepCredentials, Err: err}
	}
	for i, role := range c.AssumeRoles {
		cfg.Credentials = aws.NewCredentialsCache(assumeRoleProvider(*cfg, role))
		if held, err = cfg.Credentials.Retrieve(ctx); err != nil {
			return held, &SetupError{Step: StepAssumeRole, Index: i, Err: err}
		}
	}
	return held, nil
}

// isMetadataError reports whether the search for credentials ended at its last
// resort, the instance metadata service, which means that nothing before it
// had any.
func isMetadataError(err error) bool {
	op, ok := errors.AsType[*smithy.OperationError](err)
	return ok && op.ServiceID == imds.ServiceID
}

func assumeRoleProvider(cfg aws.Config, role AssumeRole) aws.CredentialsProvider {
	return stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), role.RoleARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = role.SessionName
		o.Duration = role.Duration
		o.ExternalID = optional(role.ExternalID)
		o.Policy = optional(role.Policy)
		o.SourceIdentity = optional(role.SourceIdentity)
		o.PolicyARNs = policyDescriptors(role.PolicyARNs)
		o.TransitiveTagKeys = role.TransitiveTagKeys
		for key, value := range role.Tags {
			o.Tags = append(o.Tags, ststypes.Tag{Key: aws.String(key), Value: aws.String(value)})
		}
	})
}

func webIdentityProvider(cfg aws.Config, w WebIdentity) aws.CredentialsProvider {
	return stscreds.NewWebIdentityRoleProvider(sts.NewFromConfig(cfg), w.RoleARN, webIdentityToken(w), func(o *stscreds.WebIdentityRoleOptions) {
		o.RoleSessionName = w.SessionName
		o.Duration = w.Duration
		o.Policy = optional(w.Policy)
		o.PolicyARNs = policyDescriptors(w.PolicyARNs)
	})
}

// webIdentityToken reads the token anew for every renewal, since whoever
// writes the file replaces it before it expires.
type webIdentityToken WebIdentity

func (w webIdentityToken) GetIdentityToken() ([]byte, error) {
	if w.Token != "" {
		return []byte(w.Token), nil
	}
	return os.ReadFile(w.TokenFile)
}

func policyDescriptors(arns []string) []ststypes.PolicyDescriptorType {
	var out []ststypes.PolicyDescriptorType
	for _, arn := range arns {
		out = append(out, ststypes.PolicyDescriptorType{Arn: aws.String(arn)})
	}
	return out
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
