# A task definition that exists as JSON, for the AWS CLI or from the console's
# JSON tab, managed as it is. A member that ECS does not know is an error in
# the plan, with its line and column.

terraform {
  required_providers {
    ecswin = {
      source = "ecswin/ecswin"
    }
  }
}

provider "ecswin" {}

locals {
  definition = provider::ecswin::task_definition_from_json(file("${path.module}/task-definition.json"))
}

resource "ecswin_task_definition" "this" {
  family                   = local.definition.family
  container_definitions    = local.definition.container_definitions
  network_mode             = local.definition.network_mode
  requires_compatibilities = local.definition.requires_compatibilities
  cpu                      = local.definition.cpu
  memory                   = local.definition.memory
  runtime_platform         = local.definition.runtime_platform
  task_role_arn            = local.definition.task_role_arn
  execution_role_arn       = local.definition.execution_role_arn
  volumes                  = local.definition.volumes
  placement_constraints    = local.definition.placement_constraints
  tags                     = local.definition.tags
}
