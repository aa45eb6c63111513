package task

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// observedAttributes are what AWS tells of the task.
func observedAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"arn":                    told("ARN of the task."),
		"task_definition_arn":    told("ARN of the revision that runs."),
		"last_status":            told("Where the task is in its life: `PROVISIONING`, `PENDING`, `ACTIVATING`, `RUNNING`, `DEACTIVATING`, `STOPPING`, `DEPROVISIONING` or `STOPPED`."),
		"desired_status":         told("Where ECS wants it to be: `RUNNING` or `STOPPED`."),
		"stop_code":              told("Why it stopped, as a code, such as `EssentialContainerExited`."),
		"stopped_reason":         told("Why it stopped, in words."),
		"availability_zone":      told("Availability Zone in which it runs."),
		"capacity_provider_name": told("Capacity provider that it was placed through, if any."),
		"container_instance_arn": told("ARN of the container instance that it runs on."),
		"ec2_instance_id":        told("Id of the EC2 instance that it runs on."),
		"created_at":             told("When the task was created (RFC 3339)."),
		"started_at":             told("When its containers ran (RFC 3339)."),
		"stopped_at":             told("When it had stopped (RFC 3339)."),
		"network_interface": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: "The task's own network interface in `awsvpc` mode; null once it is released.",
			Attributes: map[string]schema.Attribute{
				"id":                 told("Id, such as `eni-0123456789abcdef0`."),
				"private_ip_address": told("Private IPv4 address."),
				"mac_address":        told("MAC address."),
				"subnet_id":          told("Subnet."),
				"availability_zone":  told("Availability Zone of the subnet."),
				"security_groups": schema.SetAttribute{
					Computed: true, ElementType: types.StringType,
					MarkdownDescription: "Ids of its security groups; null where EC2 may not be asked.",
				},
				"private_dns_name": told("Private DNS name, if the VPC gives one."),
			},
		},
		"containers": schema.MapNestedAttribute{
			Computed:            true,
			MarkdownDescription: "The containers by name.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"arn":           told("ARN of the container."),
				"last_status":   told("Where the container is in its life, such as `RUNNING`."),
				"exit_code":     schema.Int64Attribute{Computed: true, MarkdownDescription: "Exit code, once it has ended."},
				"image_digest":  told("Digest of the image."),
				"runtime_id":    told("Docker's id of the container."),
				"health_status": told("`HEALTHY`, `UNHEALTHY` or `UNKNOWN`, by the definition's health check."),
				"reason":        told("More on why it stopped or did not start."),
			}},
		},
	}
}

func told(description string) schema.StringAttribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description}
}

func networkInterfaceTypes() map[string]attr.Type {
	return map[string]attr.Type{
		"id": types.StringType, "private_ip_address": types.StringType, "mac_address": types.StringType,
		"subnet_id": types.StringType, "availability_zone": types.StringType, "private_dns_name": types.StringType,
		"security_groups": types.SetType{ElemType: types.StringType},
	}
}

func containerType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"arn": types.StringType, "last_status": types.StringType, "exit_code": types.Int64Type, "image_digest": types.StringType,
		"runtime_id": types.StringType, "health_status": types.StringType, "reason": types.StringType,
	}}
}
