package hnsstore

import (
	"encoding/json"
	"errors"
	"strings"
)

// HNSCall answers vmcompute.dll's function of that name, HNS's interface V1: a method, a path and a document in, an
// envelope {"Success", "Error", "ErrorCode", "Output"} out. Objects are kept in V2's form, so each interface sees what the
// other made. hcsshim asks for HNS's version this way, in V2 too.
func (s *Store) HNSCall(method, path, request string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	call := Call{Procedure: "HNSCall " + method + " /" + parts[0], ID: strings.Join(parts[1:], "/")}
	var output any
	err := s.call(call, request, func(st *State) error {
		var err error
		output, err = st.v1(method, parts, request)
		return err
	})
	return envelope(output, err)
}

func envelope(output any, err error) string {
	reply := map[string]any{"Success": err == nil}
	if err != nil {
		reply["Error"] = err.Error()
		if e, ok := errors.AsType[*Error](err); ok {
			reply["Error"], reply["ErrorCode"] = e.Message, e.HRESULT
		}
	} else if output != nil {
		reply["Output"] = output
	}
	text, err := json.Marshal(reply)
	if err != nil { // what goes in came from JSON
		return `{"Success":false,"Error":"the reply is not JSON"}`
	}
	return string(text)
}

func (st *State) v1(method string, path []string, request string) (any, error) {
	switch path[0] {
	case "globals":
		return st.version(), nil
	case "endpointstats":
		if len(path) != 2 {
			break
		}
		if _, err := st.find(Endpoint, path[1]); err != nil {
			return nil, err
		}
		return map[string]any{"EndpointId": path[1]}, nil
	case "networks":
		return st.v1Objects(v1Networks(st), method, path[1:], request)
	case "endpoints":
		return st.v1Objects(v1Endpoints(st), method, path[1:], request)
	}
	return nil, failure(RequestUnsupported, "The simulated HNS does not know %s /%s.", method, strings.Join(path, "/"))
}

// v1Kind is how one kind of object is turned into V1's form and back.
type v1Kind struct {
	kind   Kind
	toV1   func(Doc) Doc
	fromV1 func(Doc) Doc
}

func (st *State) v1Objects(k v1Kind, method string, path []string, request string) (any, error) {
	switch {
	case len(path) == 0 && method == "GET":
		all := []Doc{}
		for _, id := range st.ids(k.kind) {
			all = append(all, k.toV1(st.Of(k.kind)[id]))
		}
		return all, nil
	case len(path) == 0 && method == "POST":
		d, err := decode(request)
		if err != nil {
			return nil, err
		}
		id, err := st.create(k.kind, k.fromV1(d))
		if err != nil {
			return nil, err
		}
		return k.toV1(st.Of(k.kind)[id]), nil
	case len(path) == 0:
		return nil, failure(RequestUnsupported, "The simulated HNS does not know %s for a list.", method)
	}
	d, err := st.find(k.kind, path[0])
	if err != nil {
		return nil, err
	}
	if len(path) > 1 {
		return nil, v1Action(d, path[1], request)
	}
	switch method {
	case "GET":
		return k.toV1(d), nil
	case "POST":
		changes, err := decode(request)
		if err != nil {
			return nil, err
		}
		d["Policies"] = policiesFromV1(changes["Policies"])
		return k.toV1(d), nil
	case "DELETE":
		return nil, st.remove(k.kind, path[0])
	default:
		return nil, failure(RequestUnsupported, "The simulated HNS does not know %s for an object.", method)
	}
}

// v1Action is what V1 does to an endpoint: attach it to a container, detach it.
func v1Action(d Doc, action, request string) error {
	switch action {
	case "attach":
		body, err := decode(request)
		if err != nil {
			return err
		}
		d["SharedContainers"] = append(asList(d["SharedContainers"]), body.Text("ContainerId"))
	case "detach":
		delete(d, "SharedContainers")
	default:
		return failure(RequestUnsupported, "The simulated HNS does not know the action %q.", action)
	}
	return nil
}
