package ecs

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/schemas"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// The states of a cluster that the model knows.
const (
	active   = "ACTIVE"
	inactive = "INACTIVE"
)

// cluster is a cluster, also one that was deleted: ECS keeps describing those
// as INACTIVE for a while, the model for ever.
type cluster struct {
	types.Cluster
	instances []*containerInstance
	tasks     []*task
}

func (c *cluster) active() bool {
	return *c.Status == active
}

// resourceName is what a cluster may be called (API reference, CreateCluster).
var resourceName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,255}$`)

// defaultCluster is the name that calls mean when they give none.
const defaultCluster = "default"

func readCreateCluster(in *api.CreateClusterInput) input {
	return input{schemas.CreateClusterRequest, awsjson.Fields{
		schemas.CreateClusterRequest_capacityProviders:               awsjson.Texts(&in.CapacityProviders),
		schemas.CreateClusterRequest_clusterName:                     awsjson.Text(&in.ClusterName),
		schemas.CreateClusterRequest_configuration:                   awsjson.Structure(&in.Configuration),
		schemas.CreateClusterRequest_defaultCapacityProviderStrategy: awsjson.Structures(&in.DefaultCapacityProviderStrategy),
		schemas.CreateClusterRequest_serviceConnectDefaults:          awsjson.Structure(&in.ServiceConnectDefaults),
		schemas.CreateClusterRequest_settings:                        awsjson.Structures(&in.Settings),
		schemas.CreateClusterRequest_tags:                            awsjson.Structures(&in.Tags),
	}}
}

// createCluster creates a cluster. On the name of an ACTIVE one it returns
// that one, unchanged, as ECS does; a deleted one comes back empty.
func (w *world) createCluster(_ wire.Request, in *api.CreateClusterInput) (smithy.Serializable, error) {
	called := valueOf(in.ClusterName)
	if called == "" {
		called = defaultCluster
	}
	// The text is assumed.
	if !resourceName.MatchString(called) {
		return nil, invalidf("Cluster name contains invalid characters or is too long.")
	}
	err := firstError(
		w.checkProviders(in.CapacityProviders),
		checkStrategy(in.CapacityProviders, in.DefaultCapacityProviderStrategy),
		checkSettings(in.Settings),
		checkConfiguration(in.Configuration),
		checkTags(in.Tags),
	)
	if err != nil {
		return nil, err
	}
	if old := w.clusters[called]; old != nil && old.active() {
		return &api.CreateClusterOutput{Cluster: old.show(types.ClusterFieldSettings, types.ClusterFieldTags,
			types.ClusterFieldConfigurations)}, nil
	}
	c := &cluster{Cluster: types.Cluster{
		ClusterArn:                      aws.String(w.arn("cluster/" + called)),
		ClusterName:                     aws.String(called),
		Status:                          aws.String(active),
		CapacityProviders:               orEmpty(in.CapacityProviders),
		DefaultCapacityProviderStrategy: orEmpty(in.DefaultCapacityProviderStrategy),
		Configuration:                   in.Configuration,
		Settings:                        w.completeSettings(in.Settings),
		Tags:                            orEmpty(in.Tags),
	}}
	c.connect(w, in.ServiceConnectDefaults)
	w.clusters[called] = c
	return &api.CreateClusterOutput{Cluster: c.show(types.ClusterFieldSettings, types.ClusterFieldTags,
		types.ClusterFieldConfigurations)}, nil
}

// CreateCluster creates a cluster of this name with nothing else set.
func (m *Model) CreateCluster(at wire.Place, called string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, err := m.world(at).createCluster(wire.Request{}, &api.CreateClusterInput{ClusterName: &called})
	return err
}

func readDescribeClusters(in *api.DescribeClustersInput) input {
	return input{schemas.DescribeClustersRequest, awsjson.Fields{
		schemas.DescribeClustersRequest_clusters: awsjson.Texts(&in.Clusters),
		schemas.DescribeClustersRequest_include:  awsjson.Texts(&in.Include),
	}}
}

// maxDescribe is how many things one Describe call takes (API reference).
const maxDescribe = 100

func (w *world) describeClusters(r wire.Request, in *api.DescribeClustersInput) (smithy.Serializable, error) {
	for _, f := range in.Include {
		if err := oneOf(invalidParameter, "include", f, f.Values()); err != nil {
			return nil, err
		}
	}
	if len(in.Clusters) > maxDescribe {
		return nil, invalidf("Clusters can have at most %d items.", maxDescribe)
	}
	asked := in.Clusters
	if len(asked) == 0 {
		asked = []string{defaultCluster}
	}
	out := &api.DescribeClustersOutput{Clusters: []types.Cluster{}, Failures: []types.Failure{}}
	for _, ref := range asked {
		if ref == "" {
			return nil, invalidf("Clusters can not be blank.")
		}
		c := w.findCluster(ref)
		if c == nil || r.Missing {
			out.Failures = append(out.Failures, types.Failure{
				Arn:    aws.String(w.clusterARN(ref)),
				Reason: aws.String("MISSING"),
			})
			continue
		}
		out.Clusters = append(out.Clusters, *c.show(in.Include...))
	}
	return out, nil
}

func readListClusters(in *api.ListClustersInput) input {
	return input{schemas.ListClustersRequest, awsjson.Fields{
		schemas.ListClustersRequest_maxResults: awsjson.Number(&in.MaxResults),
		schemas.ListClustersRequest_nextToken:  awsjson.Text(&in.NextToken),
	}}
}

func (w *world) listClusters(r wire.Request, in *api.ListClustersInput) (smithy.Serializable, error) {
	var names []string
	for _, n := range slices.Sorted(maps.Keys(w.clusters)) {
		if w.clusters[n].active() && !r.Missing {
			names = append(names, n)
		}
	}
	cut, next, err := pageOfNames(names, in.NextToken, valueOf(in.MaxResults))
	if err != nil {
		return nil, err
	}
	out := &api.ListClustersOutput{ClusterArns: []string{}, NextToken: next}
	for _, n := range cut {
		out.ClusterArns = append(out.ClusterArns, *w.clusters[n].ClusterArn)
	}
	return out, nil
}

func readUpdateCluster(in *api.UpdateClusterInput) input {
	return input{schemas.UpdateClusterRequest, awsjson.Fields{
		schemas.UpdateClusterRequest_cluster:                awsjson.Text(&in.Cluster),
		schemas.UpdateClusterRequest_configuration:          awsjson.Structure(&in.Configuration),
		schemas.UpdateClusterRequest_serviceConnectDefaults: awsjson.Structure(&in.ServiceConnectDefaults),
		schemas.UpdateClusterRequest_settings:               awsjson.Structures(&in.Settings),
	}}
}

func (w *world) updateCluster(_ wire.Request, in *api.UpdateClusterInput) (smithy.Serializable, error) {
	c, err := w.activeCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	if err := firstError(checkSettings(in.Settings), checkConfiguration(in.Configuration)); err != nil {
		return nil, err
	}
	if in.Configuration != nil {
		c.Configuration = in.Configuration
	}
	c.set(in.Settings)
	c.connect(w, in.ServiceConnectDefaults)
	return &api.UpdateClusterOutput{Cluster: c.show(types.ClusterFieldSettings, types.ClusterFieldTags,
		types.ClusterFieldConfigurations)}, nil
}

func readUpdateClusterSettings(in *api.UpdateClusterSettingsInput) input {
	return input{schemas.UpdateClusterSettingsRequest, awsjson.Fields{
		schemas.UpdateClusterSettingsRequest_cluster:  awsjson.Text(&in.Cluster),
		schemas.UpdateClusterSettingsRequest_settings: awsjson.Structures(&in.Settings),
	}}
}

func (w *world) updateClusterSettings(
	_ wire.Request, in *api.UpdateClusterSettingsInput,
) (smithy.Serializable, error) {
	c, err := w.activeCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	if len(in.Settings) == 0 {
		return nil, invalidf("Settings can not be empty.")
	}
	if err := checkSettings(in.Settings); err != nil {
		return nil, err
	}
	c.set(in.Settings)
	return &api.UpdateClusterSettingsOutput{Cluster: c.show(types.ClusterFieldSettings, types.ClusterFieldTags)}, nil
}

func readDeleteCluster(in *api.DeleteClusterInput) input {
	return input{schemas.DeleteClusterRequest, awsjson.Fields{
		schemas.DeleteClusterRequest_cluster: awsjson.Text(&in.Cluster),
	}}
}

// deleteCluster makes a cluster INACTIVE. It can still be described, and its
// name can be used again.
func (w *world) deleteCluster(_ wire.Request, in *api.DeleteClusterInput) (smithy.Serializable, error) {
	c, err := w.activeCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	if err := c.checkEmpty(); err != nil {
		return nil, err
	}
	c.Status = aws.String(inactive)
	c.CapacityProviders = []string{}
	c.DefaultCapacityProviderStrategy = []types.CapacityProviderStrategyItem{}
	return &api.DeleteClusterOutput{Cluster: c.show(types.ClusterFieldSettings, types.ClusterFieldTags)}, nil
}

// checkEmpty refuses to delete a cluster that is in use. The texts are AWS's.
func (c *cluster) checkEmpty() error {
	runs, pends := c.counts()
	switch {
	case len(c.registeredInstances()) > 0:
		return wire.Errorf(containsInstances,
			"The Cluster cannot be deleted while Container Instances are active or draining.")
	case runs+pends > 0:
		return wire.Errorf(containsTasks, "The Cluster cannot be deleted while Tasks are active.")
	}
	return nil
}

// findCluster returns the cluster that a name or an ARN means, or nil.
func (w *world) findCluster(ref string) *cluster {
	if called, ok := strings.CutPrefix(ref, w.arn("cluster/")); ok {
		return w.clusters[called]
	}
	return w.clusters[ref]
}

// activeCluster returns the ACTIVE cluster that a name or an ARN means.
func (w *world) activeCluster(ref *string) (*cluster, error) {
	called := valueOf(ref)
	if called == "" {
		called = defaultCluster
	}
	c := w.findCluster(called)
	switch {
	case c == nil:
		return nil, wire.Errorf(clusterNotFound, "Cluster not found.")
	case !c.active():
		return nil, wire.Errorf(clusterNotFound, "The referenced cluster was inactive.")
	}
	return c, nil
}

func (w *world) clusterARN(ref string) string {
	if strings.HasPrefix(ref, "arn:") {
		return ref
	}
	return w.arn("cluster/" + ref)
}

// show returns what ECS reports of a cluster: the lists that include asks for
// are full, the others empty, and what is not a list is absent.
func (c *cluster) show(include ...types.ClusterField) *types.Cluster {
	shown := c.Cluster
	shown.RegisteredContainerInstancesCount = int32(len(c.registeredInstances()))
	shown.RunningTasksCount, shown.PendingTasksCount = c.counts()
	if !slices.Contains(include, types.ClusterFieldTags) {
		shown.Tags = []types.Tag{}
	}
	if !slices.Contains(include, types.ClusterFieldSettings) {
		shown.Settings = []types.ClusterSetting{}
	}
	if !slices.Contains(include, types.ClusterFieldConfigurations) {
		shown.Configuration = nil
	}
	shown.Statistics = []types.KeyValuePair{}
	if slices.Contains(include, types.ClusterFieldStatistics) {
		shown.Statistics = c.statistics()
	}
	if slices.Contains(include, types.ClusterFieldAttachments) {
		shown.Attachments = []types.Attachment{}
	}
	return &shown
}

// statistics returns the counts by launch type. There are no services.
func (c *cluster) statistics() []types.KeyValuePair {
	counts := map[string]int{}
	for _, t := range c.tasks {
		launch := "EC2"
		if t.launchType == types.LaunchTypeFargate {
			launch = "Fargate"
		}
		switch {
		case t.status == running:
			counts["running"+launch+"TasksCount"]++
		case t.pending():
			counts["pending"+launch+"TasksCount"]++
		}
	}
	var all []types.KeyValuePair
	for _, n := range []string{
		"runningEC2TasksCount", "runningFargateTasksCount", "pendingEC2TasksCount", "pendingFargateTasksCount",
		"activeEC2ServiceCount", "activeFargateServiceCount", "drainingEC2ServiceCount", "drainingFargateServiceCount",
	} {
		all = append(all, pair(n, strconv.Itoa(counts[n])))
	}
	return all
}

// completeSettings adds the default of every setting that is not given.
func (w *world) completeSettings(given []types.ClusterSetting) []types.ClusterSetting {
	if len(given) > 0 {
		return given
	}
	insights := w.settings.accountDefault(types.SettingNameContainerInsights)
	return []types.ClusterSetting{{Name: types.ClusterSettingNameContainerInsights, Value: aws.String(insights)}}
}

// set changes the settings that are given and keeps the others.
func (c *cluster) set(given []types.ClusterSetting) {
	for _, s := range given {
		same := func(old types.ClusterSetting) bool { return old.Name == s.Name }
		c.Settings = append(slices.DeleteFunc(slices.Clone(c.Settings), same), s)
	}
}

// connect sets the default Service Connect namespace; an empty one takes the
// default away. ECS keeps the namespace's ARN, the model a made-up one of the
// same name.
func (c *cluster) connect(w *world, given *types.ClusterServiceConnectDefaultsRequest) {
	if given == nil {
		return
	}
	namespace := valueOf(given.Namespace)
	if namespace == "" {
		c.ServiceConnectDefaults = nil
		return
	}
	if !strings.HasPrefix(namespace, "arn:") {
		namespace = "arn:" + w.Partition + ":servicediscovery:" + w.Region + ":" + w.Account + ":namespace/" + namespace
	}
	c.ServiceConnectDefaults = &types.ClusterServiceConnectDefaults{Namespace: &namespace}
}

func checkSettings(given []types.ClusterSetting) error {
	for _, s := range given {
		if err := oneOf(invalidParameter, "cluster setting name", s.Name, s.Name.Values()); err != nil {
			return err
		}
		switch valueOf(s.Value) {
		case "enabled", "disabled", "enhanced":
		default:
			return invalidf("cluster setting value should be one of [disabled,enabled,enhanced]")
		}
	}
	return nil
}

func checkConfiguration(given *types.ClusterConfiguration) error {
	if given == nil || given.ExecuteCommandConfiguration == nil {
		return nil
	}
	execute := given.ExecuteCommandConfiguration
	if err := oneOf(invalidParameter, "logging", execute.Logging, execute.Logging.Values()); err != nil {
		return err
	}
	// The API reference: a log configuration goes with OVERRIDE, and OVERRIDE
	// wants one. The texts are assumed.
	override := execute.Logging == types.ExecuteCommandLoggingOverride
	switch {
	case override && execute.LogConfiguration == nil:
		return invalidf("logConfiguration must be specified when logging is OVERRIDE.")
	case !override && execute.LogConfiguration != nil:
		return invalidf("logConfiguration can only be specified when logging is OVERRIDE.")
	}
	return nil
}

// orEmpty turns nil into an empty list, which is what ECS reports.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
