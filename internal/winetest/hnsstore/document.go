package hnsstore

import (
	"encoding/json"
	"net/netip"
	"strings"
)

// Doc is an HNS document as decoded from JSON. Fields that the model does not know are kept as they came.
type Doc map[string]any

// Text is a member's string, or "".
func (d Doc) Text(key string) string {
	s, _ := d[key].(string) // another type counts as absent
	return s
}

// Doc is a member's object, or an empty one that is not part of d.
func (d Doc) Doc(key string) Doc { return asDoc(d[key]) }

// List is the objects among a member's elements.
func (d Doc) List(key string) []Doc {
	var docs []Doc
	for _, v := range asList(d[key]) {
		docs = append(docs, asDoc(v))
	}
	return docs
}

// number is a member's number, or 0.
func (d Doc) number(key string) float64 {
	switch n := d[key].(type) {
	case float64:
		return n
	case int:
		return float64(n)
	default:
		return 0
	}
}

func asDoc(v any) Doc {
	switch d := v.(type) {
	case map[string]any:
		return d
	case Doc:
		return d
	default:
		return Doc{}
	}
}

func asList(v any) []any {
	l, _ := v.([]any) // another type counts as absent
	return l
}

// policy is the settings of the first policy of a type, in V2's form.
func (d Doc) policy(kind string) (Doc, bool) {
	for _, p := range d.List("Policies") {
		if strings.EqualFold(p.Text("Type"), kind) {
			return p.Doc("Settings"), true
		}
	}
	return nil, false
}

// NetworkAdapter is the name of the host's adapter that a network document, in V2's form, puts a switch on; "" if none.
func (d Doc) NetworkAdapter() string {
	settings, _ := d.policy("NetAdapterName")
	return settings.Text("NetworkAdapterName")
}

// subnet is one subnet of a network.
type subnet struct {
	prefix  netip.Prefix
	gateway string
}

// subnets are a network's subnets that have a prefix.
func (d Doc) subnets() []subnet {
	var found []subnet
	for _, ipam := range d.List("Ipams") {
		for _, s := range ipam.List("Subnets") {
			prefix, err := netip.ParsePrefix(s.Text("IpAddressPrefix"))
			if err != nil {
				continue // completeNetwork refuses what is not a prefix
			}
			gateway := ""
			for _, r := range s.List("Routes") {
				gateway = r.Text("NextHop")
			}
			found = append(found, subnet{prefix: prefix, gateway: gateway})
		}
	}
	return found
}

// decode reads a document that a caller hands to HNS.
func decode(text string) (Doc, error) {
	d := Doc{}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return nil, failure(InvalidJSON, "Invalid JSON document string. %v", err)
	}
	if d == nil {
		return nil, failure(InvalidJSON, "Invalid JSON document string. It is null.")
	}
	return d, nil
}

// same compares documents as HNS would print them.
func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
