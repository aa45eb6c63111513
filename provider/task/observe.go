package task

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// observe fills in what AWS reports of the task, and what the plan left to
// AWS. The network interface is not part of that.
func (m *model) observe(t *ecstypes.Task) {
	m.ARN = types.StringPointerValue(t.TaskArn)
	m.TaskDefinitionARN = text(t.TaskDefinitionArn)
	m.LastStatus = text(t.LastStatus)
	m.DesiredStatus = text(t.DesiredStatus)
	m.StopCode = text(aws.String(string(t.StopCode)))
	m.StoppedReason = text(t.StoppedReason)
	m.AvailabilityZone = text(t.AvailabilityZone)
	m.CapacityProviderName = text(t.CapacityProviderName)
	m.CreatedAt, m.StartedAt, m.StoppedAt = timestamp(t.CreatedAt), timestamp(t.StartedAt), timestamp(t.StoppedAt)
	m.Containers = containersFromAPI(t.Containers)
	m.ContainerInstanceARN = text(t.ContainerInstanceArn)
	if m.EC2InstanceID.IsUnknown() {
		m.EC2InstanceID = types.StringNull()
	}
	if m.NetworkInterface.IsUnknown() {
		m.NetworkInterface = types.ObjectNull(networkInterfaceTypes())
	}
	if m.Group.IsUnknown() {
		m.Group = text(t.Group)
	}
	if m.StartedBy.IsUnknown() {
		m.StartedBy = text(t.StartedBy)
	}
	if m.ClientToken.IsUnknown() {
		m.ClientToken = types.StringNull()
	}
}

func containersFromAPI(containers []ecstypes.Container) types.Map {
	byName := make(map[string]attr.Value, len(containers))
	for _, c := range containers {
		byName[aws.ToString(c.Name)] = types.ObjectValueMust(containerType().AttrTypes, map[string]attr.Value{
			"arn":           text(c.ContainerArn),
			"last_status":   text(c.LastStatus),
			"exit_code":     widen(c.ExitCode),
			"image_digest":  text(c.ImageDigest),
			"runtime_id":    text(c.RuntimeId),
			"health_status": text(aws.String(string(c.HealthStatus))),
			"reason":        text(c.Reason),
		})
	}
	return types.MapValueMust(containerType(), byName)
}

// eni is a task's network interface as ECS reports it: an attachment (API
// Reference, Attachment).
type eni struct {
	status                               string
	id, subnetID, mac, dnsName, ipv4Addr *string
}

const (
	attachmentDetached = "DETACHED"
	attachmentDeleted  = "DELETED"
)

// eniOf returns the interface of a task; nil where the task has none, be it
// that it is not in awsvpc mode, that ECS has not made it yet, or that it is
// gone.
func eniOf(t *ecstypes.Task) *eni {
	for _, a := range t.Attachments {
		if aws.ToString(a.Type) != "ElasticNetworkInterface" && aws.ToString(a.Type) != "eni" {
			continue
		}
		e := eni{status: aws.ToString(a.Status)}
		for _, d := range a.Details {
			switch aws.ToString(d.Name) {
			case "networkInterfaceId":
				e.id = d.Value
			case "subnetId":
				e.subnetID = d.Value
			case "macAddress":
				e.mac = d.Value
			case "privateDnsName":
				e.dnsName = d.Value
			case "privateIPv4Address":
				e.ipv4Addr = d.Value
			}
		}
		if aws.ToString(e.id) != "" && e.status != attachmentDeleted && e.status != attachmentDetached {
			return &e
		}
	}
	return nil
}

// fromECS is the interface where EC2 cannot be asked. groups are those that
// it had when EC2 could.
func (e *eni) fromECS(t *ecstypes.Task, groups types.Set) types.Object {
	return types.ObjectValueMust(networkInterfaceTypes(), map[string]attr.Value{
		"id": text(e.id), "private_ip_address": text(e.ipv4Addr), "mac_address": text(e.mac),
		"subnet_id": text(e.subnetID), "private_dns_name": text(e.dnsName),
		"availability_zone": text(t.AvailabilityZone),
		"security_groups":   groups,
	})
}

func interfaceFromEC2(n *ec2types.NetworkInterface) types.Object {
	groups := make([]string, 0, len(n.Groups))
	for _, g := range n.Groups {
		groups = append(groups, aws.ToString(g.GroupId))
	}
	slices.Sort(groups)
	return types.ObjectValueMust(networkInterfaceTypes(), map[string]attr.Value{
		"id": text(n.NetworkInterfaceId), "private_ip_address": text(n.PrivateIpAddress), "mac_address": text(n.MacAddress),
		"subnet_id": text(n.SubnetId), "private_dns_name": text(n.PrivateDnsName),
		"availability_zone": text(n.AvailabilityZone),
		"security_groups":   setOf(groups),
	})
}

// priorGroups are the security groups in the state of the same interface.
func (m *model) priorGroups(id *string) types.Set {
	known := m.NetworkInterface.Attributes()
	if had, ok := known["id"].(types.String); ok && had.ValueString() == aws.ToString(id) {
		if groups, ok := known["security_groups"].(types.Set); ok {
			return groups
		}
	}
	return types.SetNull(types.StringType)
}

// describe says in a line what is seen of a task, for errors.
func describe(t *ecstypes.Task) string {
	parts := []string{fmt.Sprintf("task %s (desired %s)", aws.ToString(t.LastStatus), aws.ToString(t.DesiredStatus))}
	for _, a := range t.Attachments {
		parts = append(parts, fmt.Sprintf("attachment %s %s", aws.ToString(a.Type), aws.ToString(a.Status)))
	}
	for _, c := range t.Containers {
		parts = append(parts, fmt.Sprintf("container %s %s", aws.ToString(c.Name), aws.ToString(c.LastStatus)))
	}
	return strings.Join(parts, ", ")
}
