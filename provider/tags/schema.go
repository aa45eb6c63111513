package tags

import (
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Attribute is the argument tags of a resource.
func Attribute() schema.MapAttribute {
	return schema.MapAttribute{
		ElementType: types.StringType,
		Optional:    true,
		MarkdownDescription: "Tags of the resource. They win over tags of the same key in the provider's `default_tags`. " +
			"At most 50 with those; keys up to 128 and values up to 256 characters.",
		Validators: []validator.Map{Validator()},
	}
}

// AllAttribute is the computed attribute tags_all of a resource. Its value in
// a plan comes from Policy.Plan.
func AllAttribute() schema.MapAttribute {
	return schema.MapAttribute{
		ElementType: types.StringType,
		Computed:    true,
		MarkdownDescription: "All tags of the resource, those from the provider's `default_tags` included. " +
			"Tags that `ignore_tags` names and AWS's own (`aws:`) are left out.",
	}
}

// DataSourceAttribute is the computed attribute tags of a data source.
func DataSourceAttribute() datasource.MapAttribute {
	return datasource.MapAttribute{
		ElementType:         types.StringType,
		Computed:            true,
		MarkdownDescription: "Tags of the resource, without those that the provider's `ignore_tags` names and AWS's own (`aws:`).",
	}
}
