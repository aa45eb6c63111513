package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
)

// controlPrefix is where the sandbox's own switches lie; no AWS call that it
// models has a path.
const controlPrefix = "/_sandbox/"

func isControl(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, controlPrefix)
}

// controlHandler offers the switches to other processes: the same that the
// methods of Sandbox offer in this one.
func (s *Sandbox) controlHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+controlPrefix+"faults", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, s.faults.list())
	})
	mux.HandleFunc("POST "+controlPrefix+"faults", s.postFault)
	mux.HandleFunc("DELETE "+controlPrefix+"faults", func(w http.ResponseWriter, _ *http.Request) {
		s.ClearFaults()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET "+controlPrefix+"calls", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, s.tally.snapshot())
	})
	mux.HandleFunc("DELETE "+controlPrefix+"calls", func(w http.ResponseWriter, _ *http.Request) {
		s.ResetCalls()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST "+controlPrefix+"instances", s.postInstance)
	mux.HandleFunc("GET "+controlPrefix+"instances/{id}", s.getInstance)
	mux.HandleFunc("POST "+controlPrefix+"instances/{id}/verify", s.postVerify)
	mux.HandleFunc(controlPrefix+"instances/{id}/imds/{path...}", s.serveMetadata)
	mux.HandleFunc("POST "+controlPrefix+"outcomes", s.postOutcome)
	mux.HandleFunc("POST "+controlPrefix+"reset", func(w http.ResponseWriter, _ *http.Request) {
		s.Reset()
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

func (s *Sandbox) postFault(w http.ResponseWriter, r *http.Request) {
	post(w, r, func(f Fault) (Fault, error) { return f, s.Inject(f) })
}

// instanceRequest is what POST /_sandbox/instances takes.
type instanceRequest struct {
	// Region is where the cluster lies; empty is the sandbox's own.
	Region string `json:"region"`
	// Cluster is its name or ARN.
	Cluster string `json:"cluster"`
	Instance
}

func (s *Sandbox) postInstance(w http.ResponseWriter, r *http.Request) {
	post(w, r, func(in instanceRequest) (InstanceIDs, error) { //nolint:contextcheck // a machine boots on when its caller has gone
		return s.AddInstance(in.Region, in.Cluster, in.Instance)
	})
}

// getInstance answers with what became of an instance's boot.
func (s *Sandbox) getInstance(w http.ResponseWriter, r *http.Request) {
	node, ok := s.Node(r.URL.Query().Get("region"), r.PathValue("id"))
	if !ok {
		noInstance(w)
		return
	}
	writeJSON(w, http.StatusOK, node)
}

func noInstance(w http.ResponseWriter) {
	writeJSON(w, http.StatusNotFound, map[string]string{"error": "there is no simulated instance of this id"})
}

// postVerify answers with what the node itself sees.
func (s *Sandbox) postVerify(w http.ResponseWriter, r *http.Request) {
	seen, err := s.Verify(r.Context(), r.URL.Query().Get("region"), r.PathValue("id"))
	if err != nil {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, seen)
}

// serveMetadata lets other processes ask an instance's metadata service. A
// region cannot be named here: it is the sandbox's own.
func (s *Sandbox) serveMetadata(w http.ResponseWriter, r *http.Request) {
	service, ok := s.Metadata("", r.PathValue("id"))
	if !ok {
		noInstance(w)
		return
	}
	below := r.Clone(r.Context())
	below.URL.Path = "/" + r.PathValue("path")
	service.ServeHTTP(w, below)
}

// outcomeRequest is what POST /_sandbox/outcomes takes.
type outcomeRequest struct {
	Container string `json:"container"`
	Outcome
}

func (s *Sandbox) postOutcome(w http.ResponseWriter, r *http.Request) {
	post(w, r, func(in outcomeRequest) (outcomeRequest, error) { return in, s.SetOutcome(in.Container, in.Outcome) })
}

// post reads a switch's body, throws it, and answers with the result.
func post[In, Out any](w http.ResponseWriter, r *http.Request, do func(In) (Out, error)) {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	var in In
	var out Out
	err := decoder.Decode(&in)
	if err == nil {
		out, err = do(in)
	}
	if err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	writeJSON(w, http.StatusCreated, out)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that has gone away is no concern of the sandbox's.
	_, _ = w.Write(append(body, '\n'))
}
