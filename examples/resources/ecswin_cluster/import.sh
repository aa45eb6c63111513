# By name, or by ARN.
terraform import ecswin_cluster.windows windows
terraform import ecswin_cluster.windows arn:aws:ecs:us-east-1:123456789012:cluster/windows
