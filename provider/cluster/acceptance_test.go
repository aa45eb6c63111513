package cluster_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ecswin/terraform-provider-ecswin/internal/acctest"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sandboxtest"
	"github.com/ecswin/terraform-provider-ecswin/provider"
)

const (
	address = "ecswin_cluster.web"
	arn     = "arn:aws:ecs:us-east-1:123456789012:cluster/web"
)

// run applies steps to an AWS of the test's own.
func run(t *testing.T, server *sandboxtest.Server, steps ...resource.TestStep) {
	t.Helper()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(provider.New("test")),
		Steps:                    steps,
	})
	out, err := server.ECS().ListClusters(t.Context(), &ecs.ListClustersInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, left := range out.ClusterArns {
		if left == arn {
			t.Errorf("%s is still there after destroy", left)
		}
	}
}

// says matches a text however Terraform wraps its lines.
func says(text string) *regexp.Regexp {
	return regexp.MustCompile(`(?s)` + strings.ReplaceAll(text, " ", `\s+`))
}

func start(t *testing.T) *sandboxtest.Server {
	t.Helper()
	acctest.RequireTerraform(t)
	t.Parallel()
	return sandboxtest.New(t, sandbox.Options{})
}

func web(server *sandboxtest.Server, body string, provider ...string) string {
	return acctest.ProviderConfig(server.URL, provider...) + "\nresource \"ecswin_cluster\" \"web\" {\n  name = \"web\"\n" + body + "\n}\n"
}

// expectCluster compares the cluster as AWS has it.
func expectCluster(t *testing.T, server *sandboxtest.Server, want types.Cluster) {
	t.Helper()
	got := describe(t, server)
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(types.Cluster{}, types.ClusterSetting{}, types.ClusterConfiguration{},
		types.ExecuteCommandConfiguration{}, types.ExecuteCommandLogConfiguration{}, types.ManagedStorageConfiguration{},
		types.ClusterServiceConnectDefaults{}, types.CapacityProviderStrategyItem{}, types.Tag{}),
		cmpopts.IgnoreFields(types.Cluster{}, "ClusterArn", "ClusterName", "Status", "Statistics", "Attachments"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("cluster at AWS (-want +got):\n%s", diff)
	}
}

func describe(t *testing.T, server *sandboxtest.Server) types.Cluster {
	t.Helper()
	out, err := server.ECS().DescribeClusters(t.Context(), &ecs.DescribeClustersInput{
		Clusters: []string{"web"},
		Include:  types.ClusterField("").Values(),
	})
	if err != nil || len(out.Clusters) != 1 {
		t.Fatalf("describing the cluster: %v, %v", out, err)
	}
	return out.Clusters[0]
}

func insights(value string) []types.ClusterSetting {
	return []types.ClusterSetting{{Name: types.ClusterSettingNameContainerInsights, Value: aws.String(value)}}
}

const full = `
  settings = { containerInsights = "enabled" }
  configuration = {
    execute_command_configuration = {
      kms_key_id = "arn:aws:kms:us-east-1:123456789012:key/1"
      logging    = "OVERRIDE"
      log_configuration = {
        cloud_watch_encryption_enabled = true
        cloud_watch_log_group_name     = "exec"
        s3_bucket_name                 = "logs"
        s3_bucket_encryption_enabled   = true
        s3_key_prefix                  = "exec/"
      }
    }
    managed_storage_configuration = {
      fargate_ephemeral_storage_kms_key_id = "arn:aws:kms:us-east-1:123456789012:key/2"
      kms_key_id                           = "arn:aws:kms:us-east-1:123456789012:key/3"
    }
  }
  service_connect_defaults = { namespace = "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-1" }
  capacity_providers       = ["FARGATE_SPOT", "FARGATE"]
  default_capacity_provider_strategy = {
    FARGATE      = { base = 1 }
    FARGATE_SPOT = { weight = 3 }
  }
  tags = { app = "iis" }
`

