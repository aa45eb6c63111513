package rules

// Places where several rules come from, in words that a user can follow.
const (
	registerAPI = "Amazon ECS API Reference, RegisterTaskDefinition, https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html"

	quotaGuide     = "Amazon ECS service quotas, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html"
	windowsGuide   = "Amazon ECS Developer Guide, Windows task definitions, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/windows_task_definitions.html"
	awsvpcGuide    = "Amazon ECS Developer Guide, task networking with awsvpc, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html"
	imageGuide     = "Amazon ECS Developer Guide, Windows containers, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ECS_Windows.html"
	awslogsGuide   = "Amazon ECS Developer Guide, the awslogs log driver, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html"
	secretsGuide   = "Amazon ECS Developer Guide, sensitive data, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html"
	fsxGuide       = "Amazon ECS Developer Guide, FSx for Windows File Server volumes, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/wfsx-volumes.html"
	gmsaGuide      = "Amazon ECS Developer Guide, gMSAs for Windows containers, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/windows-gmsa.html"
	efsGuide       = "Amazon ECS Developer Guide, Amazon EFS volumes, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html"
	taskRoleGuide  = "Amazon ECS Developer Guide, IAM roles for tasks on Windows, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/windows_task_IAM_roles.html"
	agentSettings  = "Amazon ECS container agent configuration, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html"
	agentOnWindows = "amazon-ecs-agent, agent/app/agent_capability_windows.go, https://github.com/aws/amazon-ecs-agent/blob/master/agent/app/agent_capability_windows.go"
	agentTask      = "amazon-ecs-agent, agent/api/task/task_windows.go, https://github.com/aws/amazon-ecs-agent/blob/master/agent/api/task/task_windows.go"

	dockerOnWindows   = "moby, daemon/daemon_windows.go, https://github.com/moby/moby/blob/master/daemon/daemon_windows.go"
	dockerLogDrivers  = "moby, daemon/logdrivers_windows.go, https://github.com/moby/moby/blob/master/daemon/logdrivers_windows.go"
	dockerHostOptions = "moby, runconfig/hostconfig_windows.go, https://github.com/moby/moby/blob/25.0/runconfig/hostconfig_windows.go"
)

// sdkVersion is the version of the AWS SDK's ECS package that the lists of
// known values come from.
const sdkVersion = "1.104.1"

// apiType is the API Reference's page about a data type.
func apiType(name string) string {
	return "Amazon ECS API Reference, " + name + ", https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_" + name + ".html"
}
