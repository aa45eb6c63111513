package ec2

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/internal/imds"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// MetadataOptions are the options of an instance's metadata service.
type MetadataOptions struct {
	imds.Options
	// Tags tells that the service shows the instance's tags:
	// InstanceMetadataTags.
	Tags bool
}

// maxHops is the largest hop limit (EC2 API reference,
// InstanceMetadataOptionsRequest).
const maxHops = 64

// metadataOptions reads MetadataOptions. What is not given is as the API
// reference says: the service is on, tokens are optional, their answers go one
// hop, tags are not shown.
func (q query) metadataOptions() (MetadataOptions, error) {
	var o MetadataOptions
	for _, member := range []struct {
		name, off, on string
		into          *bool
	}{
		{"HttpEndpoint", "enabled", "disabled", &o.Disabled},
		{"HttpTokens", "optional", "required", &o.TokenRequired},
		{"InstanceMetadataTags", "disabled", "enabled", &o.Tags},
	} {
		value := q.form.Get("MetadataOptions." + member.name)
		if !slices.Contains([]string{"", member.off, member.on}, value) {
			return o, wire.Errorf("InvalidParameterValue", "Invalid value '%s' for %s.", value, member.name)
		}
		*member.into = value == member.on
	}
	o.HopLimit = 1
	if text := q.form.Get("MetadataOptions.HttpPutResponseHopLimit"); text != "" {
		hops, err := strconv.Atoi(text)
		if err != nil || hops < 1 || hops > maxHops {
			return o, wire.Errorf("InvalidParameterValue", "Invalid value '%s' for HttpPutResponseHopLimit.", text)
		}
		o.HopLimit = hops
	}
	return o, nil
}

// metadataItem is what EC2 reports of the options.
type metadataItem struct {
	State    string `xml:"state"`
	Tokens   string `xml:"httpTokens"`
	HopLimit int    `xml:"httpPutResponseHopLimit"`
	Endpoint string `xml:"httpEndpoint"`
	Tags     string `xml:"instanceMetadataTags"`
}

func (o MetadataOptions) item() metadataItem {
	word := func(on bool, yes, no string) string {
		if on {
			return yes
		}
		return no
	}
	return metadataItem{
		State: "applied", Tokens: word(o.TokenRequired, "required", "optional"), HopLimit: max(o.HopLimit, 1),
		Endpoint: word(o.Disabled, "disabled", "enabled"), Tags: word(o.Tags, "enabled", "disabled"),
	}
}

// profile reads the name of the instance profile, which may be given by its
// ARN. Whether there is one of that name is not asked: IAM is not modelled.
func (q query) profile() string {
	if name := q.form.Get("IamInstanceProfile.Name"); name != "" {
		return name
	}
	arn := q.form.Get("IamInstanceProfile.Arn")
	return arn[strings.LastIndex(arn, "/")+1:]
}

// profileItem is what EC2 reports of an instance profile.
type profileItem struct {
	ARN string `xml:"arn"`
}

func (w *world) profileARN(name string) string {
	return "arn:" + w.Partition + ":iam::" + w.Account + ":instance-profile/" + name
}
