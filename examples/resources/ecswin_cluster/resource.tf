# Container instances register themselves, or a capacity provider brings them.
resource "ecswin_cluster" "windows" {
  name = "windows"

  settings = {
    containerInsights = "enhanced"
  }

  # Sessions of ECS Exec are encrypted and logged.
  configuration = {
    execute_command_configuration = {
      kms_key_id = var.kms_key_arn
      logging    = "OVERRIDE"
      log_configuration = {
        cloud_watch_log_group_name = "/ecs/exec/windows"
      }
    }
  }

  # A capacity provider of an Auto Scaling group with Windows instances.
  capacity_providers = ["windows-2022"]
  default_capacity_provider_strategy = {
    "windows-2022" = { weight = 1 }
  }

  tags = {
    team = "web"
  }
}

variable "kms_key_arn" {
  type = string
}