func fullCluster() types.Cluster {
	return types.Cluster{
		Settings: insights("enabled"),
		Configuration: &types.ClusterConfiguration{
			ExecuteCommandConfiguration: &types.ExecuteCommandConfiguration{
				KmsKeyId: aws.String("arn:aws:kms:us-east-1:123456789012:key/1"),
				Logging:  types.ExecuteCommandLoggingOverride,
				LogConfiguration: &types.ExecuteCommandLogConfiguration{
					CloudWatchEncryptionEnabled: true, CloudWatchLogGroupName: aws.String("exec"),
					S3BucketName: aws.String("logs"), S3EncryptionEnabled: true, S3KeyPrefix: aws.String("exec/"),
				},
			},
			ManagedStorageConfiguration: &types.ManagedStorageConfiguration{
				FargateEphemeralStorageKmsKeyId: aws.String("arn:aws:kms:us-east-1:123456789012:key/2"),
				KmsKeyId:                        aws.String("arn:aws:kms:us-east-1:123456789012:key/3"),
			},
		},
		ServiceConnectDefaults: &types.ClusterServiceConnectDefaults{
			Namespace: aws.String("arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-1"),
		},
		CapacityProviders: []string{"FARGATE", "FARGATE_SPOT"},
		DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{
			{CapacityProvider: aws.String("FARGATE"), Base: 1},
			{CapacityProvider: aws.String("FARGATE_SPOT"), Weight: 3},
		},
		Tags: []types.Tag{{Key: aws.String("app"), Value: aws.String("iis")}},
	}
}

// importSteps imports the cluster by each key and wants a plan without a
// change.
func importSteps(config string) []resource.TestStep {
	var steps []resource.TestStep
	for _, id := range []string{"web", arn} {
		steps = append(steps,
			resource.TestStep{
				Config: config, ResourceName: address, ImportState: true, ImportStateId: id,
				ImportStateKind: resource.ImportBlockWithID,
			},
			resource.TestStep{
				ResourceName: address, ImportState: true, ImportStateId: id,
				ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "name",
			})
	}
	return steps
}

func TestCreateFull(t *testing.T) {
	server := start(t)
	steps := []resource.TestStep{{
		Config: web(server, full),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, tfjsonpath.New("arn"), knownvalue.StringExact(arn)),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("tags_all"), knownvalue.MapExact(map[string]knownvalue.Check{"app": knownvalue.StringExact("iis")})),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("default_capacity_provider_strategy").AtMapKey("FARGATE").AtMapKey("weight"), knownvalue.Int64Exact(0)),
		},
	}}
	steps = append(steps, importSteps(web(server, full))...)
	steps = append(steps, resource.TestStep{
		// An empty step to look at what AWS has before the destroy.
		Config:    web(server, full),
		PreConfig: func() { expectCluster(t, server, fullCluster()) },
		PlanOnly:  true,
	})
	run(t, server, steps...)
	if n := server.Calls()["ecs:UpdateCluster"] + server.Calls()["ecs:PutClusterCapacityProviders"]; n != 0 {
		t.Errorf("%d updates for a create", n)
	}
}

func TestUpdateEveryAttribute(t *testing.T) {
	server := start(t)
	stays := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
		plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
		plancheck.ExpectKnownValue(address, tfjsonpath.New("arn"), knownvalue.StringExact(arn)),
	}}
	changed := fullCluster()
	changed.Configuration.ExecuteCommandConfiguration = &types.ExecuteCommandConfiguration{Logging: types.ExecuteCommandLoggingNone}
	steps := []resource.TestStep{{Config: web(server, "")}}
	steps = append(steps, importSteps(web(server, ""))...)
	steps = append(steps,
		resource.TestStep{Config: web(server, full), ConfigPlanChecks: stays},
		resource.TestStep{
			PreConfig: func() { expectCluster(t, server, fullCluster()) },
			Config: web(server, regexp.MustCompile(`(?s)kms_key_id = "arn:aws:kms:us-east-1:123456789012:key/1".*?\n      }\n`).
				ReplaceAllString(full, "logging = \"NONE\"\n")),
			ConfigPlanChecks: stays,
		},
		resource.TestStep{
			PreConfig: func() { expectCluster(t, server, changed) },
			Config: web(server, `
  settings           = { containerInsights = "disabled" }
  capacity_providers = ["FARGATE"]
  tags               = { team = "web" }`),
			ConfigPlanChecks: stays,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("configuration"), knownvalue.Null()),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("service_connect_defaults"), knownvalue.Null()),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("default_capacity_provider_strategy"), knownvalue.MapSizeExact(1)),
			},
		},
		resource.TestStep{
			PreConfig: func() {
				expectCluster(t, server, types.Cluster{
					Settings: insights("disabled"),
					Configuration: &types.ClusterConfiguration{
						ExecuteCommandConfiguration: &types.ExecuteCommandConfiguration{Logging: types.ExecuteCommandLoggingDefault},
						ManagedStorageConfiguration: &types.ManagedStorageConfiguration{},
					},
					CapacityProviders:               []string{"FARGATE"},
					DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE"), Base: 1}},
					Tags:                            []types.Tag{{Key: aws.String("team"), Value: aws.String("web")}},
				})
			},
			Config:           web(server, "capacity_providers = []"),
			ConfigPlanChecks: stays,
		},
		resource.TestStep{
			PreConfig: func() {
				expectCluster(t, server, types.Cluster{
					Settings: insights("disabled"),
					Configuration: &types.ClusterConfiguration{
						ExecuteCommandConfiguration: &types.ExecuteCommandConfiguration{Logging: types.ExecuteCommandLoggingDefault},
						ManagedStorageConfiguration: &types.ManagedStorageConfiguration{},
					},
				})
			},
			// What was configured and no longer is stays.
			Config:           web(server, ""),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		})
	run(t, server, steps...)
}

