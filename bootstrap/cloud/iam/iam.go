// Package iam is what the instance role of a node needs to be allowed, and why: one table, of which docs/iam.md and its
// policy are made.
package iam

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Who makes a call.
const (
	// Agent is the ECS agent, Bootstrap ecswin-bootstrap.
	Agent     = "agent"
	Bootstrap = "bootstrap"
)

// Action is one action of the role.
type Action struct {
	// Name is the IAM action, as ecs:Poll; Who calls it.
	Name, Who string
	// Why says what it is for, and what happens without it.
	Why string
	// When says for which members of the document it is needed; empty: always.
	When string
	// Resource is the ARN that it can be limited to, with REGION, ACCOUNT and so on to fill in; empty: *.
	Resource string
	// Cluster limits it further to one cluster, by the condition key ecs:cluster.
	Cluster bool
}

const (
	clusterARN  = "arn:aws:ecs:REGION:ACCOUNT:cluster/CLUSTER"
	instanceARN = "arn:aws:ecs:REGION:ACCOUNT:container-instance/CLUSTER/*"
	groupARN    = "arn:aws:autoscaling:REGION:ACCOUNT:autoScalingGroup:*:autoScalingGroupName/GROUP"
	signalling  = "`signal.auto_scaling.hook` or `drain.terminate_hook`"
)

// Actions returns all actions: what every node needs first, then what a part of the document asks for.
//
// Source of the agent's own: the managed policy AmazonEC2ContainerServiceforEC2Role and its description in the Amazon ECS
// developer guide. sts:GetCallerIdentity, which the bootstrap calls, needs no permission.
func Actions() []Action {
	return []Action{
		{Name: "ecs:RegisterContainerInstance", Who: Agent, Resource: clusterARN, Why: "Registers the node. Without it the agent ends for good (E_AGENT_REGISTER_DENIED)."},
		{Name: "ecs:DeregisterContainerInstance", Who: Agent, Resource: clusterARN, Why: "Takes the node out of the cluster; also `ecswin-bootstrap drain`, if told to."},
		{Name: "ecs:DiscoverPollEndpoint", Who: Agent, Why: "Finds the endpoints by which tasks come. Without it the node joins and gets no task (E_JOIN_ACS)."},
		{Name: "ecs:Poll", Who: Agent, Resource: instanceARN, Cluster: true, Why: "Connects the agent to ECS. Without it the node joins and gets no task (E_JOIN_ACS)."},
		{Name: "ecs:StartTelemetrySession", Who: Agent, Resource: instanceARN, Cluster: true, Why: "Sends metrics of tasks and instance."},
		{Name: "ecs:SubmitContainerStateChange", Who: Agent, Resource: clusterARN, Why: "Tells ECS what became of a container."},
		{Name: "ecs:SubmitTaskStateChange", Who: Agent, Resource: clusterARN, Why: "Tells ECS what became of a task."},
		{Name: "ecs:SubmitAttachmentStateChanges", Who: Agent, Resource: clusterARN, Why: "Tells ECS that a task's network interface is attached. Without it no `awsvpc` task starts."},
		{Name: "ecr:GetAuthorizationToken", Who: Agent, Why: "Logs in to Amazon ECR, for images of tasks without an execution role."},
		{Name: "ecr:BatchCheckLayerAvailability", Who: Agent, Why: "Pulls images from Amazon ECR, for tasks without an execution role."},
		{Name: "ecr:GetDownloadUrlForLayer", Who: Agent, Why: "As above."},
		{Name: "ecr:BatchGetImage", Who: Agent, Why: "As above."},
		{Name: "logs:CreateLogStream", Who: Agent, Why: "Writes the logs of tasks with the `awslogs` driver and without an execution role."},
		{Name: "logs:PutLogEvents", Who: Agent, Why: "As above."},

		{Name: "ecs:DescribeContainerInstances", Who: Bootstrap, Resource: instanceARN, Cluster: true, Why: "Looks up whether the node is connected and has its attributes, and waits for its tasks to leave. Without it the join is proved by the agent alone, and a drain fails."},
		{Name: "ecs:UpdateContainerInstancesState", Who: Bootstrap, Resource: instanceARN, Cluster: true, When: "`drain.enabled` or `agent.spot_draining`", Why: "Sets the node to DRAINING before it goes down, and back to ACTIVE after a reboot; the agent does so before a Spot interruption."},
		{Name: "ecs:ListAccountSettings", Who: Bootstrap, When: "`trunking.mode` other than `off`", Why: "Looks up whether awsvpcTrunking is on. Without it that is not told."},
		{Name: "ecs:PutAccountSetting", Who: Bootstrap, When: "`trunking.opt_in`", Why: "Switches awsvpcTrunking on for this role, and so for every later instance of the role."},
		{Name: "ecs:TagResource", Who: Agent, Resource: instanceARN, When: "`agent.tags` or `agent.propagate_tags_from`", Why: "Tags the container instance at its registration."},
		{Name: "ec2:DescribeTags", Who: Agent, When: "`agent.propagate_tags_from: ec2_instance`", Why: "Reads the instance's tags to copy them. Without it the agent does not register."},
		{Name: "autoscaling:CompleteLifecycleAction", Who: Bootstrap, Resource: groupARN, When: signalling, Why: "Tells the lifecycle hook the result."},
		{Name: "autoscaling:RecordLifecycleActionHeartbeat", Who: Bootstrap, Resource: groupARN, When: "`signal.auto_scaling.hook`", Why: "Keeps the hook waiting while the node still works."},
		{Name: "autoscaling:DescribeAutoScalingInstances", Who: Bootstrap, When: signalling + ", without `signal.auto_scaling.group`", Why: "Looks up the group that the instance belongs to."},
		{Name: "cloudformation:SignalResource", Who: Bootstrap, Resource: "arn:aws:cloudformation:REGION:ACCOUNT:stack/STACK/*", When: "`signal.cloudformation.stack`", Why: "Tells the stack the result."},
		{Name: "ssm:GetParameter", Who: Bootstrap, Resource: "arn:aws:ssm:REGION:ACCOUNT:parameter/NAME", When: "an `ssm:` reference in the document", Why: "Resolves it."},
		{Name: "secretsmanager:GetSecretValue", Who: Bootstrap, Resource: "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-*", When: "a `secretsmanager:` reference in the document", Why: "Resolves it."},
		{Name: "kms:Decrypt", Who: Bootstrap, Resource: "arn:aws:kms:REGION:ACCOUNT:key/KEY", When: "a reference whose value is encrypted with a key of your own", Why: "Decrypts it."},
		{Name: "s3:GetObject", Who: Bootstrap, Resource: "arn:aws:s3:::BUCKET/KEY", When: "`download.source: s3` with a bucket that is not public", Why: "Downloads the program in user data."},
	}
}

