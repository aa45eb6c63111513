package ecs_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

const webARN = "arn:aws:ecs:us-east-1:123456789012:cluster/web"

func web() *ecs.CreateClusterInput {
	return &ecs.CreateClusterInput{
		ClusterName:       aws.String("web"),
		CapacityProviders: []string{"FARGATE"},
		Settings:          []types.ClusterSetting{{Name: "containerInsights", Value: aws.String("enhanced")}},
		Tags:              []types.Tag{{Key: aws.String("team"), Value: aws.String("a")}},
		Configuration: &types.ClusterConfiguration{
			ExecuteCommandConfiguration: &types.ExecuteCommandConfiguration{Logging: types.ExecuteCommandLoggingDefault},
		},
	}
}

func TestCreateClusterReportsAll(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	got := must(c.CreateCluster(t.Context(), web()))(t).Cluster
	want := &types.Cluster{
		ClusterArn:                      aws.String(webARN),
		ClusterName:                     aws.String("web"),
		Status:                          aws.String("ACTIVE"),
		CapacityProviders:               []string{"FARGATE"},
		DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
		Settings:                        web().Settings,
		Tags:                            web().Tags,
		Configuration:                   web().Configuration,
		Statistics:                      []types.KeyValuePair{},
	}
	if d := diff(want, got); d != "" {
		t.Errorf("CreateCluster (-want +got):\n%s", d)
	}
}

func TestDescribeClustersShowsWhatIsIncluded(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	must(c.CreateCluster(t.Context(), web()))(t)
	bare := types.Cluster{
		ClusterArn:                      aws.String(webARN),
		ClusterName:                     aws.String("web"),
		Status:                          aws.String("ACTIVE"),
		CapacityProviders:               []string{"FARGATE"},
		DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
		Settings:                        []types.ClusterSetting{},
		Tags:                            []types.Tag{},
		Statistics:                      []types.KeyValuePair{},
	}
	for name, test := range map[string]struct {
		include []types.ClusterField
		change  func(*types.Cluster)
	}{
		"nothing": {nil, func(*types.Cluster) {}},
		"tags":    {[]types.ClusterField{"TAGS"}, func(w *types.Cluster) { w.Tags = web().Tags }},
		"settings": {[]types.ClusterField{"SETTINGS"}, func(w *types.Cluster) {
			w.Settings = web().Settings
		}},
		"configurations": {[]types.ClusterField{"CONFIGURATIONS"}, func(w *types.Cluster) {
			w.Configuration = web().Configuration
		}},
		"attachments": {[]types.ClusterField{"ATTACHMENTS"}, func(w *types.Cluster) {
			w.Attachments = []types.Attachment{}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := must(c.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{
				Clusters: []string{webARN}, Include: test.include,
			}))(t)
			want := bare
			test.change(&want)
			if d := diff([]types.Cluster{want}, out.Clusters); d != "" {
				t.Errorf("DescribeClusters (-want +got):\n%s", d)
			}
		})
	}
	out := must(c.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{
		Clusters: []string{"web"}, Include: []types.ClusterField{"STATISTICS"},
	}))(t)
	if len(out.Clusters[0].Statistics) == 0 {
		t.Error("DescribeClusters with STATISTICS has none")
	}
}

func TestDescribeClustersReportsFailures(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	out := must(c.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{
		Clusters: []string{"none", webARN},
	}))(t)
	want := []types.Failure{
		{Arn: aws.String("arn:aws:ecs:us-east-1:123456789012:cluster/none"), Reason: aws.String("MISSING")},
		{Arn: aws.String(webARN), Reason: aws.String("MISSING")},
	}
	if d := diff(want, out.Failures); d != "" {
		t.Errorf("failures (-want +got):\n%s", d)
	}
	if len(out.Clusters) != 0 {
		t.Errorf("clusters = %v, want none", out.Clusters)
	}
}

func TestCreateClusterOnAnActiveNameReturnsThatCluster(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	first := must(c.CreateCluster(t.Context(), web()))(t).Cluster
	second := must(c.CreateCluster(t.Context(), &ecs.CreateClusterInput{
		ClusterName: aws.String("web"),
	}))(t).Cluster
	if d := diff(first, second); d != "" {
		t.Errorf("the second CreateCluster returned another cluster (-first +second):\n%s", d)
	}
}