// TestImportForeign imports clusters that others created, with every
// configuration that means what is there.
func TestImportForeign(t *testing.T) {
	explicit := &types.ClusterConfiguration{ExecuteCommandConfiguration: &types.ExecuteCommandConfiguration{Logging: types.ExecuteCommandLoggingDefault}}
	tests := map[string]struct {
		there  ecs.CreateClusterInput
		config string
	}{
		"bare, silent":           {ecs.CreateClusterInput{}, ""},
		"bare, defaults named":   {ecs.CreateClusterInput{}, "settings = { containerInsights = \"disabled\" }\n  capacity_providers = []\n  default_capacity_provider_strategy = {}"},
		"bare, empty settings":   {ecs.CreateClusterInput{}, "settings = {}"},
		"explicit, silent":       {ecs.CreateClusterInput{Configuration: explicit}, ""},
		"explicit, named":        {ecs.CreateClusterInput{Configuration: explicit}, `configuration = { execute_command_configuration = {} }`},
		"foreign insights":       {ecs.CreateClusterInput{Settings: insights("enhanced")}, ""},
		"foreign providers":      {ecs.CreateClusterInput{CapacityProviders: []string{"FARGATE"}}, ""},
		"foreign tags, in words": {ecs.CreateClusterInput{Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}}, `tags = { a = "b" }`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server := start(t)
			tt.there.ClusterName = aws.String("web")
			if _, err := server.ECS().CreateCluster(t.Context(), &tt.there); err != nil {
				t.Fatal(err)
			}
			run(t, server, resource.TestStep{
				Config: web(server, tt.config) + fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, arn),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionNoop),
				}},
			})
		})
	}
}

func TestImportErrors(t *testing.T) {
	server := start(t)
	imports := func(id, wantError string) resource.TestStep {
		return resource.TestStep{
			Config: web(server, ""), ResourceName: address, ImportState: true, ImportStateId: id,
			ExpectError: says(wantError),
		}
	}
	run(t, server,
		imports("gone", `There is no active cluster of this name in Region us-east-1`),
		imports("arn:aws:ecs:eu-west-1:123456789012:cluster/web", `It is in Region eu-west-1, and the provider works in us-east-1`),
		imports("arn:aws:ecs:us-east-1:999999999999:cluster/web", `It belongs to account 999999999999`),
		imports("arn:aws:ecs:us-east-1:123456789012:service/web/x", `is not the ARN of an ECS cluster`),
		imports("a b", `names no cluster`),
	)
}

func TestDisappears(t *testing.T) {
	server := start(t)
	run(t, server,
		resource.TestStep{Config: web(server, "")},
		resource.TestStep{
			PreConfig: func() {
				if _, err := server.ECS().DeleteCluster(t.Context(), &ecs.DeleteClusterInput{Cluster: aws.String("web")}); err != nil {
					t.Error(err)
				}
			},
			Config: web(server, ""),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
			}},
		},
	)
}

func TestRenameReplaces(t *testing.T) {
	server := start(t)
	run(t, server,
		resource.TestStep{Config: web(server, "settings = {}")},
		resource.TestStep{
			Config: acctest.ProviderConfig(server.URL) + `resource "ecswin_cluster" "web" { name = "other" }`,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionReplace),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("arn")),
			}},
		},
	)
}

