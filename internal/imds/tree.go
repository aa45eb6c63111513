package imds

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Paths below latest/ that others than clients read too.
const (
	UserDataPath = "user-data"
	// RolesPath lists the one role of the instance profile; below it are the role's credentials.
	RolesPath = "meta-data/iam/security-credentials/"
	// MACsPath lists the attached network interfaces by MAC.
	MACsPath = "meta-data/network/interfaces/macs/"
	// TargetLifecyclePath is what Auto Scaling wants of the instance.
	TargetLifecyclePath = "meta-data/autoscaling/target-lifecycle-state"
)

// Instance is what the metadata tell of an instance at one moment. What is empty is not shown.
type Instance struct {
	ID, Type, Region, Zone, Account, ImageID string
	LaunchedAt                               time.Time
	// Interfaces are the network interfaces that are attached, the primary one first.
	Interfaces []Interface
	UserData   string
	// Role is the role of the instance profile; Credentials are the role's own.
	Role        string
	Credentials Credentials
	// Lifecycle is autoscaling/target-lifecycle-state; empty: the instance is in no group.
	Lifecycle string
	// Tags are the instance's, where its metadata options show them.
	Tags map[string]string
}

// Interface is an attached network interface. MAC is in lower case, with colons.
type Interface struct {
	ID, MAC, VPC, Subnet string
	// Device is its device number.
	Device int
	// SecurityGroups are ids.
	SecurityGroups        []string
	Address               netip.Addr
	SubnetBlock, VPCBlock netip.Prefix
}

// Credentials are temporary ones.
type Credentials struct {
	AccessKeyID, SecretAccessKey, Token string
	Issued, Expires                     time.Time
}

// Partition returns the partition of a region, and the DNS domain of its endpoints.
func Partition(region string) (name, domain string) {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn", "amazonaws.com.cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov", "amazonaws.com"
	}
	return "aws", "amazonaws.com"
}

// Tree is the texts of the metadata by path below latest/, without a slash at either end.
type Tree map[string]string

// Set changes a text; an empty one takes the path away, with what is below it.
func (t Tree) Set(path, text string) {
	path = strings.Trim(path, "/")
	if text != "" {
		t[path] = text
		return
	}
	for p := range t {
		if p == path || strings.HasPrefix(p, path+"/") {
			delete(t, p)
		}
	}
}

// Get returns the text at a path, or the list of what is below it: one name a line, folders with a slash. A slash at the
// end of a path that is no folder finds nothing.
func (t Tree) Get(path string) (text string, ok bool) {
	path = strings.TrimPrefix(path, "/")
	if text, ok := t[path]; ok {
		return text, true
	}
	folder := ""
	if path != "" {
		folder = strings.TrimSuffix(path, "/") + "/"
	}
	var names []string
	for p := range t {
		rest, below := strings.CutPrefix(p, folder)
		if !below {
			continue
		}
		name, _, deeper := strings.Cut(rest, "/")
		if deeper {
			name += "/"
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), "\n"), len(names) > 0
}

// usual is more than the paths of most instances.
const usual = 48

// Tree lays the instance out as the service does.
func (i Instance) Tree() Tree {
	t := make(Tree, usual)
	partition, domain := Partition(i.Region)
	t.fill("meta-data/",
		"instance-id", i.ID, "instance-type", i.Type, "ami-id", i.ImageID, "instance-life-cycle", "on-demand",
		"placement/region", i.Region, "placement/availability-zone", i.Zone, "services/partition", partition, "services/domain", domain)
	t.fill("", UserDataPath, i.UserData, TargetLifecyclePath, i.Lifecycle, "dynamic/instance-identity/document", i.document())
	for key, value := range i.Tags {
		t.fill("meta-data/tags/instance/", key, value)
	}
	for at, n := range i.Interfaces {
		if at == 0 {
			t.fill("meta-data/", "mac", n.MAC, "local-ipv4", n.Address.String())
		}
		block := n.VPCBlock.String()
		t.fill(MACsPath+n.MAC+"/",
			"mac", n.MAC, "device-number", strconv.Itoa(n.Device), "interface-id", n.ID, "owner-id", i.Account,
			"security-group-ids", strings.Join(n.SecurityGroups, "\n"), "local-ipv4s", n.Address.String(),
			"vpc-id", n.VPC, "vpc-ipv4-cidr-block", block, "vpc-ipv4-cidr-blocks", block,
			"subnet-id", n.Subnet, "subnet-ipv4-cidr-block", n.SubnetBlock.String())
	}
	if i.Role != "" {
		t.fill("meta-data/iam/", "info", i.profile(partition), "security-credentials/"+i.Role, i.Credentials.text())
	}
	return t
}

// fill sets texts in a folder, given as pairs of name and text, but for those that are empty.
func (t Tree) fill(folder string, pairs ...string) {
	for pair := range slices.Chunk(pairs, 2) {
		if pair[1] != "" {
			t[folder+pair[0]] = pair[1]
		}
	}
}

// document is the instance identity document.
func (i Instance) document() string {
	d := struct {
		AccountID    string `json:"accountId"`
		Architecture string `json:"architecture"`
		Zone         string `json:"availabilityZone"`
		ImageID      string `json:"imageId"`
		InstanceID   string `json:"instanceId"`
		Type         string `json:"instanceType"`
		PendingTime  string `json:"pendingTime"`
		PrivateIP    string `json:"privateIp,omitempty"`
		Region       string `json:"region"`
		Version      string `json:"version"`
	}{i.Account, "x86_64", i.Zone, i.ImageID, i.ID, i.Type, stamp(i.LaunchedAt), "", i.Region, "2017-09-30"}
	if len(i.Interfaces) > 0 {
		d.PrivateIP = i.Interfaces[0].Address.String()
	}
	return encode(d)
}

// profile tells of the instance profile.
func (i Instance) profile(partition string) string {
	return encode(struct {
		Code, LastUpdated, InstanceProfileArn string
	}{"Success", stamp(i.Credentials.Issued), "arn:" + partition + ":iam::" + i.Account + ":instance-profile/" + i.Role})
}

func (c Credentials) text() string {
	return encode(struct {
		Code, LastUpdated, Type string
		AccessKeyID             string `json:"AccessKeyId"`
		SecretAccessKey, Token  string
		Expiration              string
	}{"Success", stamp(c.Issued), "AWS-HMAC", c.AccessKeyID, c.SecretAccessKey, c.Token, stamp(c.Expires)})
}

// encode writes JSON.
func encode(document any) string {
	// Structures of texts always have a form in JSON.
	text, _ := json.Marshal(document)
	return string(text)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
