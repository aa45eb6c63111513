package ec2_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ec2"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sandboxtest"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

func must[T any](out T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	var got smithy.APIError
	if !errors.As(err, &got) || got.ErrorCode() != code {
		t.Errorf("got error %v, want %s", err, code)
	}
}

func filter(name string, values ...string) types.Filter {
	return types.Filter{Name: aws.String(name), Values: values}
}

func TestEveryRegionHasADefaultVPC(t *testing.T) {
	t.Parallel()
	c := sandboxtest.New(t, sandbox.Options{}).EC2()
	vpcs := must(c.DescribeVpcs(t.Context(), &api.DescribeVpcsInput{Filters: []types.Filter{filter("is-default", "true")}}))(t).Vpcs
	if len(vpcs) != 1 || *vpcs[0].CidrBlock != "172.31.0.0/16" {
		t.Fatalf("got %v", vpcs)
	}
	subnets := must(c.DescribeSubnets(t.Context(), &api.DescribeSubnetsInput{
		Filters: []types.Filter{filter("vpc-id", *vpcs[0].VpcId)},
	}))(t).Subnets
	got := map[string]string{}
	for _, s := range subnets {
		got[*s.AvailabilityZone] = *s.CidrBlock
		if *s.AvailableIpAddressCount != 4091 {
			t.Errorf("%s has %d free addresses", *s.SubnetId, *s.AvailableIpAddressCount)
		}
	}
	want := map[string]string{
		"us-east-1a": "172.31.0.0/20", "us-east-1b": "172.31.16.0/20", "us-east-1c": "172.31.32.0/20",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("subnets (-want +got):\n%s", d)
	}
	groups := must(c.DescribeSecurityGroups(t.Context(), &api.DescribeSecurityGroupsInput{
		Filters: []types.Filter{filter("group-name", "default")},
	}))(t).SecurityGroups
	if len(groups) != 1 || *groups[0].VpcId != *vpcs[0].VpcId {
		t.Errorf("security groups: %v", groups)
	}
	names := must(c.DescribeVpcAttribute(t.Context(), &api.DescribeVpcAttributeInput{
		VpcId: vpcs[0].VpcId, Attribute: types.VpcAttributeNameEnableDnsHostnames,
	}))(t)
	if !*names.EnableDnsHostnames.Value {
		t.Error("the default VPC gives no host names")
	}
	zones := must(c.DescribeAvailabilityZones(t.Context(), &api.DescribeAvailabilityZonesInput{}))(t).AvailabilityZones
	if len(zones) != 3 || *zones[2].ZoneId != "use1-az3" {
		t.Errorf("zones: %v", zones)
	}
}

func TestInstanceTypes(t *testing.T) {
	t.Parallel()
	c := sandboxtest.New(t, sandbox.Options{}).EC2()
	found := must(c.DescribeInstanceTypes(t.Context(), &api.DescribeInstanceTypesInput{
		InstanceTypes: []types.InstanceType{"m5.large", "c6in.32xlarge"},
	}))(t).InstanceTypes
	large := found[slices.IndexFunc(found, func(i types.InstanceTypeInfo) bool { return i.InstanceType == "m5.large" })]
	cards := found[slices.IndexFunc(found, func(i types.InstanceTypeInfo) bool { return i.InstanceType == "c6in.32xlarge" })]
	got := []int64{
		int64(*large.NetworkInfo.MaximumNetworkInterfaces), int64(*large.VCpuInfo.DefaultVCpus), *large.MemoryInfo.SizeInMiB,
		int64(*cards.NetworkInfo.MaximumNetworkInterfaces), int64(*cards.NetworkInfo.NetworkCards[0].MaximumNetworkInterfaces),
		int64(*cards.NetworkInfo.NetworkCards[1].MaximumNetworkInterfaces), int64(*cards.NetworkInfo.DefaultNetworkCardIndex),
	}
	if want := []int64{3, 2, 8192, 16, 8, 8, 0}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	_, err := c.DescribeInstanceTypes(t.Context(), &api.DescribeInstanceTypesInput{InstanceTypes: []types.InstanceType{"m5.huge"}})
	wantCode(t, err, "InvalidInstanceType")

	count := 0
	pages := api.NewDescribeInstanceTypesPaginator(c, &api.DescribeInstanceTypesInput{MaxResults: aws.Int32(100)})
	for pages.HasMorePages() {
		for _, i := range must(pages.NextPage(t.Context()))(t).InstanceTypes {
			count++
			if *i.NetworkInfo.MaximumNetworkInterfaces < 2 || *i.VCpuInfo.DefaultVCpus < 1 || *i.MemoryInfo.SizeInMiB < 512 {
				t.Errorf("%s: %v", i.InstanceType, i)
			}
		}
	}
	if count != 503 {
		t.Errorf("listed %d types", count)
	}
}

