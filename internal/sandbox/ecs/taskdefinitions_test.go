package ecs_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

const iisARN = "arn:aws:ecs:us-east-1:123456789012:task-definition/iis:"

func TestRegisterFillsInWhatECSReports(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	in := minimal("iis")
	in.Cpu, in.Memory = aws.String(".5 vCPU"), aws.String("2 GB")
	in.ExecutionRoleArn = aws.String("arn:aws:iam::123456789012:role/ecsTaskExecutionRole")
	in.Volumes = []types.Volume{{Name: aws.String("data")}}
	in.ContainerDefinitions[0].PortMappings = []types.PortMapping{{ContainerPort: aws.Int32(80)}}
	in.ContainerDefinitions[0].HealthCheck = &types.HealthCheck{Command: []string{"CMD-SHELL", "exit 0"}}
	in.ContainerDefinitions[0].RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(true)}
	in.ContainerDefinitions[0].LogConfiguration = &types.LogConfiguration{LogDriver: types.LogDriverAwslogs}
	want := &types.TaskDefinition{
		TaskDefinitionArn:    aws.String(iisARN + "1"),
		Family:               aws.String("iis"),
		Revision:             1,
		Status:               types.TaskDefinitionStatusActive,
		NetworkMode:          types.NetworkModeAwsvpc,
		Cpu:                  aws.String("512"),
		Memory:               aws.String("2048"),
		ExecutionRoleArn:     in.ExecutionRoleArn,
		RegisteredAt:         aws.Time(start()),
		RegisteredBy:         aws.String("arn:aws:iam::123456789012:user/sandbox"),
		PlacementConstraints: []types.TaskDefinitionPlacementConstraint{},
		Volumes:              []types.Volume{{Name: aws.String("data"), Host: &types.HostVolumeProperties{}}},
		Compatibilities:      []types.Compatibility{types.CompatibilityEc2, types.CompatibilityFargate},
		RequiresAttributes: []types.Attribute{
			{Name: aws.String("com.amazonaws.ecs.capability.docker-remote-api.1.18")},
			{Name: aws.String("com.amazonaws.ecs.capability.docker-remote-api.1.19")},
			{Name: aws.String("com.amazonaws.ecs.capability.docker-remote-api.1.24")},
			{Name: aws.String("com.amazonaws.ecs.capability.logging-driver.awslogs")},
			{Name: aws.String("ecs.capability.container-health-check")},
			{Name: aws.String("ecs.capability.container-restart-policy")},
			{Name: aws.String("ecs.capability.execution-role-awslogs")},
			{Name: aws.String("ecs.capability.task-eni")},
		},
		ContainerDefinitions: []types.ContainerDefinition{{
			Name:           in.ContainerDefinitions[0].Name,
			Image:          in.ContainerDefinitions[0].Image,
			Memory:         aws.Int32(1024),
			Essential:      aws.Bool(true),
			Environment:    []types.KeyValuePair{},
			MountPoints:    []types.MountPoint{},
			SystemControls: []types.SystemControl{},
			VolumesFrom:    []types.VolumeFrom{},
			PortMappings: []types.PortMapping{{
				ContainerPort: aws.Int32(80), HostPort: aws.Int32(80), Protocol: types.TransportProtocolTcp,
			}},
			HealthCheck: &types.HealthCheck{
				Command: []string{"CMD-SHELL", "exit 0"}, Interval: aws.Int32(30), Timeout: aws.Int32(5), Retries: aws.Int32(3),
			},
			RestartPolicy: &types.ContainerRestartPolicy{
				Enabled: aws.Bool(true), RestartAttemptPeriod: aws.Int32(300),
			},
			LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwslogs},
		}},
	}
	registered := must(c.RegisterTaskDefinition(t.Context(), in))(t)
	if d := diff(want, registered.TaskDefinition); d != "" {
		t.Errorf("RegisterTaskDefinition (-want +got):\n%s", d)
	}
	if len(registered.Tags) != 0 {
		t.Errorf("tags = %v, want none", registered.Tags)
	}
	for _, ref := range []string{"iis", "iis:1", iisARN + "1"} {
		described := must(c.DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: &ref}))(t)
		if d := diff(want, described.TaskDefinition); d != "" {
			t.Errorf("DescribeTaskDefinition(%s) (-want +got):\n%s", ref, d)
		}
	}
}

