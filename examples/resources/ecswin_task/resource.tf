# A standing task with a network interface of its own.
resource "ecswin_task" "web" {
  cluster         = "windows"
  task_definition = "web:7"

  network_configuration = {
    subnets         = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    security_groups = ["sg-0123456789abcdef0"]
  }

  tags = {
    team = "web"
  }
}

output "address" {
  value = ecswin_task.web.network_interface.private_ip_address
}

# A job: apply waits for its end, and fails unless it ends with 0. It runs again when the schema changes.
resource "ecswin_task" "migrate" {
  cluster         = "windows"
  task_definition = "migrate:3"
  wait_for        = "stopped"

  network_configuration = {
    subnets = ["subnet-0123456789abcdef0"]
  }

  overrides = {
    container_overrides = {
      migrate = {
        command = ["migrate.exe", "--to", "42"]
      }
    }
  }

  triggers = {
    schema = "42"
  }

  timeouts = {
    create = "1h"
  }
}
