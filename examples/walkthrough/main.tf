# A Windows task with its own ENI: the IIS sample of AWS's announcement of
# awsvpc for Windows, mended where it would not run today (see README.md).

terraform {
  required_providers {
    ecswin = {
      source = "ecswin/ecswin"
    }
  }
}

# Region and credentials come from the environment, as with the AWS CLI.
provider "ecswin" {
  default_tags {
    tags = { project = "walkthrough" }
  }
}

variable "image" {
  description = "Image of the container. Its tag names the Windows release of the container instances."
  type        = string
  default     = "mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022"
}

variable "subnets" {
  description = "Private subnets for the task's ENI, in an Availability Zone with Windows container instances of the cluster. Without any, no task is run."
  type        = list(string)
  default     = []
}

resource "ecswin_cluster" "windows" {
  name = "windows"
}

# What a Windows instance needs to know to join the cluster. It goes into the
# user data of a launch template or an instance.
data "ecswin_user_data" "node" {
  cluster                 = ecswin_cluster.windows.name
  operating_system_family = "WINDOWS_SERVER_2022_CORE"
}

resource "ecswin_task_definition" "iis" {
  family = "windows-simple-iis"

  runtime_platform = {
    operating_system_family = "WINDOWS_SERVER_2022_CORE"
  }

  container_definitions = {
    windows_sample_app = {
      image       = var.image
      cpu         = 1024
      memory      = 1024
      essential   = true
      entry_point = ["powershell", "-Command"]
      command = [join(" ", [
        "New-Item -Path C:\\inetpub\\wwwroot\\index.html -Type file -Force -Value",
        "'<html><head><title>Amazon ECS Sample App</title></head>",
        "<body><h1>Amazon ECS Sample App</h1><p>Your application is now running on a container in Amazon ECS.</p></body></html>';",
        "C:\\ServiceMonitor.exe w3svc",
      ])]
      port_mappings = [{ container_port = 80 }]
    }
  }
}

# A task that keeps running. Its ENI lies in one of the subnets and has the
# VPC's default security group, as none is named.
resource "ecswin_task" "iis" {
  count = length(var.subnets) > 0 ? 1 : 0

  cluster         = ecswin_cluster.windows.arn
  task_definition = ecswin_task_definition.iis.arn

  network_configuration = {
    subnets = var.subnets
  }
}

output "cluster" {
  value = ecswin_cluster.windows.arn
}

output "user_data" {
  value = data.ecswin_user_data.node.user_data
}

output "task_definition" {
  value = ecswin_task_definition.iis.arn
}

output "network_interface" {
  value = one(ecswin_task.iis[*].network_interface)
}
