package ec2

import (
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// The states of an interface's attachment (EC2 API reference,
// NetworkInterfaceAttachment).
const (
	Attaching = "attaching"
	Attached  = "attached"
	Detaching = "detaching"
)

// The reasons why an interface cannot be attached.
var (
	// ErrNoSlot says that an instance has as many interfaces as its type
	// allows.
	ErrNoSlot = errors.New("the instance has no room for another network interface")
	// ErrNoAddress says that a subnet has no free address.
	ErrNoAddress = errors.New("the subnet has no free private IPv4 address")
	// ErrNotFound says that a subnet, a security group or an instance is not
	// there.
	ErrNotFound = errors.New("not found")
)

// networkInterface is an elastic network interface.
type networkInterface struct {
	id          string
	subnet      *subnet
	address     netip.Addr
	mac         string
	description string
	// requester is the id of the service that manages the interface, or
	// empty.
	requester  string
	groups     []*group
	tags       []Tag
	attachment *attachment
}

// attachment is how an interface hangs on an instance.
type attachment struct {
	id       string
	instance *instance
	device   int
	status   string
	at       time.Time
}

// InterfaceRequest asks for an interface that a service manages.
type InterfaceRequest struct {
	SubnetID string
	// GroupIDs are the security groups; none stands for the VPC's default
	// one.
	GroupIDs []string
	// InstanceID is the instance that the interface is attached to. Empty:
	// to one that the account does not see.
	InstanceID  string
	Description string
	// Requester is the id of the service that asks.
	Requester string
	Now       time.Time
}

// Interface is what others learn of an interface.
type Interface struct {
	ID, MAC, PrivateIP string
	// Address is PrivateIP.
	Address netip.Addr
	// PrivateDNSName is empty in a VPC without DNS host names.
	PrivateDNSName string
	SubnetID       string
}

// AttachedInterface is an interface that hangs on an instance.
type AttachedInterface struct {
	Interface
	// Device is its device number.
	Device int
	VpcID  string
	// SubnetBlock and VpcBlock are what its address lies in.
	SubnetBlock, VpcBlock netip.Prefix
	GroupIDs              []string
}

// CreateInterface creates an interface and begins to attach it. Its errors
// wrap ErrNoSlot, ErrNoAddress or ErrNotFound; then nothing has changed.
func (m *Model) CreateInterface(at wire.Place, in InterfaceRequest) (Interface, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.world(at)
	s := find(w.subnets, func(s *subnet) bool { return s.id == in.SubnetID })
	if s == nil {
		return Interface{}, wrap(ErrNotFound, "subnet "+in.SubnetID)
	}
	groups, err := w.groupsOf(s.vpc, in.GroupIDs)
	if err != nil {
		return Interface{}, err
	}
	var host *instance
	if in.InstanceID != "" {
		if host = w.findInstance(in.InstanceID); host == nil {
			return Interface{}, wrap(ErrNotFound, "instance "+in.InstanceID)
		}
		if w.freeSlots(host) == 0 {
			return Interface{}, wrap(ErrNoSlot, in.InstanceID)
		}
	}
	added, err := w.addInterface(s, groups)
	if err != nil {
		return Interface{}, err
	}
	added.description = in.Description
	added.requester = in.Requester
	added.attachment = &attachment{id: wire.NewEC2ID("eni-attach"), instance: host, status: Attaching, at: in.Now}
	if host != nil {
		added.attachment.device = w.freeDevice(host)
	}
	return added.show(), nil
}

// SetInterface sets the state of an interface's attachment: Attached or
// Detaching. An interface that is not there is left so.
func (m *Model) SetInterface(at wire.Place, id, state string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := m.world(at).findInterface(id); n != nil {
		n.attachment.status = state
	}
}

// DeleteInterface detaches and deletes an interface and gives its address
// back. One that is not there is left so.
func (m *Model) DeleteInterface(at wire.Place, id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.world(at).deleteInterface(id)
}

func (w *world) addInterface(in *subnet, groups []*group) (*networkInterface, error) {
	address, ok := in.pool.take()
	if !ok {
		return nil, wrap(ErrNoAddress, in.id)
	}
	id := wire.NewEC2ID("eni")
	n := &networkInterface{id: id, subnet: in, address: address, mac: macOf(id), groups: groups}
	w.interfaces = append(w.interfaces, n)
	return n, nil
}

func (w *world) deleteInterface(id string) {
	n := w.findInterface(id)
	if n == nil {
		return
	}
	n.subnet.pool.giveBack(n.address)
	w.interfaces = slices.DeleteFunc(w.interfaces, func(other *networkInterface) bool { return other == n })
}

func (w *world) findInterface(id string) *networkInterface {
	return find(w.interfaces, func(n *networkInterface) bool { return n.id == id })
}

// attachedTo returns the interfaces that an instance has, the primary one
// first.
func (w *world) attachedTo(i *instance) []AttachedInterface {
	var all []AttachedInterface
	for _, n := range w.interfacesOf(i) {
		if n.attachment.status == Attaching {
			continue
		}
		shown := AttachedInterface{
			Interface: n.show(), Device: n.attachment.device, VpcID: n.subnet.vpc.id, SubnetBlock: n.subnet.cidr, VpcBlock: n.subnet.vpc.cidr,
		}
		for _, g := range n.groups {
			shown.GroupIDs = append(shown.GroupIDs, g.id)
		}
		all = append(all, shown)
	}
	return all
}

// groupsOf returns security groups of a VPC, its default one if none is named.
func (w *world) groupsOf(v *vpc, ids []string) ([]*group, error) {
	if len(ids) == 0 {
		return []*group{find(w.groups, func(g *group) bool { return g.vpc == v && g.name == "default" })}, nil
	}
	var groups []*group
	for _, id := range ids {
		g := find(w.groups, func(g *group) bool { return g.id == id && g.vpc == v })
		if g == nil {
			return nil, wrap(ErrNotFound, "security group "+id+" in "+v.id)
		}
		groups = append(groups, g)
	}
	return groups, nil
}

// wrap joins a reason with what it is about.
func wrap(reason error, about string) error {
	return &reasonError{reason: reason, about: about}
}

type reasonError struct {
	reason error
	about  string
}

func (e *reasonError) Error() string { return e.about + ": " + e.reason.Error() }
func (e *reasonError) Unwrap() error { return e.reason }

// macOf returns a hardware address for an interface that is as unique as its
// id.
func macOf(id string) string {
	digits := id[len(id)-10:]
	mac := "0a"
	for i := 0; i < len(digits); i += 2 {
		mac += ":" + digits[i:i+2]
	}
	return mac
}

func (n *networkInterface) show() Interface {
	return Interface{
		ID: n.id, MAC: n.mac, PrivateIP: n.address.String(), Address: n.address, PrivateDNSName: n.subnet.hostName(n.address), SubnetID: n.subnet.id,
	}
}

// hostName returns the private DNS name that goes with an address, empty if
// the VPC gives none (Amazon VPC User Guide, DNS attributes).
func (s *subnet) hostName(addr netip.Addr) string {
	if !s.vpc.dnsHost {
		return ""
	}
	region := s.zone.name[:len(s.zone.name)-1]
	domain := region + ".compute.internal"
	if region == "us-east-1" {
		domain = "ec2.internal"
	}
	return "ip-" + strings.ReplaceAll(addr.String(), ".", "-") + "." + domain
}

// interfaceItem is what EC2 reports of an interface.
type interfaceItem struct {
	ID               string          `xml:"networkInterfaceId"`
	SubnetID         string          `xml:"subnetId"`
	VpcID            string          `xml:"vpcId"`
	Zone             string          `xml:"availabilityZone"`
	Description      string          `xml:"description"`
	OwnerID          string          `xml:"ownerId"`
	RequesterID      string          `xml:"requesterId,omitempty"`
	RequesterManaged bool            `xml:"requesterManaged"`
	Status           string          `xml:"status"`
	MAC              string          `xml:"macAddress"`
	PrivateIP        string          `xml:"privateIpAddress"`
	PrivateDNSName   string          `xml:"privateDnsName,omitempty"`
	SourceDestCheck  bool            `xml:"sourceDestCheck"`
	Groups           []groupRef      `xml:"groupSet>item"`
	Attachment       *attachmentItem `xml:"attachment"`
	Tags             []Tag           `xml:"tagSet>item"`
	Addresses        []addressItem   `xml:"privateIpAddressesSet>item"`
	Type             string          `xml:"interfaceType"`
}

type groupRef struct {
	ID   string `xml:"groupId"`
	Name string `xml:"groupName"`
}

type addressItem struct {
	PrivateIP      string `xml:"privateIpAddress"`
	PrivateDNSName string `xml:"privateDnsName,omitempty"`
	Primary        bool   `xml:"primary"`
}

type attachmentItem struct {
	ID                  string `xml:"attachmentId"`
	InstanceID          string `xml:"instanceId,omitempty"`
	InstanceOwnerID     string `xml:"instanceOwnerId,omitempty"`
	DeviceIndex         int    `xml:"deviceIndex"`
	NetworkCardIndex    int    `xml:"networkCardIndex"`
	Status              string `xml:"status"`
	AttachTime          string `xml:"attachTime"`
	DeleteOnTermination bool   `xml:"deleteOnTermination"`
}

func (w *world) describeNetworkInterfaces(q query) ([]element, error) {
	chosen, next, err := choose(q, kind[*networkInterface]{
		ids: "NetworkInterfaceId", notFound: "InvalidNetworkInterfaceID.NotFound", noun: "networkInterface ID", least: 5,
		id:      func(n *networkInterface) string { return n.id },
		tags:    func(n *networkInterface) []Tag { return n.tags },
		filters: interfaceFilters(),
	}, w.interfaces)
	if err != nil {
		return nil, err
	}
	var items []interfaceItem
	for _, n := range chosen {
		items = append(items, n.item(w.Account))
	}
	return page("networkInterfaceSet", items, next), nil
}

func interfaceFilters() map[string]func(*networkInterface) []string {
	text := func(value func(*networkInterface) string) func(*networkInterface) []string {
		return func(n *networkInterface) []string { return []string{value(n)} }
	}
	return map[string]func(*networkInterface) []string{
		"network-interface-id":             text(func(n *networkInterface) string { return n.id }),
		"subnet-id":                        text(func(n *networkInterface) string { return n.subnet.id }),
		"vpc-id":                           text(func(n *networkInterface) string { return n.subnet.vpc.id }),
		"availability-zone":                text(func(n *networkInterface) string { return n.subnet.zone.name }),
		"description":                      text(func(n *networkInterface) string { return n.description }),
		"mac-address":                      text(func(n *networkInterface) string { return n.mac }),
		"private-ip-address":               text(func(n *networkInterface) string { return n.address.String() }),
		"addresses.private-ip-address":     text(func(n *networkInterface) string { return n.address.String() }),
		"interface-type":                   text(func(*networkInterface) string { return "interface" }),
		"status":                           text((*networkInterface).status),
		"requester-managed":                text(func(n *networkInterface) string { return strconv.FormatBool(n.requester != "") }),
		"attachment.status":                text(func(n *networkInterface) string { return n.attachment.status }),
		"attachment.instance-id":           text(func(n *networkInterface) string { return n.attachment.instanceID() }),
		"attachment.attachment-id":         text(func(n *networkInterface) string { return n.attachment.id }),
		"attachment.device-index":          text(func(n *networkInterface) string { return strconv.Itoa(n.attachment.device) }),
		"attachment.delete-on-termination": text(func(n *networkInterface) string { return strconv.FormatBool(n.requester == "") }),
		"group-id": func(n *networkInterface) []string {
			var ids []string
			for _, g := range n.groups {
				ids = append(ids, g.id)
			}
			return ids
		},
	}
}

// status is the state of the interface, which follows from its attachment's.
func (n *networkInterface) status() string {
	if n.attachment.status == Attached {
		return "in-use"
	}
	return n.attachment.status
}

func (a *attachment) instanceID() string {
	if a.instance == nil {
		return ""
	}
	return a.instance.id
}

func (n *networkInterface) item(account string) interfaceItem {
	name := n.subnet.hostName(n.address)
	return interfaceItem{
		ID: n.id, SubnetID: n.subnet.id, VpcID: n.subnet.vpc.id, Zone: n.subnet.zone.name, Description: n.description,
		OwnerID: account, RequesterID: n.requester, RequesterManaged: n.requester != "", Status: n.status(), MAC: n.mac,
		PrivateIP: n.address.String(), PrivateDNSName: name, SourceDestCheck: true, Groups: n.groupRefs(),
		Attachment: n.attachment.item(account, n.requester == ""), Tags: n.tags, Type: "interface",
		Addresses: []addressItem{{PrivateIP: n.address.String(), PrivateDNSName: name, Primary: true}},
	}
}

func (n *networkInterface) groupRefs() []groupRef {
	var refs []groupRef
	for _, g := range n.groups {
		refs = append(refs, groupRef{ID: g.id, Name: g.name})
	}
	return refs
}

func (a *attachment) item(account string, deleteOnTermination bool) *attachmentItem {
	item := &attachmentItem{
		ID: a.id, InstanceID: a.instanceID(), DeviceIndex: a.device, Status: a.status, AttachTime: stamp(a.at),
		DeleteOnTermination: deleteOnTermination,
	}
	if a.instance != nil {
		item.InstanceOwnerID = account
	}
	return item
}

// stamp returns a time as EC2 writes it.
func stamp(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
