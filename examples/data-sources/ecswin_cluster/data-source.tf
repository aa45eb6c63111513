data "ecswin_cluster" "shared" {
  name = "shared"
}

output "room" {
  value = "${data.ecswin_cluster.shared.running_tasks_count} tasks run on ${data.ecswin_cluster.shared.registered_container_instances_count} instances"
}
