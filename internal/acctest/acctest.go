// Package acctest is what tests share that run the provider through the real
// Terraform command.
package acctest

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// RequireTerraform skips a test where there is no Terraform to run it with.
func RequireTerraform(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Skip("terraform is not on PATH; get it from https://developer.hashicorp.com/terraform/install")
	}
}

// ProviderFactories returns what Terraform's test framework starts the
// provider ecswin with: in the test's own process.
func ProviderFactories(newProvider func() provider.Provider) map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"ecswin": providerserver.NewProtocol6WithError(newProvider()),
	}
}

// ProviderConfig returns the configuration of a provider that finds EC2, ECS
// and STS at endpoint, with made-up credentials, and nothing anywhere else. Extra
// arguments, such as `strict = true`, are added to it.
func ProviderConfig(endpoint string, extra ...string) string {
	return fmt.Sprintf(`
provider "ecswin" {
  region     = "us-east-1"
  access_key = "AKIASANDBOX"
  secret_key = "sandbox"

  endpoints {
    ec2 = %[1]q
    ecs = %[1]q
    sts = %[1]q
  }

  %[2]s
}
`, endpoint, strings.Join(extra, "\n  "))
}
