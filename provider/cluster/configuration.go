package cluster

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// object reads the attributes of a Terraform object; those that are null or
// unknown read as absent.
type object map[string]attr.Value

func (o object) text(name string) *string {
	v, ok := o[name].(types.String)
	if !ok || v.IsUnknown() {
		return nil
	}
	return v.ValueStringPointer()
}

func (o object) flag(name string) bool {
	v, _ := o[name].(types.Bool)
	return v.ValueBool()
}

// object returns a nested object, or nil.
func (o object) object(name string) object {
	v, _ := o[name].(types.Object)
	return attributesOf(v)
}

func attributesOf(v types.Object) object {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	return v.Attributes()
}

func configurationToAPI(v types.Object) *ecstypes.ClusterConfiguration {
	o := attributesOf(v)
	if o == nil {
		return nil
	}
	c := &ecstypes.ClusterConfiguration{}
	if e := o.object("execute_command_configuration"); e != nil {
		c.ExecuteCommandConfiguration = &ecstypes.ExecuteCommandConfiguration{
			KmsKeyId: e.text("kms_key_id"),
			Logging:  ecstypes.ExecuteCommandLogging(aws.ToString(e.text("logging"))),
		}
		if l := e.object("log_configuration"); l != nil {
			c.ExecuteCommandConfiguration.LogConfiguration = &ecstypes.ExecuteCommandLogConfiguration{
				CloudWatchEncryptionEnabled: l.flag("cloud_watch_encryption_enabled"),
				CloudWatchLogGroupName:      l.text("cloud_watch_log_group_name"),
				S3BucketName:                l.text("s3_bucket_name"),
				S3EncryptionEnabled:         l.flag("s3_bucket_encryption_enabled"),
				S3KeyPrefix:                 l.text("s3_key_prefix"),
			}
		}
	}
	if s := o.object("managed_storage_configuration"); s != nil {
		c.ManagedStorageConfiguration = &ecstypes.ManagedStorageConfiguration{
			FargateEphemeralStorageKmsKeyId: s.text("fargate_ephemeral_storage_kms_key_id"),
			KmsKeyId:                        s.text("kms_key_id"),
		}
	}
	return c
}

// configurationChange returns the call's member that turns one configuration
// into another. What is absent from it AWS leaves as it is, so what is to go
// is set to its default.
func configurationChange(before, after *ecstypes.ClusterConfiguration) *ecstypes.ClusterConfiguration {
	change := &ecstypes.ClusterConfiguration{}
	if after != nil {
		*change = *after
	}
	if change.ExecuteCommandConfiguration == nil {
		change.ExecuteCommandConfiguration = &ecstypes.ExecuteCommandConfiguration{Logging: ecstypes.ExecuteCommandLoggingDefault}
	}
	if change.ManagedStorageConfiguration == nil && before != nil && before.ManagedStorageConfiguration != nil {
		change.ManagedStorageConfiguration = &ecstypes.ManagedStorageConfiguration{}
	}
	return change
}

// configurationFromAPI returns a configuration with what AWS reports, defaults
// included where AWS reports them.
func configurationFromAPI(c *ecstypes.ClusterConfiguration) types.Object {
	t := configurationType()
	if c == nil || c.ExecuteCommandConfiguration == nil && c.ManagedStorageConfiguration == nil {
		return types.ObjectNull(t.AttrTypes)
	}
	execute := types.ObjectNull(executeCommandType().AttrTypes)
	if e := c.ExecuteCommandConfiguration; e != nil {
		execute = types.ObjectValueMust(executeCommandType().AttrTypes, map[string]attr.Value{
			"kms_key_id":        types.StringPointerValue(e.KmsKeyId),
			"logging":           types.StringValue(string(cmp.Or(e.Logging, ecstypes.ExecuteCommandLoggingDefault))),
			"log_configuration": logConfigurationFromAPI(e.LogConfiguration),
		})
	}
	storage := types.ObjectNull(managedStorageType().AttrTypes)
	if s := c.ManagedStorageConfiguration; s != nil {
		storage = types.ObjectValueMust(managedStorageType().AttrTypes, map[string]attr.Value{
			"fargate_ephemeral_storage_kms_key_id": types.StringPointerValue(s.FargateEphemeralStorageKmsKeyId),
			"kms_key_id":                           types.StringPointerValue(s.KmsKeyId),
		})
	}
	return types.ObjectValueMust(t.AttrTypes, map[string]attr.Value{
		"execute_command_configuration": execute,
		"managed_storage_configuration": storage,
	})
}

