package awsapi

import (
	"context"
	"net"
	"time"
)

// Config says how to reach AWS. A zero field leaves the matter to what the AWS
// SDK reads itself: environment variables, then the shared files.
type Config struct {
	// Region is where the calls go.
	Region string
	// Profile is the profile in the shared files.
	Profile string
	// SharedConfigFiles and SharedCredentialsFiles replace the usual paths.
	SharedConfigFiles, SharedCredentialsFiles []string

	// AccessKey, SecretKey and Token are static credentials. They win over
	// every other source.
	AccessKey, SecretKey, Token string
	// WebIdentity is a role to assume with a web identity token instead of
	// other credentials.
	WebIdentity *WebIdentity
	// AssumeRoles are roles to assume, each with the credentials of the one
	// before.
	AssumeRoles []AssumeRole

	// Endpoints replace the services' own addresses.
	Endpoints Endpoints
	// STSRegion is the Region of calls to STS where it is not Region.
	STSRegion string
	// UseFIPS and UseDualStack choose such endpoints.
	UseFIPS, UseDualStack bool

	// RetryMode is standard or adaptive.
	RetryMode string
	// MaxRetries is how often a call is repeated at most; nil means what the
	// environment says, else 24.
	MaxRetries *int
	// MaxBackoff is the longest wait between two attempts; zero means the
	// SDK's 20 seconds.
	MaxBackoff time.Duration

	// HTTPProxy, HTTPSProxy and NoProxy replace the environment variables of
	// these names; an empty string means no proxy.
	HTTPProxy, HTTPSProxy, NoProxy *string
	// Dial, if set, opens the connections to AWS in place of the network.
	Dial Dialer
	// CABundle is the path of a PEM file of the only certificate authorities
	// to trust.
	CABundle string

	// MetadataEndpoint is the URL of the instance metadata service, and
	// MetadataEndpointMode its address family, IPv4 or IPv6.
	MetadataEndpoint, MetadataEndpointMode string
	// SkipMetadata keeps the instance metadata service out of the search for
	// credentials.
	SkipMetadata bool

	// SkipCredentialsValidation leaves out the question to STS whose the
	// credentials are, unless account ids are to be checked.
	SkipCredentialsValidation bool
	// AllowedAccountIDs are the only accounts to work in; ForbiddenAccountIDs
	// those never to work in.
	AllowedAccountIDs, ForbiddenAccountIDs []string

	// UserAgent are products to name in the User-Agent header, in order.
	UserAgent []Product
	// ExtraUserAgent is appended to that header as it is.
	ExtraUserAgent string
}

// Dialer opens a connection, as net.Dialer.DialContext does.
type Dialer func(ctx context.Context, network, address string) (net.Conn, error)

// Endpoints are URLs of services; an empty one means the service's own.
type Endpoints struct {
	ECS, EC2, STS string
}

// AssumeRole is a role to assume with credentials. A zero field is left to
// STS.
type AssumeRole struct {
	RoleARN, SessionName, ExternalID, Policy, SourceIdentity string
	// Duration is from 15 minutes to 12 hours.
	Duration          time.Duration
	PolicyARNs        []string
	Tags              map[string]string
	TransitiveTagKeys []string
}

// WebIdentity is a role to assume with a token, which is given itself or by
// the path of its file.
type WebIdentity struct {
	RoleARN, SessionName, Policy string
	// Duration is from 15 minutes to 12 hours.
	Duration         time.Duration
	PolicyARNs       []string
	Token, TokenFile string
}

// Product is one name and version in the User-Agent header.
type Product struct {
	Name, Version string
}
