package awscloud

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// surroundings are the environment variables of the SDK that the service clients ask their configuration for. Sources:
// AWS SDKs and Tools Reference Guide, "Service-specific endpoints" and "Dual-stack and FIPS endpoints".
type surroundings struct{}

// GetServiceBaseEndpoint is asked by every service client, as for "Secrets Manager".
func (surroundings) GetServiceBaseEndpoint(_ context.Context, sdkID string) (url string, found bool, err error) {
	url = os.Getenv("AWS_ENDPOINT_URL_" + strings.ReplaceAll(strings.ToUpper(sdkID), " ", "_"))
	return url, url != "", nil
}

// GetUseFIPSEndpoint is asked by every service client.
func (surroundings) GetUseFIPSEndpoint(context.Context) (state aws.FIPSEndpointState, found bool, err error) {
	text := os.Getenv("AWS_USE_FIPS_ENDPOINT")
	if text == "" {
		return aws.FIPSEndpointStateUnset, false, nil
	}
	use, err := strconv.ParseBool(text)
	if err != nil {
		return aws.FIPSEndpointStateUnset, false, errors.New("AWS_USE_FIPS_ENDPOINT is neither true nor false")
	}
	if use {
		return aws.FIPSEndpointStateEnabled, true, nil
	}
	return aws.FIPSEndpointStateDisabled, true, nil
}

// trusting returns the client with the certificate authorities of the file that AWS_CA_BUNDLE names, where it names one:
// in the place of the system's, as the SDK has it.
func trusting(client *awshttp.BuildableClient) (*awshttp.BuildableClient, error) {
	path := os.Getenv("AWS_CA_BUNDLE")
	if path == "" {
		return client, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading AWS_CA_BUNDLE: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("reading AWS_CA_BUNDLE: there is no certificate in %s", path)
	}
	return client.WithTransportOptions(func(tr *http.Transport) {
		if tr.TLSClientConfig == nil {
			tr.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		tr.TLSClientConfig.RootCAs = pool
	}), nil
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