func logConfigurationFromAPI(l *ecstypes.ExecuteCommandLogConfiguration) types.Object {
	if l == nil {
		return types.ObjectNull(logConfigurationType().AttrTypes)
	}
	return types.ObjectValueMust(logConfigurationType().AttrTypes, map[string]attr.Value{
		"cloud_watch_encryption_enabled": types.BoolValue(l.CloudWatchEncryptionEnabled),
		"cloud_watch_log_group_name":     types.StringPointerValue(l.CloudWatchLogGroupName),
		"s3_bucket_name":                 types.StringPointerValue(l.S3BucketName),
		"s3_bucket_encryption_enabled":   types.BoolValue(l.S3EncryptionEnabled),
		"s3_key_prefix":                  types.StringPointerValue(l.S3KeyPrefix),
	})
}

// meaning is a configuration as AWS understands it: two of the same meaning
// are the same to AWS, however they are spelled.
type meaning struct {
	logging                                ecstypes.ExecuteCommandLogging
	sessionKey, logGroup, bucket, prefix   string
	encryptLogGroup, encryptBucket         bool
	storageKey, fargateEphemeralStorageKey string
}

func meaningOf(c *ecstypes.ClusterConfiguration) meaning {
	m := meaning{logging: ecstypes.ExecuteCommandLoggingDefault}
	if c == nil {
		return m
	}
	if e := c.ExecuteCommandConfiguration; e != nil {
		m.logging = cmp.Or(e.Logging, m.logging)
		m.sessionKey = aws.ToString(e.KmsKeyId)
		if l := e.LogConfiguration; l != nil {
			m.logGroup, m.encryptLogGroup = aws.ToString(l.CloudWatchLogGroupName), l.CloudWatchEncryptionEnabled
			m.bucket, m.encryptBucket = aws.ToString(l.S3BucketName), l.S3EncryptionEnabled
			m.prefix = aws.ToString(l.S3KeyPrefix)
		}
	}
	if s := c.ManagedStorageConfiguration; s != nil {
		m.storageKey = aws.ToString(s.KmsKeyId)
		m.fargateEphemeralStorageKey = aws.ToString(s.FargateEphemeralStorageKmsKeyId)
	}
	return m
}

// planSilence returns the planned configuration where none is configured:
// AWS's defaults, in the spelling that the prior state has for them.
func planSilence(prior types.Object) types.Object {
	if meaningOf(configurationToAPI(prior)) == meaningOf(nil) {
		return prior
	}
	return types.ObjectNull(configurationType().AttrTypes)
}

func serviceConnectToAPI(v types.Object) *ecstypes.ClusterServiceConnectDefaultsRequest {
	namespace := attributesOf(v).text("namespace")
	if namespace == nil {
		return nil
	}
	return &ecstypes.ClusterServiceConnectDefaultsRequest{Namespace: namespace}
}

// serviceConnectChange is serviceConnectToAPI for an update, where an empty
// name takes the defaults away.
func serviceConnectChange(v types.Object) *ecstypes.ClusterServiceConnectDefaultsRequest {
	return &ecstypes.ClusterServiceConnectDefaultsRequest{Namespace: aws.String(aws.ToString(attributesOf(v).text("namespace")))}
}

func serviceConnectFromAPI(d *ecstypes.ClusterServiceConnectDefaults) types.Object {
	if d == nil || aws.ToString(d.Namespace) == "" {
		return types.ObjectNull(serviceConnectType().AttrTypes)
	}
	return types.ObjectValueMust(serviceConnectType().AttrTypes, map[string]attr.Value{
		"namespace": types.StringPointerValue(d.Namespace),
	})
}

func configurationType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"execute_command_configuration": executeCommandType(),
		"managed_storage_configuration": managedStorageType(),
	}}
}

func executeCommandType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"kms_key_id":        types.StringType,
		"logging":           types.StringType,
		"log_configuration": logConfigurationType(),
	}}
}

func logConfigurationType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"cloud_watch_encryption_enabled": types.BoolType,
		"cloud_watch_log_group_name":     types.StringType,
		"s3_bucket_name":                 types.StringType,
		"s3_bucket_encryption_enabled":   types.BoolType,
		"s3_key_prefix":                  types.StringType,
	}}
}

func managedStorageType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"fargate_ephemeral_storage_kms_key_id": types.StringType,
		"kms_key_id":                           types.StringType,
	}}
}

func serviceConnectType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{"namespace": types.StringType}}
}