// Policy returns the policy of the actions, in statements by resource and condition. Needed tells which to take.
func Policy(needed func(Action) bool) ([]byte, error) {
	type statement struct {
		Effect    string                       `json:"Effect"`
		Action    []string                     `json:"Action"`
		Resource  string                       `json:"Resource"`
		Condition map[string]map[string]string `json:"Condition,omitempty"`
	}
	var statements []*statement
	for _, a := range Actions() {
		if !needed(a) {
			continue
		}
		s := statement{Effect: "Allow", Action: []string{a.Name}, Resource: "*"}
		if a.Resource != "" {
			s.Resource = a.Resource
		}
		if a.Cluster {
			s.Condition = map[string]map[string]string{"ArnEquals": {"ecs:cluster": clusterARN}}
		}
		i := slices.IndexFunc(statements, func(o *statement) bool {
			return o.Resource == s.Resource && (o.Condition == nil) == (s.Condition == nil)
		})
		if i < 0 {
			statements = append(statements, &s)
			continue
		}
		statements[i].Action = append(statements[i].Action, a.Name)
	}
	return json.MarshalIndent(map[string]any{"Version": "2012-10-17", "Statement": statements}, "", "  ")
}

// Markdown returns docs/iam.md.
func Markdown() (string, error) {
	var b strings.Builder
	b.WriteString(`# The instance role of a node

What the role in the instance profile of a Windows container instance has to be allowed, and why. AWS's managed policy
AmazonEC2ContainerServiceforEC2Role covers what the agent does on every node, for all clusters of the account; the policies here
are limited to one. They were never tried against real IAM: *not verified*. Fill in what is in capitals; in the China and GovCloud
partitions, ` + "`arn:aws:`" + ` is ` + "`arn:aws-cn:` or `arn:aws-us-gov:`" + `.

A node joins with the first policy. What it lacks of the second is told as a warning, or as a failure with its own code where the
document asks for it. Tasks have roles of their own: give this one nothing that tasks need.

`)
	for _, part := range []struct {
		title  string
		always bool
	}{{"Every node", true}, {"What parts of the document ask for", false}} {
		needed := func(a Action) bool { return (a.When == "") == part.always }
		fmt.Fprintf(&b, "## %s\n\n", part.title)
		if part.always {
			b.WriteString("| action | by | why |\n|---|---|---|\n")
		} else {
			b.WriteString("| action | by | for | why |\n|---|---|---|---|\n")
		}
		for _, a := range Actions() {
			switch {
			case !needed(a):
			case part.always:
				fmt.Fprintf(&b, "| `%s` | %s | %s |\n", a.Name, a.Who, a.Why)
			default:
				fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", a.Name, a.Who, a.When, a.Why)
			}
		}
		policy, err := Policy(needed)
		if err != nil {
			return "", fmt.Errorf("writing the policy of %s: %w", part.title, err)
		}
		fmt.Fprintf(&b, "\n```json\n%s\n```\n\n", policy)
	}
	b.WriteString("`sts:GetCallerIdentity`, by which the bootstrap finds out whose credentials it has, needs no permission.\n")
	return b.String(), nil
}
