package hnsstore

import (
	"encoding/json"
	"slices"
	"strings"
)

// Enumerate answers HcnEnumerate...s: a JSON array of the IDs of the objects that the query's filter matches.
func (s *Store) Enumerate(k Kind, query string) (string, error) {
	var out string
	err := s.call(Call{Procedure: "HcnEnumerate" + string(k) + "s"}, query, func(st *State) error {
		want, err := filter(query)
		if err != nil {
			return err
		}
		ids := []string{}
		for _, id := range st.ids(k) {
			if matches(st.Of(k)[id], want) {
				ids = append(ids, id)
			}
		}
		return encode(ids, &out)
	})
	return out, err
}

// Create answers HcnCreate... and returns the new object's ID. For an endpoint, parent is its network's ID.
func (s *Store) Create(k Kind, id, parent, settings string) (string, error) {
	var made string
	err := s.call(Call{Procedure: "HcnCreate" + string(k), ID: id}, settings, func(st *State) error {
		d, err := decode(settings)
		if err != nil {
			return err
		}
		if d.Text("ID") == "" && id != zeroID {
			d["ID"] = id
		}
		if k == Endpoint {
			d["HostComputeNetwork"] = canonicalID(parent)
		}
		made, err = st.create(k, d)
		return err
	})
	return made, err
}

// Open answers HcnOpen...: an error if the object is not there.
func (s *Store) Open(k Kind, id string) error {
	return s.call(Call{Procedure: "HcnOpen" + string(k), ID: id}, "", func(st *State) error {
		_, err := st.find(k, id)
		return err
	})
}

// Query answers HcnQuery...Properties: the object's document.
func (s *Store) Query(k Kind, id, query string) (string, error) {
	var out string
	err := s.call(Call{Procedure: "HcnQuery" + string(k) + "Properties", ID: id}, query, func(st *State) error {
		d, err := st.find(k, id)
		if err != nil {
			return err
		}
		return encode(d, &out)
	})
	return out, err
}

// Modify answers HcnModify....
func (s *Store) Modify(k Kind, id, settings string) error {
	return s.call(Call{Procedure: "HcnModify" + string(k), ID: id}, settings, func(st *State) error {
		d, err := st.find(k, id)
		if err != nil {
			return err
		}
		request, err := decode(settings)
		if err != nil {
			return err
		}
		return st.modify(k, d, request)
	})
}

// Delete answers HcnDelete....
func (s *Store) Delete(k Kind, id string) error {
	return s.call(Call{Procedure: "HcnDelete" + string(k), ID: id}, "", func(st *State) error { return st.remove(k, id) })
}

// zeroID is what hcsshim passes as the ID of an object to create: HNS, or the document, gives one.
const zeroID = "00000000-0000-0000-0000-000000000000"

func (st *State) find(k Kind, id string) (Doc, error) {
	if d := st.Of(k)[canonicalID(id)]; d != nil {
		return d, nil
	}
	return nil, notFound(k)
}

func (st *State) create(k Kind, d Doc) (string, error) {
	id := canonicalID(d.Text("ID"))
	if id == "" {
		id = st.newID()
	}
	if st.Of(k)[id] != nil {
		if k == Network {
			return "", failure(NetworkAlreadyExists, "The network already exists.")
		}
		return "", failure(InvalidParameter, "An object with the ID %s already exists.", id)
	}
	d["ID"] = id
	if err := st.complete(k, d); err != nil {
		return "", err
	}
	st.Of(k)[id] = d
	return id, nil
}

// complete checks a new object against the others and fills in what HNS chooses.
func (st *State) complete(k Kind, d Doc) error {
	switch k {
	case Network:
		return st.completeNetwork(d)
	case Endpoint:
		return st.completeEndpoint(d)
	case Namespace:
		if d["NamespaceId"] == nil {
			d["NamespaceId"] = st.freeNamespaceID()
		}
	case LoadBalancer, SDNRoute: // kept as they come
	}
	return nil
}

// freeNamespaceID is the smallest compartment number, from 2, that no namespace has.
func (st *State) freeNamespaceID() float64 {
	used := map[float64]bool{}
	for _, n := range st.Of(Namespace) {
		used[n.number("NamespaceId")] = true
	}
	n := 2.0
	for used[n] {
		n++
	}
	return n
}

