# By cluster and id, or by ARN. What AWS does not report of a task (client_token, triggers, placement, other subnets)
# is taken from the configuration by the next apply, without a call to AWS.
terraform import ecswin_task.web windows/0123456789abcdef0123456789abcdef
terraform import ecswin_task.web arn:aws:ecs:us-east-1:123456789012:task/windows/0123456789abcdef0123456789abcdef
