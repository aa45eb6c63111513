package awscloud

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
)

type members struct{ *account }

// Member implements cloud.Members.
func (m members) Member(ctx context.Context, cluster, arn string) (cloud.Member, error) {
	c, err := m.connect(ctx)
	if err != nil {
		return cloud.Member{}, explain(actionDescribe, err)
	}
	out, err := c.describe(ctx, &ecs.DescribeContainerInstancesInput{Cluster: &cluster, ContainerInstances: []string{arn}})
	if err != nil {
		return cloud.Member{}, explain(actionDescribe, err)
	}
	if err := failed(actionDescribe, out.Failures); err != nil {
		return cloud.Member{}, err
	}
	if len(out.ContainerInstances) == 0 {
		return cloud.Member{}, missing(actionDescribe)
	}
	i := out.ContainerInstances[0]
	shown := cloud.Member{
		Status: aws.ToString(i.Status), AgentConnected: i.AgentConnected, Attributes: map[string]string{},
		// A task that is about to start runs as long as one that is about to stop.
		RunningTasks: int(i.RunningTasksCount + i.PendingTasksCount),
	}
	for _, a := range i.Attributes {
		shown.Attributes[aws.ToString(a.Name)] = aws.ToString(a.Value)
	}
	return shown, nil
}

// Drain implements cloud.Members.
func (m members) Drain(ctx context.Context, cluster, arn string) error {
	return m.set(ctx, cluster, arn, types.ContainerInstanceStatusDraining)
}

// Activate implements cloud.Members.
func (m members) Activate(ctx context.Context, cluster, arn string) error {
	return m.set(ctx, cluster, arn, types.ContainerInstanceStatusActive)
}

func (m members) set(ctx context.Context, cluster, arn string, status types.ContainerInstanceStatus) error {
	c, err := m.connect(ctx)
	if err != nil {
		return explain(actionState, err)
	}
	out, err := c.state(ctx, &ecs.UpdateContainerInstancesStateInput{
		Cluster: &cluster, ContainerInstances: []string{arn}, Status: status,
	})
	if err != nil {
		return explain(actionState, err)
	}
	return failed(actionState, out.Failures)
}

// Deregister implements cloud.Members.
func (m members) Deregister(ctx context.Context, cluster, arn string) error {
	c, err := m.connect(ctx)
	if err != nil {
		return explain(actionDeregister, err)
	}
	_, err = c.deregister(ctx, &ecs.DeregisterContainerInstanceInput{Cluster: &cluster, ContainerInstance: &arn, Force: aws.Bool(true)})
	return explain(actionDeregister, err)
}

// failed is what ECS puts into an answer that is no error.
func failed(action string, failures []types.Failure) error {
	if len(failures) == 0 {
		return nil
	}
	return &cloud.CallError{Action: action, Code: aws.ToString(failures[0].Reason), Err: errors.New("ECS lists " + aws.ToString(failures[0].Arn) + " as a failure")}
}

func missing(action string) error {
	return &cloud.CallError{Action: action, Code: "MISSING", Err: errors.New("ECS does not list the container instance")}
}

type settings struct{ *account }

// Effective implements cloud.Settings.
func (s settings) Effective(ctx context.Context, name string) (string, error) {
	c, err := s.connect(ctx)
	if err != nil {
		return "", explain(actionListSettings, err)
	}
	out, err := c.setting(ctx, &ecs.ListAccountSettingsInput{Name: types.SettingName(name), EffectiveSettings: true})
	if err != nil {
		return "", explain(actionListSettings, err)
	}
	for _, setting := range out.Settings {
		if string(setting.Name) == name {
			return aws.ToString(setting.Value), nil
		}
	}
	return "", &cloud.CallError{Action: actionListSettings, Code: "MISSING", Err: errors.New("ECS does not list the setting " + name)}
}

// Put implements cloud.Settings. Without a principal it holds for the caller, which is the instance role.
func (s settings) Put(ctx context.Context, name, value string) error {
	c, err := s.connect(ctx)
	if err != nil {
		return explain(actionPutSetting, err)
	}
	_, err = c.putSetting(ctx, &ecs.PutAccountSettingInput{Name: types.SettingName(name), Value: &value})
	return explain(actionPutSetting, err)
}
