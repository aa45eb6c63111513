package taskdefinition

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/provider/tags"
)

// networkModeDefault is this provider's word for a definition without a
// network mode: on Windows, Docker's own nat network. AWS's console shows it
// under the same word; the API has no value for it.
const networkModeDefault = "default"

// The values of drift.
const (
	driftPinned = "pinned"
	driftLatest = "latest"
)

// Schema returns the schema of ecswin_task_definition. Nested types are
// computed once, which saves a plan a third of its time or more
// (docs/design/schema-cost.md).
//
// Leaves that AWS fills in when they are left out are Optional and Computed,
// so that an imported definition may keep AWS's spelling where the
// configuration is silent.
func Schema() schema.Schema {
	attributes := specAttributes()
	attributes["skip_destroy"] = schema.BoolAttribute{
		Optional: true, Computed: true, Default: booldefault.StaticBool(false),
		MarkdownDescription: "Keep the registered revisions active when the resource is destroyed. Default `false`.",
	}
	attributes["drift"] = schema.StringAttribute{
		Optional: true, Computed: true, Default: stringdefault.StaticString(driftPinned),
		Validators: []validator.String{stringvalidator.OneOf(driftPinned, driftLatest)},
		MarkdownDescription: "What a refresh looks at: `pinned` (default), the revision that this resource registered; or `latest`, the family's newest `ACTIVE` revision, " +
			"whoever registered it. With `latest` a revision from elsewhere shows as a difference, and `ignore_changes` on an attribute leaves that attribute to others. " +
			"Destroying the resource leaves such a revision, with a warning; one that a killed run registered counts as one.",
	}
	attributes["arn"] = schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "ARN of the current revision. Known in the plan unless a registration will happen.",
	}
	attributes["arn_without_revision"] = schema.StringAttribute{
		Computed:            true,
		PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		MarkdownDescription: "ARN of the family: `arn` without the revision. For policies, and for callers that always want the newest revision.",
	}
	attributes["revision"] = schema.Int64Attribute{
		Computed:            true,
		MarkdownDescription: "Number of the current revision. AWS never uses a number twice.",
	}
	attributes["registered_revisions"] = schema.ListAttribute{
		Computed: true, ElementType: types.Int64Type,
		MarkdownDescription: "Revisions that this resource registered or imported, oldest first. Destroying the resource deregisters these and no others.",
	}
	attributes["status"] = schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "`ACTIVE`, or `INACTIVE` when someone deregistered the current revision; then the next apply registers it anew.",
	}
	attributes["tags"] = tags.Attribute()
	attributes["tags_all"] = tags.AllAttribute()
	return schema.Schema{
		MarkdownDescription: "A task definition for Windows containers on EC2 in `awsvpc` mode.\n\n" +
			"The family is the resource's identity. A change registers a new revision as an update in place; " +
			"revisions that were registered before stay active until the resource is destroyed, so that running services can roll back. " +
			"What means the same to AWS is no change: nothing is registered, whatever the spelling.",
		Attributes: freeze(attributes),
	}
}

// specAttributes are the inputs that make up the definition itself.
func specAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"family": schema.StringAttribute{
			Required:            true,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			MarkdownDescription: "Name of the family: up to 255 letters, digits, hyphens and underscores. Another family is another resource.",
		},
		"container_definitions": schema.MapNestedAttribute{
			Required:            true,
			MarkdownDescription: "The task's containers by name. All containers of a task share its ENI and reach each other over `localhost`.",
			NestedObject:        schema.NestedAttributeObject{Attributes: containerAttributes()},
		},
		"network_mode": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString("awsvpc"),
			MarkdownDescription: "`awsvpc` (default): each task has its own ENI, IP address and security groups. " +
				"`default`: Docker's `nat` network, as when the API's `networkMode` is left out. The API's other values do not work on Windows.",
		},
		"requires_compatibilities": schema.SetAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Launch types that AWS checks the definition against at registration. For Windows on EC2: `[\"EC2\"]`, or leave it out.",
		},
		"cpu": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Task-level CPU units (`1024` or `1 vCPU`). ECS ignores it for Windows containers: set `cpu` of the containers.",
		},
		"memory": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Task-level memory in MiB (`2048` or `2 GB`). ECS ignores it for Windows containers: set `memory` of the containers.",
		},
		"runtime_platform": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Windows release and edition that the images were built for. ECS places the task only on container instances of that family.",
			Attributes: map[string]schema.Attribute{
				"operating_system_family": schema.StringAttribute{
					Optional:            true,
					MarkdownDescription: "For instance `WINDOWS_SERVER_2022_CORE`.",
				},
				"cpu_architecture": schema.StringAttribute{
					Optional: true, Computed: true,
					MarkdownDescription: "`X86_64` (AWS's default). Windows container instances know no other.",
				},
			},
		},
		"task_role_arn": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "IAM role that the containers' own AWS calls use, as ARN or name. " +
				"The container instance must run with `ECS_ENABLE_TASK_IAM_ROLE=true`.",
		},
		"execution_role_arn": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "IAM role with which ECS pulls images, reads secrets and writes logs, as ARN or name. " +
				"With the `awslogs` driver the container instance must run with `ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true`.",
		},
		"volumes": schema.MapNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Volumes by name, for the containers' `mount_points`.",
			NestedObject:        schema.NestedAttributeObject{Attributes: volumeAttributes()},
		},
		"placement_constraints": schema.ListNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Where tasks may be placed; at most 10.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"type": schema.StringAttribute{
					Optional: true, Computed: true,
					MarkdownDescription: "`memberOf` (default), the only type.",
				},
				"expression": schema.StringAttribute{
					Required:            true,
					MarkdownDescription: "Cluster query language, for instance `attribute:ecs.os-family == WINDOWS_SERVER_2022_CORE`.",
				},
			}},
		},
	}
}

func volumeAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"host": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "A folder of the container instance.",
			Attributes: map[string]schema.Attribute{
				"source_path": schema.StringAttribute{
					Optional:            true,
					MarkdownDescription: "Folder such as `C:\\data`: a whole folder on the drive of `%ProgramData%`, or a whole drive. Left out, Docker makes an empty volume that lives as long as the task.",
				},
			},
		},
		"fsx_windows_file_server_volume_configuration": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "A share of Amazon FSx for Windows File Server. The container instance must be joined to the domain; needs `execution_role_arn`.",
			Attributes: map[string]schema.Attribute{
				"file_system_id": schema.StringAttribute{Required: true, MarkdownDescription: "Id of the file system (`fs-…`)."},
				"root_directory": schema.StringAttribute{Required: true, MarkdownDescription: "Folder of the file system to mount."},
				"authorization_config": schema.SingleNestedAttribute{
					Required:            true,
					MarkdownDescription: "How the share is opened.",
					Attributes: map[string]schema.Attribute{
						"credentials_parameter": schema.StringAttribute{Required: true, MarkdownDescription: "ARN of the Secrets Manager secret or SSM parameter with user name and password."},
						"domain":                schema.StringAttribute{Required: true, MarkdownDescription: "Fully qualified name of the Active Directory domain."},
					},
				},
			},
		},
		"configured_at_launch": schema.BoolAttribute{
			Optional:            true,
			MarkdownDescription: "An Amazon EBS volume that the service or task configures when it is launched. At most one such volume in a definition; NTFS only.",
		},
	}
}
