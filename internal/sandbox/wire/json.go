package wire

import (
	"encoding/json"
	"net/http"
	"strings"
)

// JSON11 is the awsJson1_1 protocol: the operation stands in the X-Amz-Target
// header, bodies are JSON.
type JSON11 struct {
	// Target is what precedes the operation in X-Amz-Target, without the
	// dot, such as "AmazonEC2ContainerServiceV20141113".
	Target string
}

// Operation returns what follows the target's prefix.
func (p JSON11) Operation(r *http.Request, _ []byte) (string, bool) {
	return strings.CutPrefix(r.Header.Get("X-Amz-Target"), p.Target+".")
}

// WriteReply sends a JSON body.
func (p JSON11) WriteReply(w http.ResponseWriter, requestID, _ string, body []byte) {
	p.write(w, http.StatusOK, requestID, body)
}

// WriteError sends an error as __type and message.
func (p JSON11) WriteError(w http.ResponseWriter, requestID string, e *Error) {
	body, err := json.Marshal(struct {
		Type        string   `json:"__type"`
		Message     string   `json:"message"`
		ResourceIDs []string `json:"resourceIds,omitempty"`
	}{e.Code, e.Message, e.ResourceIDs})
	if err != nil {
		body = []byte("{}")
	}
	w.Header().Set("X-Amzn-Errortype", e.Code)
	p.write(w, e.status(), requestID, body)
}

func (JSON11) write(w http.ResponseWriter, status int, requestID string, body []byte) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-Requestid", requestID)
	w.WriteHeader(status)
	// A client that has gone away is no concern of the service's.
	_, _ = w.Write(body)
}