func TestDeletedClusterIsInactiveAndComesBackEmpty(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	must(c.CreateCluster(t.Context(), web()))(t)
	deleted := must(c.DeleteCluster(t.Context(), &ecs.DeleteClusterInput{Cluster: aws.String("web")}))(t)
	if got := *deleted.Cluster.Status; got != "INACTIVE" {
		t.Errorf("DeleteCluster: status %s, want INACTIVE", got)
	}
	described := must(c.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{
		Clusters: []string{"web"},
	}))(t)
	if got := *described.Clusters[0].Status; got != "INACTIVE" {
		t.Errorf("DescribeClusters after the deletion: status %s, want INACTIVE", got)
	}
	listed := must(c.ListClusters(t.Context(), &ecs.ListClustersInput{}))(t)
	if len(listed.ClusterArns) != 0 {
		t.Errorf("ListClusters after the deletion: %v, want none", listed.ClusterArns)
	}
	_, err := c.DeleteCluster(t.Context(), &ecs.DeleteClusterInput{Cluster: aws.String("web")})
	wantError(t, err, "ClusterNotFoundException", "The referenced cluster was inactive.")

	again := must(c.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("web")}))(t)
	if got := *again.Cluster.Status; got != "ACTIVE" || len(again.Cluster.Tags) != 0 {
		t.Errorf("re-created cluster: status %s with %d tags, want ACTIVE with none", got, len(again.Cluster.Tags))
	}
}

func TestUpdateClusterKeepsWhatIsNotGiven(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	must(c.CreateCluster(t.Context(), web()))(t)
	out := must(c.UpdateCluster(t.Context(), &ecs.UpdateClusterInput{
		Cluster:                aws.String("web"),
		ServiceConnectDefaults: &types.ClusterServiceConnectDefaultsRequest{Namespace: aws.String("internal")},
	}))(t).Cluster
	if d := diff(web().Settings, out.Settings); d != "" {
		t.Errorf("settings (-want +got):\n%s", d)
	}
	if d := diff(web().Configuration, out.Configuration); d != "" {
		t.Errorf("configuration (-want +got):\n%s", d)
	}
	if got := aws.ToString(out.ServiceConnectDefaults.Namespace); !strings.HasSuffix(got, ":namespace/internal") {
		t.Errorf("namespace = %q, want an ARN of internal", got)
	}
	out = must(c.UpdateCluster(t.Context(), &ecs.UpdateClusterInput{
		Cluster:                aws.String("web"),
		Settings:               []types.ClusterSetting{{Name: "containerInsights", Value: aws.String("disabled")}},
		ServiceConnectDefaults: &types.ClusterServiceConnectDefaultsRequest{Namespace: aws.String("")},
	}))(t).Cluster
	if got := *out.Settings[0].Value; got != "disabled" || out.ServiceConnectDefaults != nil {
		t.Errorf("after the change: insights %s, defaults %v; want disabled and none", got, out.ServiceConnectDefaults)
	}
}

func TestCapacityProviders(t *testing.T) {
	t.Parallel()
	item := func(provider string, base, weight int32) types.CapacityProviderStrategyItem {
		return types.CapacityProviderStrategyItem{CapacityProvider: aws.String(provider), Base: base, Weight: weight}
	}
	both := []string{"FARGATE", "FARGATE_SPOT"}
	for name, test := range map[string]struct {
		providers []string
		strategy  []types.CapacityProviderStrategyItem
		wrong     string
	}{
		"both":            {both, []types.CapacityProviderStrategyItem{item("FARGATE", 1, 1), item("FARGATE_SPOT", 0, 4)}, ""},
		"none":            {[]string{}, []types.CapacityProviderStrategyItem{}, ""},
		"unknown":         {[]string{"mine"}, []types.CapacityProviderStrategyItem{}, "was not found"},
		"twice":           {[]string{"FARGATE", "FARGATE"}, []types.CapacityProviderStrategyItem{}, "duplicate"},
		"not associated":  {[]string{"FARGATE"}, []types.CapacityProviderStrategyItem{item("FARGATE_SPOT", 0, 1)}, "not associated"},
		"two bases":       {both, []types.CapacityProviderStrategyItem{item("FARGATE", 1, 1), item("FARGATE_SPOT", 1, 1)}, "Only one"},
		"weight too high": {both, []types.CapacityProviderStrategyItem{item("FARGATE", 0, 1001)}, "weight"},
		"base too high":   {both, []types.CapacityProviderStrategyItem{item("FARGATE", 100_001, 1)}, "base"},
		"item twice":      {both, []types.CapacityProviderStrategyItem{item("FARGATE", 0, 1), item("FARGATE", 0, 2)}, "more than once"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newClient(t)
			must(c.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("web")}))(t)
			out, err := c.PutClusterCapacityProviders(t.Context(), &ecs.PutClusterCapacityProvidersInput{
				Cluster: aws.String("web"), CapacityProviders: test.providers, DefaultCapacityProviderStrategy: test.strategy,
			})
			if test.wrong != "" {
				wantError(t, err, "InvalidParameterException", "")
				if err != nil && !strings.Contains(err.Error(), test.wrong) {
					t.Errorf("error %q does not say %q", err, test.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := diff(test.strategy, out.Cluster.DefaultCapacityProviderStrategy); d != "" {
				t.Errorf("strategy (-want +got):\n%s", d)
			}
		})
	}
}

