// Package meta is what the configured provider hands to its resources, data
// sources and functions, and the one way in which they report AWS's errors.
package meta

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
	"github.com/ecswin/terraform-provider-ecswin/provider/tags"
)

// Data is the configured provider. It is shared by all resources and not
// changed after Configure.
type Data struct {
	// Client makes the calls to AWS.
	Client *awsapi.Client
	// Tags says what default_tags and ignore_tags ask for.
	Tags tags.Policy
	// Strict makes errors of the warnings of task definition rules.
	Strict bool
}

// From returns the Data in the ProviderData of a Configure request. It is nil
// without an error before the provider is configured, as during validation.
func From(providerData any) (*Data, diag.Diagnostics) {
	if providerData == nil {
		return nil, nil
	}
	data, ok := providerData.(*Data)
	if !ok {
		return nil, diag.Diagnostics{diag.NewErrorDiagnostic("Unable to use the provider's configuration",
			fmt.Sprintf("Expected *meta.Data and got %T. This is a bug in the provider; please report it.", providerData))}
	}
	return data, nil
}