func TestFiltersAndPages(t *testing.T) {
	t.Parallel()
	c := sandboxtest.New(t, sandbox.Options{}).EC2()
	zones := func(filters ...types.Filter) []string {
		var got []string
		for _, s := range must(c.DescribeSubnets(t.Context(), &api.DescribeSubnetsInput{Filters: filters}))(t).Subnets {
			got = append(got, *s.AvailabilityZone)
		}
		return got
	}
	for name, test := range map[string]struct {
		filters []types.Filter
		want    []string
	}{
		"either value":    {[]types.Filter{filter("availability-zone", "us-east-1a", "us-east-1c")}, []string{"us-east-1a", "us-east-1c"}},
		"both filters":    {[]types.Filter{filter("availability-zone", "us-east-1a"), filter("cidr-block", "172.31.16.0/20")}, nil},
		"a star":          {[]types.Filter{filter("cidr-block", "172.31.*.0/20"), filter("availability-zone", "*b")}, []string{"us-east-1b"}},
		"a question mark": {[]types.Filter{filter("cidr-block", "172.31.?.0/20")}, []string{"us-east-1a"}},
		"no wildcard":     {[]types.Filter{filter("cidr-block", `172.31.\*.0/20`)}, nil},
		"no such tag":     {[]types.Filter{filter("tag:team", "*")}, nil},
	} {
		if got := zones(test.filters...); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
	for name, test := range map[string]struct {
		in   api.DescribeNetworkInterfacesInput
		code string
	}{
		"an unknown filter": {api.DescribeNetworkInterfacesInput{Filters: []types.Filter{filter("colour", "red")}}, "InvalidParameterValue"},
		"an unknown id":     {api.DescribeNetworkInterfacesInput{NetworkInterfaceIds: []string{"eni-0"}}, "InvalidNetworkInterfaceID.NotFound"},
		"ids with a page": {
			api.DescribeNetworkInterfacesInput{NetworkInterfaceIds: []string{"eni-0"}, MaxResults: aws.Int32(5)}, "InvalidParameterCombination",
		},
		"a page too small": {api.DescribeNetworkInterfacesInput{MaxResults: aws.Int32(4)}, "InvalidParameterValue"},
		"a broken token":   {api.DescribeNetworkInterfacesInput{NextToken: aws.String("!")}, "InvalidNextToken"},
		"too many values": {
			api.DescribeNetworkInterfacesInput{Filters: []types.Filter{filter("subnet-id", make([]string, 201)...)}}, "FilterLimitExceeded",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.DescribeNetworkInterfaces(t.Context(), &test.in)
			wantCode(t, err, test.code)
		})
	}
}

func TestFaultsAreSpelledAsEC2Does(t *testing.T) {
	t.Parallel()
	for kind, code := range map[sandbox.FaultKind]string{
		sandbox.Throttle: "RequestLimitExceeded", sandbox.AccessDenied: "UnauthorizedOperation",
		sandbox.ExpiredToken: "RequestExpired", sandbox.ServerFailure: "InternalError", sandbox.Missing: "InvalidSubnetID.NotFound",
	} {
		s := sandboxtest.New(t, sandbox.Options{})
		subnets := must(s.EC2().DescribeSubnets(t.Context(), &api.DescribeSubnetsInput{}))(t).Subnets
		if err := s.Inject(sandbox.Fault{Call: "ec2:DescribeSubnets", Kind: kind}); err != nil {
			t.Fatal(err)
		}
		_, err := s.EC2().DescribeSubnets(t.Context(), &api.DescribeSubnetsInput{SubnetIds: []string{*subnets[0].SubnetId}})
		wantCode(t, err, code)
	}
	_, err := sandboxtest.New(t, sandbox.Options{}).EC2().RebootInstances(t.Context(), &api.RebootInstancesInput{
		InstanceIds: []string{"i-0123456789abcdef0"},
	})
	wantCode(t, err, "InvalidAction")
}

