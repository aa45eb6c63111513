package hnsstore

import (
	"fmt"
	"strings"
)

// V1 and V2 say the same in different words. V1's policies are flat, V2's have Settings; V1's subnets name their gateway,
// V2's have routes; V1's endpoints have one address and comma-separated DNS servers.

func v1Networks(*State) v1Kind {
	return v1Kind{kind: Network, toV1: networkToV1, fromV1: networkFromV1}
}

func v1Endpoints(st *State) v1Kind {
	return v1Kind{kind: Endpoint, toV1: st.endpointToV1, fromV1: st.endpointFromV1}
}

func policiesFromV1(v any) []any {
	var policies []any
	for _, p := range asList(v) {
		settings := map[string]any{}
		for member, value := range asDoc(p) {
			if member != "Type" {
				settings[member] = value
			}
		}
		policies = append(policies, map[string]any{"Type": asDoc(p).Text("Type"), "Settings": settings})
	}
	return policies
}

func policiesToV1(v any) []any {
	var policies []any
	for _, p := range asList(v) {
		flat := map[string]any{"Type": asDoc(p).Text("Type")}
		for member, value := range asDoc(p).Doc("Settings") {
			flat[member] = value
		}
		policies = append(policies, flat)
	}
	return policies
}

func schemaVersion() map[string]any { return map[string]any{"Major": 2.0, "Minor": 0.0} }

func networkFromV1(d Doc) Doc {
	n := Doc{"Name": d.Text("Name"), "Type": d.Text("Type"), "SchemaVersion": schemaVersion()}
	if id := d.Text("ID"); id != "" {
		n["ID"] = id
	}
	policies := policiesFromV1(d["Policies"])
	if name := d.Text("NetworkAdapterName"); name != "" {
		policies = append(policies, map[string]any{"Type": "NetAdapterName", "Settings": map[string]any{"NetworkAdapterName": name}})
	}
	if policies != nil {
		n["Policies"] = policies
	}
	var subnets []any
	for _, s := range d.List("Subnets") {
		subnet := map[string]any{"IpAddressPrefix": s.Text("AddressPrefix")}
		if gateway := s.Text("GatewayAddress"); gateway != "" {
			subnet["Routes"] = []any{map[string]any{"NextHop": gateway, "DestinationPrefix": "0.0.0.0/0"}}
		}
		if p := policiesFromV1(s["Policies"]); p != nil {
			subnet["Policies"] = p
		}
		subnets = append(subnets, subnet)
	}
	if subnets != nil {
		n["Ipams"] = []any{map[string]any{"Type": "Static", "Subnets": subnets}}
	}
	return n
}

func networkToV1(d Doc) Doc {
	n := Doc{"ID": d.Text("ID"), "Name": d.Text("Name"), "Type": d.Text("Type"), "Policies": policiesToV1(d["Policies"])}
	if name := d.NetworkAdapter(); name != "" {
		n["NetworkAdapterName"] = name
	}
	var subnets []any
	for _, s := range d.subnets() {
		subnets = append(subnets, map[string]any{"AddressPrefix": s.prefix.String(), "GatewayAddress": s.gateway})
	}
	if subnets != nil {
		n["Subnets"] = subnets
	}
	return n
}

func (st *State) endpointFromV1(d Doc) Doc {
	e := Doc{"Name": d.Text("Name"), "SchemaVersion": schemaVersion()}
	for _, member := range []string{"ID", "MacAddress"} {
		if v := d.Text(member); v != "" {
			e[member] = v
		}
	}
	network := d.Text("VirtualNetwork")
	if network == "" && d.Text("VirtualNetworkName") != "" {
		network = st.ByName(Network, d.Text("VirtualNetworkName")).Text("ID")
	}
	e["HostComputeNetwork"] = canonicalID(network)
	if ip := d.Text("IPAddress"); ip != "" {
		length := d.number("PrefixLength")
		if subnets := st.Of(Network)[canonicalID(network)].subnets(); length == 0 && len(subnets) > 0 {
			length = float64(subnets[0].prefix.Bits())
		}
		e["IpConfigurations"] = []any{map[string]any{"IpAddress": ip, "PrefixLength": length}}
	}
	dns := map[string]any{}
	if servers := d.Text("DNSServerList"); servers != "" {
		dns["ServerList"] = split(servers)
	}
	if suffixes := d.Text("DNSSuffix"); suffixes != "" {
		dns["Search"] = split(suffixes)
	}
	e["Dns"] = dns
	if p := policiesFromV1(d["Policies"]); p != nil {
		e["Policies"] = p
	}
	return e
}

func (st *State) endpointToV1(d Doc) Doc {
	network := d.Text("HostComputeNetwork")
	e := Doc{
		"ID": d.Text("ID"), "Name": d.Text("Name"), "MacAddress": d.Text("MacAddress"), "Policies": policiesToV1(d["Policies"]),
		"VirtualNetwork": network, "VirtualNetworkName": st.Of(Network)[canonicalID(network)].Text("Name"),
		"DNSServerList": join(d.Doc("Dns")["ServerList"]), "DNSSuffix": join(d.Doc("Dns")["Search"]),
	}
	if containers := asList(d["SharedContainers"]); containers != nil {
		e["SharedContainers"] = containers
	}
	if configs := d.List("IpConfigurations"); len(configs) > 0 {
		e["IPAddress"], e["PrefixLength"] = configs[0].Text("IpAddress"), configs[0]["PrefixLength"]
	}
	if routes := d.List("Routes"); len(routes) > 0 {
		e["GatewayAddress"] = routes[0].Text("NextHop")
	}
	return e
}

func split(list string) []any {
	var values []any
	for v := range strings.SplitSeq(list, ",") {
		values = append(values, v)
	}
	return values
}

func join(v any) string {
	var values []string
	for _, x := range asList(v) {
		values = append(values, fmt.Sprint(x))
	}
	return strings.Join(values, ",")
}
