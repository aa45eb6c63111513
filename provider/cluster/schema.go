package cluster

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/provider/names"
	"github.com/ecswin/terraform-provider-ecswin/provider/tags"
)

// The bounds of clusters and strategies: API Reference, CreateCluster and
// CapacityProviderStrategyItem, and the service quotas of ECS.
const (
	maxProviders = 20
	maxBase      = 100_000
	maxWeight    = 1_000
)

func resourceSchema(ctx context.Context) schema.Schema {
	return schema.Schema{
		MarkdownDescription: "An Amazon ECS cluster.\n\n" +
			"Creating a cluster whose name is taken by an active one fails: AWS would hand out that cluster, and two owners would change it by turns. Import it instead.\n\n" +
			"Tasks with Windows containers in `awsvpc` mode on EC2 run on container instances that register themselves, or that a capacity provider of an Auto Scaling group brings. " +
			"`FARGATE` and `FARGATE_SPOT` place no tasks on those.",
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				Required:            true,
				Validators:          []validator.String{names.Validator()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "Name of the cluster: up to 255 letters, digits, hyphens and underscores. Another name is another cluster.",
			},
			"settings": schema.MapAttribute{
				Optional: true, Computed: true, ElementType: types.StringType,
				Validators: []validator.Map{settingsValidator{}},
				MarkdownDescription: "Settings by name: `containerInsights` is `disabled`, `enabled` or `enhanced`. " +
					"A setting that is left out keeps the value that it has, at first the account's default.",
			},
			"configuration": configurationAttribute(),
			"service_connect_defaults": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Service Connect namespace of services that name none. Windows containers cannot use Service Connect; other services of the cluster can.",
				Attributes: map[string]schema.Attribute{
					"namespace": schema.StringAttribute{
						Required:            true,
						Validators:          []validator.String{namespaceValidator{}},
						MarkdownDescription: "ARN of the AWS Cloud Map namespace.",
					},
				},
			},
			"capacity_providers": schema.SetAttribute{
				Optional: true, Computed: true, ElementType: types.StringType,
				Validators: []validator.Set{
					setvalidator.SizeAtMost(maxProviders),
					setvalidator.ValueStringsAre(names.Validator()),
				},
				MarkdownDescription: "Names of the capacity providers, at most 20. For Windows on EC2: those of Auto Scaling groups. " +
					"Left out, the cluster keeps those that it has; `[]` takes all away.",
			},
			"default_capacity_provider_strategy": schema.MapNestedAttribute{
				Optional: true, Computed: true,
				Validators: []validator.Map{mapvalidator.SizeAtMost(maxProviders)},
				MarkdownDescription: "How tasks and services that name neither launch type nor strategy are spread, by the name of the capacity provider. " +
					"Left out, the cluster keeps the strategy that it has; `{}` takes it away.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"base": schema.Int64Attribute{
						Optional: true, Computed: true, Default: int64default.StaticInt64(0),
						Validators:          []validator.Int64{int64validator.Between(0, maxBase)},
						MarkdownDescription: "How many tasks run on this provider before `weight` counts, 0 to 100000. At most one provider has more than 0. Default 0.",
					},
					"weight": schema.Int64Attribute{
						Optional: true, Computed: true, Default: int64default.StaticInt64(0),
						Validators:          []validator.Int64{int64validator.Between(0, maxWeight)},
						MarkdownDescription: "Share of the other tasks, 0 to 1000, relative to the sum of all weights. Default 0.",
					},
				}},
			},
			"arn": schema.StringAttribute{
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "ARN of the cluster.",
			},
			"tags":     tags.Attribute(),
			"tags_all": tags.AllAttribute(),
			"timeouts": timeouts.Attributes(ctx, timeouts.Opts{
				Create: true, Update: true, Delete: true,
				CreateDescription: "How long to wait until the cluster is active, such as `30m`. Default `20m`.",
				UpdateDescription: "How long to wait until a change of capacity providers is complete. Default `20m`.",
				DeleteDescription: "How long to wait until the cluster is inactive. Default `20m`.",
			}),
		},
	}
}

func configurationAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		// Computed, because AWS may report its defaults of a cluster whose
		// configuration is silent; they stay in the state.
		Optional: true, Computed: true,
		MarkdownDescription: "How ECS Exec works in the cluster, and how its storage is encrypted. What is left out is set back to AWS's default.",
		Attributes: map[string]schema.Attribute{
			"execute_command_configuration": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "ECS Exec: encryption and logging of its sessions.",
				Attributes: map[string]schema.Attribute{
					"kms_key_id": schema.StringAttribute{
						Optional:            true,
						Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
						MarkdownDescription: "KMS key that encrypts the data between client and container.",
					},
					"logging": schema.StringAttribute{
						Optional: true, Computed: true, Default: stringdefault.StaticString("DEFAULT"),
						Validators: []validator.String{stringvalidator.OneOf("NONE", "DEFAULT", "OVERRIDE")},
						MarkdownDescription: "`NONE`; `DEFAULT` (default): to the log group of the container's `awslogs` driver, if it has one; " +
							"`OVERRIDE`: as `log_configuration` says.",
					},
					"log_configuration": schema.SingleNestedAttribute{
						Optional:            true,
						MarkdownDescription: "Where sessions are logged. Required with `OVERRIDE`, and allowed with nothing else.",
						Attributes: map[string]schema.Attribute{
							"cloud_watch_encryption_enabled": switchAttribute("Encrypt the CloudWatch logs. Default `false`."),
							"cloud_watch_log_group_name":     schema.StringAttribute{Optional: true, MarkdownDescription: "Existing CloudWatch log group."},
							"s3_bucket_name":                 schema.StringAttribute{Optional: true, MarkdownDescription: "Existing S3 bucket."},
							"s3_bucket_encryption_enabled":   switchAttribute("Encrypt the logs in S3. Default `false`."),
							"s3_key_prefix":                  schema.StringAttribute{Optional: true, MarkdownDescription: "Folder in the bucket."},
						},
					},
				},
			},
			"managed_storage_configuration": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Encryption of storage that ECS manages.",
				Attributes: map[string]schema.Attribute{
					"fargate_ephemeral_storage_kms_key_id": schema.StringAttribute{
						Optional:            true,
						Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
						MarkdownDescription: "KMS key of the ephemeral storage of Fargate tasks.",
					},
					"kms_key_id": schema.StringAttribute{
						Optional:            true,
						Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
						MarkdownDescription: "KMS key of the Amazon EBS volumes that ECS attaches to tasks.",
					},
				},
			},
		},
	}
}

func switchAttribute(description string) schema.BoolAttribute {
	return schema.BoolAttribute{
		Optional: true, Computed: true, Default: booldefault.StaticBool(false),
		MarkdownDescription: description,
	}
}
