package task

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/provider/tags"
)

// What wait_for can be.
const (
	waitForRunning = "running"
	waitForStopped = "stopped"
)

// The bounds of the API Reference: RunTask, AwsVpcConfiguration and
// CapacityProviderStrategyItem.
const (
	maxSubnets        = 16
	maxSecurityGroups = 5
	maxProviders      = 20
	maxBase           = 100_000
	maxWeight         = 1_000
	maxConstraints    = 10
	maxStrategies     = 5
)

func resourceSchema(ctx context.Context) schema.Schema {
	attributes := map[string]schema.Attribute{
		"cluster": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString("default"),
			Validators:          []validator.String{clusterReference()},
			MarkdownDescription: "Name or ARN of the cluster. Default `default`. Another cluster is another task.",
		},
		"task_definition": schema.StringAttribute{
			Required:            true,
			Validators:          []validator.String{revisionReference()},
			MarkdownDescription: "What to run: `family:revision`, or its ARN. Another revision is another task.",
		},
		"network_configuration": networkConfigurationAttribute(),
		"launch_type": schema.StringAttribute{
			Optional: true, Computed: true,
			Validators: []validator.String{stringvalidator.OneOf("EC2")},
			MarkdownDescription: "`EC2`, which is also the default: the task goes to a container instance of the cluster. " +
				"Leave it out with `capacity_provider_strategy`.",
		},
		"capacity_provider_strategy": capacityProviderStrategyAttribute(),
		"overrides":                  overridesAttribute(),
		"placement_constraints":      placementConstraintsAttribute(),
		"placement_strategy":         placementStrategyAttribute(),
		"enable_execute_command": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(false),
			MarkdownDescription: "Allow ECS Exec into the containers. Needs Windows Server 2019 or later, and a shell in the image. Default `false`.",
		},
		"enable_ecs_managed_tags": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(false),
			MarkdownDescription: "Let ECS tag the task with the cluster's name (`aws:ecs:clusterName`). Default `false`.",
		},
		"propagate_tags": schema.StringAttribute{
			Optional:   true,
			Validators: []validator.String{stringvalidator.OneOf("TASK_DEFINITION", "NONE")},
			MarkdownDescription: "`TASK_DEFINITION` copies the tags of the task definition to the task when it starts. They do not show in `tags_all`, " +
				"and a later change of them does not reach the task.",
		},
		"group": schema.StringAttribute{
			Optional: true, Computed: true,
			Validators:          []validator.String{stringvalidator.LengthBetween(1, 255)},
			MarkdownDescription: "Task group, which placement constraints can refer to. Default `family:` and the name of the family.",
		},
		"started_by": schema.StringAttribute{
			Optional: true, Computed: true,
			Validators: []validator.String{mark()},
			MarkdownDescription: "What `aws ecs list-tasks --started-by` finds the task by. Default: a value made from `client_token`. " +
				"Then the provider finds the task again even if AWS's answer to its start gets lost.",
		},
		"client_token": schema.StringAttribute{
			Optional: true, Computed: true,
			Validators: []validator.String{token()},
			MarkdownDescription: "Idempotency token of the start. Default: made up. With a value of your own, an apply that was killed between the start " +
				"and the writing of the state finds its task again, instead of starting a second one. AWS answers a used token with the task of its first use. " +
				"If that has stopped, or is a job that failed, another one is started, with a token made of the two. " +
				"Choose another token where a change of arguments replaces the task, or to run a job again that has succeeded.",
		},
		"wait_for": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(waitForRunning),
			Validators: []validator.String{stringvalidator.OneOf(waitForRunning, waitForStopped)},
			MarkdownDescription: "`running` (default): a standing task. Create waits until it runs, and a plan replaces it once it has stopped. " +
				"`stopped`: a job. Create waits until it has ended; its result then stays in the state, and only a change of an argument, such as `triggers`, runs it again.",
		},
		"fail_on_exit_code": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(true),
			MarkdownDescription: "Whether a job fails whose essential containers end with another exit code than 0. The task stays in the state as tainted, with its exit codes. Default `true`.",
		},
		"triggers": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			Validators:          []validator.Map{mapvalidator.NoNullValues()},
			MarkdownDescription: "Any values. A change of them replaces the task, which runs a job again.",
		},
		"tags":     tags.Attribute(),
		"tags_all": tags.AllAttribute(),
		"timeouts": timeouts.Attributes(ctx, timeouts.Opts{
			Create: true, Delete: true,
			CreateDescription: "How long to wait until the task runs, or a job has ended, such as `30m`. Default `20m`. Large Windows images take long to pull where they are not cached.",
			DeleteDescription: "How long to wait until the task has stopped and its network interface is gone. Default `20m`.",
		}),
	}
	for name, attribute := range observedAttributes() {
		attributes[name] = attribute
	}
	return schema.Schema{
		MarkdownDescription: "A task on Amazon ECS: a standing one, or a job that ends.\n\n" +
			"In `awsvpc` mode the task has a network interface of its own, which `network_interface` shows. A Windows container instance takes one such task " +
			"for each network interface that its type allows beyond the first. The resource is gone, and its interface with it, when destroy returns.\n\n" +
			"ECS does not restart a task that stops: use a service for what must always run.",
		Attributes: attributes,
	}
}

func networkConfigurationAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "Where the task's network interface is. Required with network mode `awsvpc`, and allowed with no other. " +
			"The interface never gets a public address on EC2: the way to the internet is a NAT gateway.",
		Attributes: map[string]schema.Attribute{
			"subnets": schema.SetAttribute{
				Required: true, ElementType: types.StringType,
				Validators: []validator.Set{
					setvalidator.SizeBetween(1, maxSubnets),
					setvalidator.ValueStringsAre(resourceID("a subnet", "subnet")),
				},
				MarkdownDescription: "Ids of 1 to 16 subnets of one VPC. The task goes to an instance in the Availability Zone of one of them; the instance itself may be in another subnet of that zone.",
			},
			"security_groups": schema.SetAttribute{
				// Computed so that an imported task may keep the groups of its
				// interface where the configuration names none.
				Optional: true, Computed: true, ElementType: types.StringType,
				Validators: []validator.Set{
					setvalidator.SizeBetween(1, maxSecurityGroups),
					setvalidator.ValueStringsAre(resourceID("a security group", "sg")),
				},
				MarkdownDescription: "Ids of up to 5 security groups of the task; those of the instance do not count for it. Default: the VPC's default group.",
			},
		},
	}
}

func capacityProviderStrategyAttribute() schema.ListNestedAttribute {
	return schema.ListNestedAttribute{
		Optional:            true,
		Validators:          []validator.List{listvalidator.SizeBetween(1, maxProviders)},
		MarkdownDescription: "Capacity providers of the cluster to choose from, instead of `launch_type`.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"capacity_provider": schema.StringAttribute{
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthBetween(1, 255)},
				MarkdownDescription: "Name of the capacity provider.",
			},
			"base": schema.Int64Attribute{
				Optional:            true,
				Validators:          []validator.Int64{int64validator.Between(0, maxBase)},
				MarkdownDescription: "How many tasks run on this provider before `weight` counts, 0 to 100000. Default 0.",
			},
			"weight": schema.Int64Attribute{
				Optional:            true,
				Validators:          []validator.Int64{int64validator.Between(0, maxWeight)},
				MarkdownDescription: "Share of the other tasks, 0 to 1000. Default 0.",
			},
		}},
	}
}

func overridesAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "What this task does otherwise than its definition says. The plan holds the definition, as the overrides change it, to the rules for task definitions. " +
			"As JSON they have up to 8192 characters.",
		Attributes: map[string]schema.Attribute{
			"container_overrides": schema.MapNestedAttribute{
				Optional:            true,
				Validators:          []validator.Map{mapvalidator.SizeAtLeast(1)},
				MarkdownDescription: "By the name of the container.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"command": schema.ListAttribute{
						Optional: true, ElementType: types.StringType,
						Validators:          []validator.List{listvalidator.SizeAtLeast(1), listvalidator.NoNullValues()},
						MarkdownDescription: "Command in place of the image's or the definition's.",
					},
					"environment": schema.MapAttribute{
						Optional: true, ElementType: types.StringType,
						Validators:          []validator.Map{mapvalidator.SizeAtLeast(1), mapvalidator.NoNullValues()},
						MarkdownDescription: "Environment variables to add or to change. They are shown in the ECS console: use `secrets` of the definition for secrets.",
					},
					"cpu":    sizeAttribute("CPU units of the container.", 0),
					"memory": sizeAttribute("Memory in MiB that the container cannot exceed.", 4),
					"memory_reservation": sizeAttribute("Memory in MiB to reserve. "+
						"Docker on Windows refuses containers with a reservation, unless the node's agent is told to drop it.", 4),
				}},
			},
			"task_role_arn":      schema.StringAttribute{Optional: true, Validators: []validator.String{roleARN()}, MarkdownDescription: "IAM role of the containers."},
			"execution_role_arn": schema.StringAttribute{Optional: true, Validators: []validator.String{roleARN()}, MarkdownDescription: "IAM role with which ECS pulls images, reads secrets and writes logs."},
			"cpu":                schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}, MarkdownDescription: "Task-level CPU units. Windows containers have no such limit; placement counts it."},
			"memory":             schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}, MarkdownDescription: "Task-level memory in MiB. Windows containers have no such limit; placement counts it."},
		},
	}
}

func sizeAttribute(description string, least int64) schema.Int64Attribute {
	return schema.Int64Attribute{
		Optional:            true,
		Validators:          []validator.Int64{int64validator.Between(least, 1<<31-1)},
		MarkdownDescription: description,
	}
}

func placementConstraintsAttribute() schema.ListNestedAttribute {
	return schema.ListNestedAttribute{
		Optional:            true,
		Validators:          []validator.List{listvalidator.SizeBetween(1, maxConstraints)},
		MarkdownDescription: "Where the task may be placed, beside what its definition says: at most 10.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"type": schema.StringAttribute{
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf("memberOf", "distinctInstance")},
				MarkdownDescription: "`memberOf` (default), with an expression, or `distinctInstance`, without.",
			},
			"expression": schema.StringAttribute{
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthBetween(1, 2000)},
				MarkdownDescription: "Cluster query, such as `attribute:ecs.instance-type == m5.xlarge`.",
			},
		}},
	}
}

func placementStrategyAttribute() schema.ListNestedAttribute {
	return schema.ListNestedAttribute{
		Optional:            true,
		Validators:          []validator.List{listvalidator.SizeBetween(1, maxStrategies)},
		MarkdownDescription: "Which of the possible instances to prefer: at most 5 rules, the first counts most.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"type": schema.StringAttribute{
				Required:            true,
				Validators:          []validator.String{stringvalidator.OneOf("random", "spread", "binpack")},
				MarkdownDescription: "`random`, `spread` or `binpack`.",
			},
			"field": schema.StringAttribute{
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "For `spread`: `instanceId`, or an attribute such as `attribute:ecs.availability-zone`. For `binpack`: `cpu` or `memory`.",
			},
		}},
	}
}