func place() wire.Place {
	return wire.Place{Partition: "aws", Account: "123456789012", Region: "eu-west-1"}
}

func TestInterfacesTakeSlotsAndAddresses(t *testing.T) {
	t.Parallel()
	m := ec2.NewModel(nil)
	tiny := must(m.AddSubnet(place(), "", "eu-west-1b", netip.MustParsePrefix("172.31.48.0/28")))(t)
	host := must(m.Launch(place(), ec2.LaunchRequest{Type: "m5.xlarge", SubnetID: tiny}))(t)
	if host.FreeSlots != 3 || host.Zone != "eu-west-1b" {
		t.Fatalf("got %+v", host)
	}
	seen := map[string]bool{}
	var last ec2.Interface
	for range 3 {
		last = must(m.CreateInterface(place(), ec2.InterfaceRequest{SubnetID: tiny, InstanceID: host.ID}))(t)
		if seen[last.PrivateIP] || !netip.MustParsePrefix("172.31.48.0/28").Contains(netip.MustParseAddr(last.PrivateIP)) {
			t.Errorf("address %s", last.PrivateIP)
		}
		seen[last.PrivateIP] = true
	}
	_, err := m.CreateInterface(place(), ec2.InterfaceRequest{SubnetID: tiny, InstanceID: host.ID})
	if !errors.Is(err, ec2.ErrNoSlot) {
		t.Errorf("a fifth interface: %v", err)
	}
	// Eleven addresses of a /28 are usable, four are taken.
	for range 7 {
		must(m.CreateInterface(place(), ec2.InterfaceRequest{SubnetID: tiny}))(t)
	}
	_, err = m.CreateInterface(place(), ec2.InterfaceRequest{SubnetID: tiny})
	if !errors.Is(err, ec2.ErrNoAddress) {
		t.Errorf("a twelfth address: %v", err)
	}
	m.DeleteInterface(place(), last.ID)
	m.DeleteInterface(place(), last.ID)
	if back := must(m.CreateInterface(place(), ec2.InterfaceRequest{SubnetID: tiny}))(t); back.PrivateIP != last.PrivateIP {
		t.Errorf("got %s, want the address that was given back, %s", back.PrivateIP, last.PrivateIP)
	}
	if found, _ := m.Instance(place(), host.ID); found.FreeSlots != 1 {
		t.Errorf("%d slots are free", found.FreeSlots)
	}
}

func TestSubnetsMustFit(t *testing.T) {
	t.Parallel()
	m := ec2.NewModel(nil)
	other := must(m.AddVPC(place(), netip.MustParsePrefix("10.0.0.0/16")))(t)
	for name, test := range map[string]struct{ vpc, zone, cidr string }{
		"outside of the VPC":      {"", "eu-west-1a", "10.0.0.0/24"},
		"overlapping":             {"", "eu-west-1a", "172.31.0.0/24"},
		"too small":               {other, "eu-west-1a", "10.0.0.0/29"},
		"with host bits":          {other, "eu-west-1a", "10.0.0.1/24"},
		"in another region":       {other, "us-east-1a", "10.0.0.0/24"},
		"in a VPC that is none":   {"vpc-0", "eu-west-1a", "10.0.0.0/24"},
		"of the other kind of IP": {other, "eu-west-1a", "fd00::/64"},
	} {
		if id, err := m.AddSubnet(place(), test.vpc, test.zone, netip.MustParsePrefix(test.cidr)); err == nil {
			t.Errorf("%s: got %s", name, id)
		}
	}
}