func TestHostPortDefaultsByNetworkMode(t *testing.T) {
	t.Parallel()
	for mode, want := range map[types.NetworkMode]int32{
		types.NetworkModeAwsvpc: 8080,
		types.NetworkModeHost:   8080,
		types.NetworkModeBridge: 0,
		"":                      0,
	} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			c, _ := newClient(t)
			in := minimal("iis")
			in.NetworkMode = mode
			in.ContainerDefinitions[0].PortMappings = []types.PortMapping{{ContainerPort: aws.Int32(8080)}}
			out := must(c.RegisterTaskDefinition(t.Context(), in))(t).TaskDefinition
			if got := *out.ContainerDefinitions[0].PortMappings[0].HostPort; got != want {
				t.Errorf("hostPort = %d, want %d", got, want)
			}
			if out.NetworkMode != mode {
				t.Errorf("networkMode = %q, want it as given: %q", out.NetworkMode, mode)
			}
		})
	}
}

func TestDeregisteredRevision(t *testing.T) {
	t.Parallel()
	c, clock := newClient(t)
	describe := func(ref string) (*ecs.DescribeTaskDefinitionOutput, error) {
		return c.DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: &ref})
	}
	for range 2 {
		must(c.RegisterTaskDefinition(t.Context(), minimal("iis")))(t)
	}
	clock.Advance(time.Minute)
	gone := must(c.DeregisterTaskDefinition(t.Context(), &ecs.DeregisterTaskDefinitionInput{TaskDefinition: aws.String("iis:2")}))(t)
	if got := gone.TaskDefinition; got.Status != "INACTIVE" || !got.DeregisteredAt.Equal(start().Add(time.Minute)) {
		t.Errorf("deregistered: %s at %v, want INACTIVE a minute after the start", got.Status, got.DeregisteredAt)
	}
	if got := must(describe("iis"))(t).TaskDefinition.Revision; got != 1 {
		t.Errorf("the family's latest ACTIVE revision = %d, want 1", got)
	}
	if got := must(describe(iisARN + "2"))(t).TaskDefinition.Status; got != "INACTIVE" {
		t.Errorf("describe by ARN: %s, want INACTIVE", got)
	}
	clock.Advance(time.Minute)
	again := must(c.DeregisterTaskDefinition(t.Context(), &ecs.DeregisterTaskDefinitionInput{TaskDefinition: aws.String("iis:2")}))(t)
	if d := diff(gone.TaskDefinition, again.TaskDefinition); d != "" {
		t.Errorf("deregistering twice changed the answer:\n%s", d)
	}
	must(c.DeregisterTaskDefinition(t.Context(), &ecs.DeregisterTaskDefinitionInput{TaskDefinition: aws.String("iis:1")}))(t)
	_, err := describe("iis")
	wantError(t, err, "ClientException", "Unable to describe task definition.")
	next := must(c.RegisterTaskDefinition(t.Context(), minimal("iis")))(t)
	if got := next.TaskDefinition.Revision; got != 3 {
		t.Errorf("the next revision = %d, want 3", got)
	}
}

func TestDeletedRevisionIsDescribedUntilItIsGone(t *testing.T) {
	t.Parallel()
	c, clock := newClient(t)
	for range 2 {
		must(c.RegisterTaskDefinition(t.Context(), minimal("iis")))(t)
	}
	must(c.DeregisterTaskDefinition(t.Context(), &ecs.DeregisterTaskDefinitionInput{TaskDefinition: aws.String("iis:1")}))(t)
	out := must(c.DeleteTaskDefinitions(t.Context(), &ecs.DeleteTaskDefinitionsInput{
		TaskDefinitions: []string{"iis:1", "iis:2", "iis:9", "iis"},
	}))(t)
	if len(out.TaskDefinitions) != 1 || out.TaskDefinitions[0].Status != "DELETE_IN_PROGRESS" {
		t.Errorf("deleted = %+v, want iis:1 in DELETE_IN_PROGRESS", out.TaskDefinitions)
	}
	if len(out.Failures) != 3 {
		t.Errorf("%d failures, want 3: an ACTIVE one, one that is not there, and one without a revision", len(out.Failures))
	}
	in := &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String("iis:1")}
	clock.Advance(time.Hour - time.Second)
	if got := must(c.DescribeTaskDefinition(t.Context(), in))(t).TaskDefinition.Status; got != "DELETE_IN_PROGRESS" {
		t.Errorf("before it is gone: %s, want DELETE_IN_PROGRESS", got)
	}
	clock.Advance(time.Second)
	_, err := c.DescribeTaskDefinition(t.Context(), in)
	wantError(t, err, "ClientException", "Unable to describe task definition.")
}

