package ec2

import (
	"encoding/xml"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// Model is Amazon EC2, all accounts and regions of it. It is safe for
// concurrent use.
type Model struct {
	catalog  map[string]InstanceType
	machines Machines

	mu     sync.Mutex
	worlds map[wire.Place]*world
}

// world is what one account has in one region. Lists are in the order in which
// their elements were made.
type world struct {
	wire.Place
	zones      []zone
	vpcs       []*vpc
	subnets    []*subnet
	groups     []*group
	instances  []*instance
	interfaces []*networkInterface
}

// zone is an Availability Zone.
type zone struct {
	name, id string
}

type vpc struct {
	id      string
	cidr    netip.Prefix
	dflt    bool
	dnsHost bool
	tags    []Tag
}

type subnet struct {
	id   string
	vpc  *vpc
	zone zone
	cidr netip.Prefix
	dflt bool
	tags []Tag
	pool addresses
}

type group struct {
	id, name, description string
	vpc                   *vpc
	tags                  []Tag
}

// Tag is a tag of an EC2 resource.
type Tag struct {
	Key   string `xml:"key"`
	Value string `xml:"value"`
}

// Machines run what the instances run. EC2 calls them without holding its own
// lock, so they may ask it back.
type Machines interface {
	// Boot starts a new instance. It returns once the instance has done what it
	// does at its first boot, in time of its own.
	Boot(at wire.Place, i Instance)
	// Halt ends an instance that was terminated.
	Halt(at wire.Place, id string, now time.Time)
	// Console returns what an instance has written to its serial console.
	Console(at wire.Place, id string) string
	// Knows tells whether there is an AMI of this id.
	Knows(image string) bool
}

// NewModel returns an Amazon EC2 with nothing but what AWS gives every account
// in every region.
func NewModel(machines Machines) *Model {
	return &Model{catalog: readCatalog(), machines: machines, worlds: map[wire.Place]*world{}}
}

// Reset forgets everything that was added.
func (m *Model) Reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.worlds)
}

// describeBucket is the token bucket of calls that change nothing. EC2 gives
// one to each call; the model lets them share.
const describeBucket = "describe"

// The token buckets of the calls that launch and end instances.
const (
	runBucket       = "run"
	terminateBucket = "terminate"
)

// Service returns the operations that the model answers. The bucket is that of
// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
func (m *Model) Service() wire.Service {
	return wire.Service{
		Name: "ec2",
		Protocol: wire.EC2Query{Query: wire.Query{
			Version:   "2016-11-15",
			Namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
		}},
		Buckets: map[string]wire.Bucket{
			describeBucket: {Burst: 100, PerSecond: 20}, runBucket: {Burst: 5, PerSecond: 2}, terminateBucket: {Burst: 100, PerSecond: 5},
		},
		Operations: map[string]wire.Operation{
			"DescribeAvailabilityZones": operation(m, (*world).describeAvailabilityZones),
			"DescribeInstances":         operation(m, (*world).describeInstances),
			"DescribeInstanceTypes":     operation(m, m.describeInstanceTypes),
			"DescribeNetworkInterfaces": operation(m, (*world).describeNetworkInterfaces),
			"DescribeSecurityGroups":    operation(m, (*world).describeSecurityGroups),
			"DescribeSubnets":           operation(m, (*world).describeSubnets),
			"DescribeVpcs":              operation(m, (*world).describeVpcs),
			"DescribeVpcAttribute":      operation(m, (*world).describeVpcAttribute),
			"GetConsoleOutput":          call(describeBucket, m.getConsoleOutput),
			"RunInstances":              call(runBucket, m.runInstances),
			"TerminateInstances":        call(terminateBucket, m.terminateInstances),
		},
	}
}

// operation joins the steps of a call that looks: read the form, act on the
// caller's world, write the reply's elements one after the other.
func operation(m *Model, act func(*world, query) ([]element, error)) wire.Operation {
	return call(describeBucket, func(r wire.Request, q query) ([]element, error) {
		m.mu.Lock()
		defer m.mu.Unlock()
		return act(m.world(r.Place()), q)
	})
}

// call is an operation that locks the model itself.
func call(bucket string, act func(wire.Request, query) ([]element, error)) wire.Operation {
	return wire.Operation{Bucket: bucket, Do: func(r wire.Request) ([]byte, error) {
		form, err := url.ParseQuery(string(r.Body))
		if err != nil {
			return nil, wire.Errorf("MalformedQueryString", "The query string is malformed.")
		}
		out, err := act(r, query{form: form, missing: r.Missing})
		if err != nil {
			return nil, err
		}
		var body []byte
		for _, e := range out {
			text, err := xml.Marshal(e)
			if err != nil {
				return nil, err
			}
			body = append(body, text...)
		}
		return body, nil
	}}
}

// element is one element of a reply: text, or a list, whose members EC2 calls
// item, or a value, which it wraps in an element of that name.
type element struct {
	XMLName xml.Name
	Text    string `xml:",chardata"`
	Items   []any  `xml:"item"`
	Value   *bool  `xml:"value"`
}

func textElement(name, text string) element {
	return element{XMLName: xml.Name{Local: name}, Text: text}
}

func valueElement(name string, value bool) element {
	return element{XMLName: xml.Name{Local: name}, Value: &value}
}

func listElement[T any](name string, items []T) element {
	e := element{XMLName: xml.Name{Local: name}}
	for _, item := range items {
		e.Items = append(e.Items, item)
	}
	return e
}

// page returns a list's element, and the token of the next page if there is
// one.
func page[T any](name string, items []T, next string) []element {
	out := []element{listElement(name, items)}
	if next != "" {
		out = append(out, textElement("nextToken", next))
	}
	return out
}

// world returns the part of the model at a place. The caller holds the lock.
func (m *Model) world(at wire.Place) *world {
	w := m.worlds[at]
	if w == nil {
		w = newWorld(at)
		m.worlds[at] = w
	}
	return w
}
