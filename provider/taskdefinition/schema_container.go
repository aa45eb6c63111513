package taskdefinition

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func containerAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"image": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Image with its tag or digest. Its Windows build must match the container instance's: `…:windowsservercore-ltsc2022` on Windows Server 2022.",
		},
		"cpu": schema.Int64Attribute{
			Optional:            true,
			MarkdownDescription: "CPU units, 1024 to a vCPU. On Windows a hard limit; left out or 0, the container gets 1 % of the host's CPU.",
		},
		"memory": schema.Int64Attribute{
			Optional:            true,
			MarkdownDescription: "Hard memory limit in MiB. Always set it: on Windows a container without it is not limited.",
		},
		"memory_reservation": schema.Int64Attribute{
			Optional:            true,
			MarkdownDescription: "Soft memory limit in MiB. Docker on Windows refuses it: use `memory`.",
		},
		"essential": schema.BoolAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Whether the task stops when this container stops. Default `true`.",
		},
		"entry_point":       stringList("Replaces the image's entry point."),
		"command":           stringList("Replaces the image's command."),
		"working_directory": schema.StringAttribute{Optional: true, MarkdownDescription: "Folder in which the command runs, such as `C:\\\\app`."},
		"environment": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Environment variables by name. Shown in plans and state: use `secrets` for what must not be.",
		},
		"environment_files": schema.ListNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Files of environment variables in Amazon S3; need `execution_role_arn`.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"value": schema.StringAttribute{Required: true, MarkdownDescription: "ARN of the S3 object, whose name ends in `.env`."},
				"type":  schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "`s3` (default), the only type."},
			}},
		},
		"secrets": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Environment variables by name whose values ECS reads when the container starts: ARN of a Secrets Manager secret or SSM parameter, or a parameter's name in the same Region. Need `execution_role_arn`.",
		},
		"port_mappings": schema.ListNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Ports that the container listens on.",
			NestedObject:        schema.NestedAttributeObject{Attributes: portMappingAttributes()},
		},
		"log_configuration": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Where the container's output goes.",
			Attributes: map[string]schema.Attribute{
				"log_driver": schema.StringAttribute{
					Required:            true,
					MarkdownDescription: "A driver that the container instance lists in `ECS_AVAILABLE_LOGGING_DRIVERS`, such as `awslogs`. `awsfirelens` does not run on Windows.",
				},
				"options": schema.MapAttribute{
					Optional: true, ElementType: types.StringType,
					MarkdownDescription: "The driver's options. `awslogs` needs `awslogs-group` and `awslogs-region`.",
				},
				"secret_options": schema.MapAttribute{
					Optional: true, ElementType: types.StringType,
					MarkdownDescription: "Options by name whose values ECS reads from Secrets Manager or SSM; need `execution_role_arn`.",
				},
			},
		},
		"depends_on": schema.ListNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Containers of the task that must have got somewhere before this one starts.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"container_name": schema.StringAttribute{Required: true, MarkdownDescription: "Name of the other container."},
				"condition": schema.StringAttribute{
					Required:            true,
					MarkdownDescription: "`START`, `COMPLETE`, `SUCCESS` (both for a container that is not essential) or `HEALTHY` (for one with a `health_check`).",
				},
			}},
		},
		"health_check": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Command that tells whether the container works.",
			Attributes: map[string]schema.Attribute{
				"command": schema.ListAttribute{
					Required: true, ElementType: types.StringType,
					MarkdownDescription: "`[\"CMD\", program, argument, …]`, or `[\"CMD-SHELL\", line]` for a line that `cmd /S /C` runs.",
				},
				"interval":     defaulted("Seconds between two checks, 5 to 300. Default 30."),
				"timeout":      defaulted("Seconds until a check counts as failed, 2 to 60. Default 5."),
				"retries":      defaulted("Failures in a row that make the container unhealthy, 1 to 10. Default 3."),
				"start_period": defaulted("Seconds after the start in which failures do not count, 0 to 300. Default 0; Windows containers are slow to start, so set it."),
			},
		},
		"mount_points": schema.ListNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Volumes of the task that the container sees.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"source_volume":  schema.StringAttribute{Required: true, MarkdownDescription: "Name of the volume in `volumes`."},
				"container_path": schema.StringAttribute{Required: true, MarkdownDescription: "Folder in the container, on the same drive as the volume's folder."},
				"read_only":      schema.BoolAttribute{Optional: true, Computed: true, MarkdownDescription: "Default `false`."},
			}},
		},
		"volumes_from": schema.ListNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Containers of the task whose volumes this one sees too.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"source_container": schema.StringAttribute{Required: true, MarkdownDescription: "Name of the other container."},
				"read_only":        schema.BoolAttribute{Optional: true, Computed: true, MarkdownDescription: "Default `false`."},
			}},
		},
		"docker_labels": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Docker labels by name.",
		},
		"credential_specs": stringList("At most one gMSA credential spec: `credentialspec:ARN` on a container instance that is joined to the domain, `credentialspecdomainless:ARN` elsewhere."),
		"repository_credentials": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Credentials of a private registry; need `execution_role_arn`.",
			Attributes: map[string]schema.Attribute{
				"credentials_parameter": schema.StringAttribute{Required: true, MarkdownDescription: "ARN of the Secrets Manager secret."},
			},
		},
		"restart_policy": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Restarts the container in place when it exits, without a new task.",
			Attributes: map[string]schema.Attribute{
				"enabled":                schema.BoolAttribute{Required: true, MarkdownDescription: "Whether the policy is on."},
				"ignored_exit_codes":     schema.ListAttribute{Optional: true, ElementType: types.Int64Type, MarkdownDescription: "Exit codes after which the container is not restarted, at most 50."},
				"restart_attempt_period": defaulted("Seconds that the container must have run before it is restarted, 60 to 1800. Default 300."),
			},
		},
		"start_timeout": schema.Int64Attribute{Optional: true, MarkdownDescription: "Seconds until containers that depend on this one give up on it."},
		"stop_timeout":  schema.Int64Attribute{Optional: true, MarkdownDescription: "Seconds between CTRL_SHUTDOWN_EVENT and the end. Default: the agent's `ECS_CONTAINER_STOP_TIMEOUT`, 30 s."},
		"interactive":   schema.BoolAttribute{Optional: true, MarkdownDescription: "Keeps standard input open."},
		"pseudo_terminal": schema.BoolAttribute{
			Optional:            true,
			MarkdownDescription: "Gives the container a terminal.",
		},
		"version_consistency": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "`enabled` (AWS's default): ECS resolves the image's tag to a digest once a deployment. `disabled`: at each start.",
		},
	}
}

func portMappingAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"container_port": schema.Int64Attribute{Optional: true, MarkdownDescription: "Port, 1 to 65535. Either this or `container_port_range`."},
		"container_port_range": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Ports, such as `8000-8010`.",
		},
		"host_port": schema.Int64Attribute{
			Optional: true, Computed: true,
			MarkdownDescription: "In `awsvpc` mode leave it out or set it to `container_port`.",
		},
		"protocol":     schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "`tcp` (default) or `udp`."},
		"name":         schema.StringAttribute{Optional: true, MarkdownDescription: "Name of the mapping."},
		"app_protocol": schema.StringAttribute{Optional: true, MarkdownDescription: "`http`, `http2` or `grpc`. Used by Service Connect, which does not run on Windows."},
	}
}

func stringList(description string) schema.ListAttribute {
	return schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: description}
}

// defaulted is a number that AWS fills in.
func defaulted(description string) schema.Int64Attribute {
	return schema.Int64Attribute{Optional: true, Computed: true, MarkdownDescription: description}
}