func TestReferencesThatMeanNothing(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	must(c.RegisterTaskDefinition(t.Context(), minimal("iis")))(t)
	for ref, code := range map[string]string{
		"none":  "ClientException",
		"iis:2": "ClientException",
		"iis:0": "ClientException",
		"iis:x": "InvalidParameterException",
		"arn:aws:ecs:us-east-1:999999999999:task-definition/iis:1": "ClientException",
		"arn:aws:ecs:eu-west-1:123456789012:task-definition/iis:1": "ClientException",
	} {
		_, err := c.DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: &ref})
		wantError(t, err, code, "")
	}
	_, err := c.DeregisterTaskDefinition(t.Context(), &ecs.DeregisterTaskDefinitionInput{TaskDefinition: aws.String("iis")})
	wantError(t, err, "InvalidParameterException", "Invalid revision number. Number: iis")
}

func TestListTaskDefinitionsSortsByNumber(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	var want []string
	for range 11 {
		out := must(c.RegisterTaskDefinition(t.Context(), minimal("iis")))(t)
		want = append(want, *out.TaskDefinition.TaskDefinitionArn)
	}
	must(c.RegisterTaskDefinition(t.Context(), minimal("iis-admin")))(t)
	must(c.DeregisterTaskDefinition(t.Context(), &ecs.DeregisterTaskDefinitionInput{TaskDefinition: &want[0]}))(t)
	reversed := func() (down []string) {
		for i := 10; i > 0; i-- {
			down = append(down, want[i])
		}
		return down
	}
	for name, test := range map[string]struct {
		in   ecs.ListTaskDefinitionsInput
		want []string
	}{
		"a family":   {ecs.ListTaskDefinitionsInput{FamilyPrefix: aws.String("iis")}, want[1:]},
		"descending": {ecs.ListTaskDefinitionsInput{FamilyPrefix: aws.String("iis"), Sort: types.SortOrderDesc}, reversed()},
		"inactive":   {ecs.ListTaskDefinitionsInput{Status: types.TaskDefinitionStatusInactive}, want[:1]},
		"a prefix":   {ecs.ListTaskDefinitionsInput{FamilyPrefix: aws.String("ii")}, nil},
		"everything": {ecs.ListTaskDefinitionsInput{}, append(want[1:len(want):len(want)], strings.Replace(iisARN, "/iis", "/iis-admin", 1)+"1")},
	} {
		t.Run(name, func(t *testing.T) {
			test.in.MaxResults = aws.Int32(4)
			var got []string
			for p := ecs.NewListTaskDefinitionsPaginator(c, &test.in); p.HasMorePages(); {
				got = append(got, must(p.NextPage(t.Context()))(t).TaskDefinitionArns...)
			}
			if d := diff(test.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// A page must neither repeat nor skip when the list changes between pages.
func TestPagesSurviveDeregistration(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	for range 6 {
		must(c.RegisterTaskDefinition(t.Context(), minimal("iis")))(t)
	}
	first := must(c.ListTaskDefinitions(t.Context(), &ecs.ListTaskDefinitionsInput{MaxResults: aws.Int32(3)}))(t)
	for _, n := range []string{"1", "3"} {
		must(c.DeregisterTaskDefinition(t.Context(), &ecs.DeregisterTaskDefinitionInput{TaskDefinition: aws.String("iis:" + n)}))(t)
	}
	second := must(c.ListTaskDefinitions(t.Context(), &ecs.ListTaskDefinitionsInput{NextToken: first.NextToken}))(t)
	if d := diff([]string{iisARN + "4", iisARN + "5", iisARN + "6"}, second.TaskDefinitionArns); d != "" {
		t.Errorf("the second page (-want +got):\n%s", d)
	}
}

func TestForeignTokensAreRefused(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	for _, token := range []string{"not base64!", "YQ", "YTow"} {
		_, err := c.ListTaskDefinitions(t.Context(), &ecs.ListTaskDefinitionsInput{NextToken: &token})
		wantError(t, err, "InvalidParameterException", "Invalid token")
	}
}

func TestListTaskDefinitionFamilies(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	for _, f := range []string{"web-a", "web-b", "job"} {
		must(c.RegisterTaskDefinition(t.Context(), minimal(f)))(t)
	}
	must(c.DeregisterTaskDefinition(t.Context(), &ecs.DeregisterTaskDefinitionInput{TaskDefinition: aws.String("web-b:1")}))(t)
	for name, test := range map[string]struct {
		prefix string
		status types.TaskDefinitionFamilyStatus
		want   []string
	}{
		"all":      {"", "", []string{"job", "web-a", "web-b"}},
		"prefix":   {"web", types.TaskDefinitionFamilyStatusAll, []string{"web-a", "web-b"}},
		"active":   {"", types.TaskDefinitionFamilyStatusActive, []string{"job", "web-a"}},
		"inactive": {"", types.TaskDefinitionFamilyStatusInactive, []string{"web-b"}},
	} {
		t.Run(name, func(t *testing.T) {
			out := must(c.ListTaskDefinitionFamilies(t.Context(), &ecs.ListTaskDefinitionFamiliesInput{
				FamilyPrefix: &test.prefix, Status: test.status,
			}))(t)
			if d := diff(test.want, out.Families); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	in := minimal("iis")
	in.Tags = []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}, {Key: aws.String("b"), Value: aws.String("2")}}
	registered := must(c.RegisterTaskDefinition(t.Context(), in))(t)
	if d := diff(in.Tags, registered.Tags); d != "" {
		t.Errorf("registered tags (-want +got):\n%s", d)
	}
	arn := registered.TaskDefinition.TaskDefinitionArn
	must(c.TagResource(t.Context(), &ecs.TagResourceInput{ResourceArn: arn, Tags: []types.Tag{
		{Key: aws.String("b"), Value: aws.String("3")}, {Key: aws.String("c"), Value: aws.String("")},
	}}))(t)
	must(c.UntagResource(t.Context(), &ecs.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a", "none"}}))(t)
	want := []types.Tag{{Key: aws.String("b"), Value: aws.String("3")}, {Key: aws.String("c"), Value: aws.String("")}}
	described := must(c.DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: aws.String("iis"), Include: []types.TaskDefinitionField{"TAGS"},
	}))(t)
	if d := diff(want, described.Tags); d != "" {
		t.Errorf("described tags (-want +got):\n%s", d)
	}
	listed := must(c.ListTagsForResource(t.Context(), &ecs.ListTagsForResourceInput{ResourceArn: arn}))(t)
	if d := diff(want, listed.Tags); d != "" {
		t.Errorf("listed tags (-want +got):\n%s", d)
	}
	bare := must(c.DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String("iis")}))(t)
	if bare.Tags != nil {
		t.Errorf("tags without being asked for: %v", bare.Tags)
	}
}

func TestTagsRefused(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	registered := must(c.RegisterTaskDefinition(t.Context(), minimal("iis")))(t)
	arn := *registered.TaskDefinition.TaskDefinitionArn
	many := make([]types.Tag, 51)
	for i := range many {
		many[i] = types.Tag{Key: aws.String("k" + strconv.Itoa(i)), Value: aws.String("")}
	}
	tag := func(key, value string) []types.Tag { return []types.Tag{{Key: &key, Value: &value}} }
	for name, test := range map[string]struct {
		arn  string
		tags []types.Tag
		code string
	}{
		"reserved prefix": {arn, tag("aws:x", "y"), "InvalidParameterException"},
		"long key":        {arn, tag(strings.Repeat("k", 129), ""), "InvalidParameterException"},
		"long value":      {arn, tag("k", strings.Repeat("v", 257)), "InvalidParameterException"},
		"characters":      {arn, tag("k", "<v>"), "InvalidParameterException"},
		"duplicate":       {arn, append(tag("k", "1"), tag("k", "2")...), "InvalidParameterException"},
		"51 tags":         {arn, many, "InvalidParameterException"},
		"no definition":   {iisARN + "9", tag("k", "v"), "ResourceNotFoundException"},
		"no cluster":      {webARN, tag("k", "v"), "ClusterNotFoundException"},
		"no ARN":          {"iis:1", tag("k", "v"), "InvalidParameterException"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.TagResource(t.Context(), &ecs.TagResourceInput{ResourceArn: &test.arn, Tags: test.tags})
			wantError(t, err, test.code, "")
		})
	}
	must(c.DeregisterTaskDefinition(t.Context(), &ecs.DeregisterTaskDefinitionInput{TaskDefinition: &arn}))(t)
	_, err := c.TagResource(t.Context(), &ecs.TagResourceInput{ResourceArn: &arn, Tags: tag("k", "v")})
	wantError(t, err, "InvalidParameterException", "")
}
