package hns

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
)

// The documents below have the shape that Microsoft/hcsshim v0.15.0, package hcn, sends to HNS in schema 2.0: its members,
// order and omissions. Nothing in the bootstrap applies them; they are for people who try them on a real host.

// Document is a document for HNS.
type Document struct {
	// File is a name for it, as 1-network-ecswin-branch-101.json; the documents are applied in the files' order.
	File string
	// Kind is "network" or "endpoint".
	Kind string
	// Network is the name of the network that an endpoint belongs to. Its id is HNS's to give, and is passed beside the
	// document.
	Network string
	// JSON is the document, indented.
	JSON []byte
}

// Branch is a branch network interface of a trunk, as the EC2 API shows it.
type Branch struct {
	// Adapter is the alias of the trunk's adapter, as "Ethernet 2".
	Adapter string
	// VLAN is the id of the association, 1 to 4094.
	VLAN int
	// MAC, Address, Subnet and Gateway are the branch interface's and its subnet's.
	MAC     string
	Address netip.Addr
	Subnet  netip.Prefix
	Gateway netip.Addr
}

// Variants are the ways to put branch interfaces into HNS networks that Documents knows. None has been seen to work.
//
//	a  an L2Bridge network for each branch, its subnet with a VLAN policy. L2Bridge rewrites MAC addresses, so EC2 may
//	   drop the frames.
//	b  a Transparent network for each branch, which keeps the MAC. Microsoft's older text allows one external network
//	   an adapter.
//	c  one Transparent network on the trunk's adapter, with a subnet and its VLAN policy for each branch.
func Variants() []string { return []string{"a", "b", "c"} }

// Documents returns the documents of networks and endpoints by which a variant would bring branch interfaces to containers.
// It fails on an unknown variant and on branches that no VLAN network could hold.
func Documents(variant string, branches []Branch) ([]Document, error) {
	if !slices.Contains(Variants(), variant) {
		return nil, fmt.Errorf("variant %q of the trunk documents is unknown: it is one of %v", variant, Variants())
	}
	if err := checkBranches(branches); err != nil {
		return nil, fmt.Errorf("documents of variant %s: %w", variant, err)
	}
	var networks, endpoints []Document
	for _, b := range branches {
		name := fmt.Sprintf("ecswin-branch-%d", b.VLAN)
		switch variant {
		case "a":
			networks = append(networks, network(name, TypeL2Bridge, b.Adapter, b))
		case "b":
			networks = append(networks, network(name, TypeTransparent, b.Adapter, b))
		default:
			name = "ecswin-trunk"
		}
		endpoints = append(endpoints, endpoint(name, b))
	}
	if variant == "c" {
		networks = []Document{network("ecswin-trunk", TypeTransparent, branches[0].Adapter, branches...)}
	}
	all := slices.Concat(networks, endpoints)
	for i := range all {
		all[i].File = fmt.Sprintf("%d-%s", i+1, all[i].File)
	}
	return all, nil
}

func checkBranches(branches []Branch) error {
	if len(branches) == 0 {
		return fmt.Errorf("there is no branch: give at least one, with VLAN, MAC, address, subnet and gateway")
	}
	for i, b := range branches {
		switch {
		case b.Adapter != branches[0].Adapter || b.Adapter == "":
			return fmt.Errorf("branch with VLAN %d is on adapter %q: all have to be on the one of the trunk", b.VLAN, b.Adapter)
		case b.VLAN < 1 || b.VLAN > 4094:
			return fmt.Errorf("VLAN %d is not from 1 to 4094", b.VLAN)
		case slices.ContainsFunc(branches[:i], func(o Branch) bool { return o.VLAN == b.VLAN }):
			return fmt.Errorf("VLAN %d is there twice", b.VLAN)
		case !b.Subnet.IsValid() || !b.Subnet.Contains(b.Address) || !b.Subnet.Contains(b.Gateway):
			return fmt.Errorf("branch with VLAN %d: address %s and gateway %s have to be in subnet %s", b.VLAN, b.Address, b.Gateway, b.Subnet)
		}
	}
	return nil
}

func network(name, kind, adapter string, branches ...Branch) Document {
	d := networkDocument{
		Name: name, Type: kind,
		Policies:      []policy{{Type: "NetAdapterName", Settings: netAdapterName{adapter}}},
		Ipams:         []ipam{{Type: "Static"}},
		SchemaVersion: version2(),
	}
	for _, b := range branches {
		d.Ipams[0].Subnets = append(d.Ipams[0].Subnets, subnetDocument{
			IPAddressPrefix: b.Subnet.Masked().String(),
			Policies:        []policy{{Type: "VLAN", Settings: vlan{b.VLAN}}},
			Routes:          []route{{NextHop: b.Gateway.String(), DestinationPrefix: "0.0.0.0/0"}},
		})
	}
	return document("network", name, "", d)
}

func endpoint(network string, b Branch) Document {
	name := fmt.Sprintf("ecswin-branch-%d-ep", b.VLAN)
	return document("endpoint", name, network, endpointDocument{
		Name:             name,
		IPConfigurations: []ipConfiguration{{b.Address.String(), b.Subnet.Bits()}},
		Routes:           []route{{NextHop: b.Gateway.String(), DestinationPrefix: "0.0.0.0/0"}},
		MacAddress:       hnsMAC(b.MAC),
		SchemaVersion:    version2(),
	})
}

// hnsMAC writes a MAC as HNS does.
func hnsMAC(mac string) string {
	return string(bytes.ToUpper(bytes.ReplaceAll([]byte(mac), []byte(":"), []byte("-"))))
}

func document(kind, name, network string, content any) Document {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	// Plain structs of strings and numbers always encode.
	_ = encoder.Encode(content)
	return Document{File: kind + "-" + name + ".json", Kind: kind, Network: network, JSON: b.Bytes()}
}

type networkDocument struct {
	Name          string
	Type          string
	Policies      []policy `json:",omitempty"`
	MacPool       empty
	DNS           empty `json:"Dns"`
	Ipams         []ipam
	Health        health
	SchemaVersion schemaVersion
}

type endpointDocument struct {
	Name             string
	IPConfigurations []ipConfiguration `json:"IpConfigurations"`
	DNS              empty             `json:"Dns"`
	Routes           []route
	MacAddress       string
	Health           health
	SchemaVersion    schemaVersion
}

type policy struct {
	Type     string
	Settings any
}

type netAdapterName struct{ NetworkAdapterName string }

type vlan struct {
	IsolationID int `json:"IsolationId"`
}

type ipam struct {
	Type    string
	Subnets []subnetDocument
}

type subnetDocument struct {
	IPAddressPrefix string   `json:"IpAddressPrefix"`
	Policies        []policy `json:",omitempty"`
	Routes          []route
}

type route struct{ NextHop, DestinationPrefix string }

type ipConfiguration struct {
	IPAddress    string `json:"IpAddress"`
	PrefixLength int
}

type empty struct{}

type health struct{ Extra empty }

type schemaVersion struct{ Major, Minor int }

func version2() schemaVersion { return schemaVersion{2, 0} }

// Checklist says, in Markdown, how a person finds out on a real host whether a variant works.
func Checklist() string { return checklist }

//go:embed checklist.md
var checklist string