func TestClusterCallsRefuse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		do            func(*ecs.Client) error
		code, message string
	}{
		"a bad name": {func(c *ecs.Client) error {
			_, err := c.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("not valid")})
			return err
		}, "InvalidParameterException", ""},
		"a reserved tag": {func(c *ecs.Client) error {
			_, err := c.CreateCluster(t.Context(), &ecs.CreateClusterInput{
				Tags: []types.Tag{{Key: aws.String("AWS:x"), Value: aws.String("y")}},
			})
			return err
		}, "InvalidParameterException", ""},
		"an unknown setting": {func(c *ecs.Client) error {
			_, err := c.CreateCluster(t.Context(), &ecs.CreateClusterInput{
				Settings: []types.ClusterSetting{{Name: "colour", Value: aws.String("enabled")}},
			})
			return err
		}, "InvalidParameterException", "cluster setting name should be one of [containerInsights]"},
		"log configuration without OVERRIDE": {func(c *ecs.Client) error {
			_, err := c.CreateCluster(t.Context(), &ecs.CreateClusterInput{
				Configuration: &types.ClusterConfiguration{ExecuteCommandConfiguration: &types.ExecuteCommandConfiguration{
					Logging: "DEFAULT", LogConfiguration: &types.ExecuteCommandLogConfiguration{},
				}},
			})
			return err
		}, "InvalidParameterException", ""},
		"an unknown include": {func(c *ecs.Client) error {
			_, err := c.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{Include: []types.ClusterField{"ALL"}})
			return err
		}, "InvalidParameterException", "include should be one of [ATTACHMENTS,CONFIGURATIONS,SETTINGS,STATISTICS,TAGS]"},
		"a missing cluster": {func(c *ecs.Client) error {
			_, err := c.UpdateCluster(t.Context(), &ecs.UpdateClusterInput{Cluster: aws.String("none")})
			return err
		}, "ClusterNotFoundException", "Cluster not found."},
		"101 clusters": {func(c *ecs.Client) error {
			_, err := c.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{Clusters: make([]string, 101)})
			return err
		}, "InvalidParameterException", "Clusters can have at most 100 items."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newClient(t)
			wantError(t, test.do(c), test.code, test.message)
		})
	}
}

func TestListClustersPages(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	var want []string
	for i := range 7 {
		name := "c" + strconv.Itoa(i)
		out := must(c.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: &name}))(t)
		want = append(want, *out.Cluster.ClusterArn)
	}
	var got []string
	pages := 0
	for p := ecs.NewListClustersPaginator(c, &ecs.ListClustersInput{MaxResults: aws.Int32(3)}); p.HasMorePages(); pages++ {
		out := must(p.NextPage(t.Context()))(t)
		got = append(got, out.ClusterArns...)
	}
	if d := diff(want, got); d != "" || pages != 3 {
		t.Errorf("%d pages, want 3 (-want +got):\n%s", pages, d)
	}
	_, err := c.ListClusters(t.Context(), &ecs.ListClustersInput{NextToken: aws.String("§")})
	wantError(t, err, "InvalidParameterException", "Invalid token")
	_, err = c.ListClusters(t.Context(), &ecs.ListClustersInput{MaxResults: aws.Int32(101)})
	wantError(t, err, "InvalidParameterException", "")
}

func TestRegionsAreWorldsOfTheirOwn(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	must(c.CreateCluster(t.Context(), web()))(t)
	elsewhere := func(o *ecs.Options) { o.Region = "cn-north-1" }
	out := must(c.DescribeClusters(t.Context(),
		&ecs.DescribeClustersInput{Clusters: []string{"web"}}, elsewhere))(t)
	if len(out.Clusters) != 0 {
		t.Errorf("another region has the cluster: %v", *out.Clusters[0].ClusterArn)
	}
	made := must(c.CreateCluster(t.Context(), web(), elsewhere))(t)
	if got, want := *made.Cluster.ClusterArn, "arn:aws-cn:ecs:cn-north-1:123456789012:cluster/web"; got != want {
		t.Errorf("ARN there = %s, want %s", got, want)
	}
}