func (st *State) remove(k Kind, id string) error {
	id = canonicalID(id)
	d, err := st.find(k, id)
	if err != nil {
		return err
	}
	switch k {
	case Network:
		st.dropNetwork(id)
	case Endpoint:
		st.dropEndpoint(id)
	case Namespace:
		for _, e := range st.Of(Endpoint) {
			if strings.EqualFold(e.Text("HostComputeNamespace"), d.Text("ID")) {
				delete(e, "HostComputeNamespace")
			}
		}
		delete(st.Of(k), id)
	default:
		delete(st.Of(k), id)
	}
	return nil
}

// modify carries out a request to change an object: {"ResourceType", "RequestType", "Settings"}, or for a load balancer
// the whole document again.
func (st *State) modify(k Kind, d, request Doc) error {
	resource, how, settings := request.Text("ResourceType"), request.Text("RequestType"), request.Doc("Settings")
	switch {
	case k == LoadBalancer && how == "":
		for member, value := range request {
			d[member] = value
		}
		return nil
	case resource == "Policy":
		return modifyPolicies(d, how, asList(settings["Policies"]))
	case k == Namespace && resource == "Endpoint":
		return st.modifyNamespace(d, how, canonicalID(settings.Text("EndpointId")))
	case k == Network && resource == "DNS":
		d["Dns"] = map[string]any(settings)
		return nil
	default:
		return failure(RequestUnsupported, "The simulated HNS does not know the request %s %s for a %s.", how, resource, k)
	}
}

func modifyPolicies(d Doc, how string, given []any) error {
	policies := asList(d["Policies"])
	switch how {
	case "Add":
		policies = append(policies, given...)
	case "Update", "":
		policies = given
	case "Remove":
		policies = slices.DeleteFunc(policies, func(p any) bool {
			return slices.ContainsFunc(given, func(g any) bool { return same(p, g) })
		})
	default:
		return failure(RequestUnsupported, "The simulated HNS does not know the policy request %q.", how)
	}
	d["Policies"] = policies
	return nil
}

// modifyNamespace attaches an endpoint to a namespace, or takes it off.
func (st *State) modifyNamespace(namespace Doc, how, id string) error {
	e := st.Of(Endpoint)[id]
	if e == nil {
		return failure(EndpointNotFound, "The endpoint was not found.")
	}
	switch how {
	case "Add":
		if e.Text("HostComputeNamespace") != "" {
			return failure(EndpointAttached, "The endpoint is already attached.")
		}
		e["HostComputeNamespace"] = namespace.Text("ID")
		resource := map[string]any{"Type": "Endpoint", "Data": map[string]any{"ID": id}}
		namespace["Resources"] = append(asList(namespace["Resources"]), resource)
	case "Remove":
		if !strings.EqualFold(e.Text("HostComputeNamespace"), namespace.Text("ID")) {
			return failure(EndpointNotFound, "The endpoint is not attached to the namespace.")
		}
		st.detach(id)
	default:
		return failure(RequestUnsupported, "The simulated HNS does not know the namespace request %q.", how)
	}
	return nil
}

// detach takes an endpoint off its namespace, if it is on one.
func (st *State) detach(id string) {
	for _, n := range st.Of(Namespace) {
		n["Resources"] = slices.DeleteFunc(asList(n["Resources"]), func(r any) bool {
			return canonicalID(asDoc(r).Doc("Data").Text("ID")) == id
		})
	}
	if e := st.Of(Endpoint)[id]; e != nil {
		delete(e, "HostComputeNamespace")
	}
}

// filter reads a query's filter, which is itself a JSON document in a string.
func filter(query string) (Doc, error) {
	if query == "" {
		return Doc{}, nil
	}
	q, err := decode(query)
	if err != nil || q.Text("Filter") == "" {
		return Doc{}, err
	}
	return decode(q.Text("Filter"))
}

func matches(d, want Doc) bool {
	for member := range want {
		of := member
		if of == "VirtualNetwork" { // V1's name, by which hcsshim asks for the endpoints of a network
			of = "HostComputeNetwork"
		}
		if !strings.EqualFold(d.Text(of), want.Text(member)) {
			return false
		}
	}
	return true
}

func encode(v any, out *string) error {
	text, err := json.Marshal(v)
	*out = string(text)
	return err
}