// TestUnknowns plans with nothing known but that it will be.
func TestUnknowns(t *testing.T) {
	server := start(t)
	configure := func(revision string) string {
		return acctest.ProviderConfig(server.URL) + `
resource "terraform_data" "x" {
  input = {
    name     = "web"
    insights = "enabled"
    log      = "OVERRIDE"
    group    = "exec-` + revision + `"
    ns       = "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-1"
    weight   = 2
    tag      = "` + revision + `"
  }
}
resource "ecswin_cluster" "web" {
  name     = terraform_data.x.output.name
  settings = { containerInsights = terraform_data.x.output.insights }
  configuration = {
    execute_command_configuration = {
      logging           = terraform_data.x.output.log
      log_configuration = { cloud_watch_log_group_name = terraform_data.x.output.group }
    }
  }
  service_connect_defaults           = { namespace = terraform_data.x.output.ns }
  capacity_providers                 = toset([for p in ["FARGATE"] : terraform_data.x.output.weight == 2 ? p : "FARGATE_SPOT"])
  default_capacity_provider_strategy = { FARGATE = { weight = terraform_data.x.output.weight } }
  tags                               = { rev = terraform_data.x.output.tag }
}`
	}
	run(t, server,
		resource.TestStep{Config: configure("1")},
		resource.TestStep{
			Config: configure("2"),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("tags_all").AtMapKey("rev"), knownvalue.StringExact("2")),
			},
		},
	)
}

func TestExistingIsRefused(t *testing.T) {
	server := start(t)
	create := func() {
		if _, err := server.ECS().CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("web")}); err != nil {
			t.Error(err)
		}
	}
	remove := func() {
		if _, err := server.ECS().DeleteCluster(t.Context(), &ecs.DeleteClusterInput{Cluster: aws.String("web")}); err != nil {
			t.Error(err)
		}
	}
	run(t, server,
		resource.TestStep{
			PreConfig:   create,
			Config:      web(server, ""),
			ExpectError: says(`Unable to create cluster web.*terraform import ecswin_cluster.example web`),
		},
		// A deleted one, which AWS goes on describing, is no obstacle.
		resource.TestStep{PreConfig: remove, Config: web(server, "")},
	)
}

func TestLostResponseOfCreate(t *testing.T) {
	server := start(t)
	if err := server.Inject(sandbox.Fault{Call: "ecs:CreateCluster", Kind: sandbox.LoseResponse}); err != nil {
		t.Fatal(err)
	}
	run(t, server, resource.TestStep{
		Config: web(server, full, "max_retries = 0"),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, tfjsonpath.New("arn"), knownvalue.StringExact(arn)),
		},
	})
	if n := server.Calls()["ecs:CreateCluster"]; n != 1 {
		t.Errorf("CreateCluster was called %d times, want once", n)
	}
}

// TestPartialUpdate breaks an update in its middle: what was done is in the
// state, and the next apply does the rest only.
func TestPartialUpdate(t *testing.T) {
	server := start(t)
	run(t, server,
		resource.TestStep{Config: web(server, "")},
		resource.TestStep{
			PreConfig: func() {
				if err := server.Inject(sandbox.Fault{Call: "ecs:PutClusterCapacityProviders", Kind: sandbox.AccessDenied}); err != nil {
					t.Error(err)
				}
			},
			Config:      web(server, full),
			ExpectError: says(`Unable to change the capacity providers of cluster web.*capacity_providers =`),
		},
		resource.TestStep{
			Config: web(server, full),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectKnownValue(address, tfjsonpath.New("settings").AtMapKey("containerInsights"), knownvalue.StringExact("enabled")),
			}},
		},
		resource.TestStep{PreConfig: func() { expectCluster(t, server, fullCluster()) }, Config: web(server, full), PlanOnly: true},
	)
	if n := server.Calls()["ecs:UpdateCluster"]; n != 1 {
		t.Errorf("UpdateCluster was called %d times, want once", n)
	}
}

func TestDeleteOfAFullCluster(t *testing.T) {
	server := start(t)
	patient := "timeouts = { delete = \"2s\" }"
	run(t, server,
		resource.TestStep{Config: web(server, patient)},
		resource.TestStep{
			PreConfig: func() {
				if err := server.Inject(sandbox.Fault{
					Call: "ecs:DeleteCluster", Kind: sandbox.Refuse, Code: "ClusterContainsServicesException",
					Message: "The Cluster cannot be deleted while Services are active.",
				}); err != nil {
					t.Error(err)
				}
			},
			Config: web(server, patient), Destroy: true,
			ExpectError: says(`Unable to delete cluster web.*It has 0 active services.*aws ecs delete-service --force --cluster web`),
		},
		resource.TestStep{Config: web(server, patient), PlanOnly: true},
	)
}
