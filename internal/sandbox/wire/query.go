package wire

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
)

// Query is the awsQuery protocol: the request is a form with Action and
// Version, the reply is XML.
type Query struct {
	// Version is the API's version, which tells services apart.
	Version string
	// Namespace is the XML namespace of the replies.
	Namespace string
}

// Operation returns the form's Action if the form is for this API's version.
func (p Query) Operation(r *http.Request, body []byte) (string, bool) {
	form, err := p.Form(r.URL.RawQuery, body)
	if err != nil || form.Get("Version") != p.Version {
		return "", false
	}
	return form.Get("Action"), form.Get("Action") != ""
}

// Form reads the parameters of a request, which clients send in the body or
// in the URL.
func (Query) Form(rawQuery string, body []byte) (url.Values, error) {
	return url.ParseQuery(strings.Trim(rawQuery+"&"+string(body), "&"))
}

// WriteReply wraps the result in the envelope of its operation.
func (p Query) WriteReply(w http.ResponseWriter, requestID, operation string, body []byte) {
	var b bytes.Buffer
	b.WriteString("<" + operation + `Response xmlns="` + p.Namespace + `">`)
	b.Write(body)
	b.WriteString("<ResponseMetadata><RequestId>" + requestID + "</RequestId></ResponseMetadata>")
	b.WriteString("</" + operation + "Response>")
	p.write(w, http.StatusOK, requestID, b.Bytes())
}

// WriteError sends an error document.
func (p Query) WriteError(w http.ResponseWriter, requestID string, e *Error) {
	code, status := queryCode(e)
	fault := "Sender"
	if status >= http.StatusInternalServerError {
		fault = "Receiver"
	}
	body, err := xml.Marshal(struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Namespace string   `xml:"xmlns,attr"`
		Type      string   `xml:"Error>Type"`
		Code      string   `xml:"Error>Code"`
		Message   string   `xml:"Error>Message"`
		RequestID string   `xml:"RequestId"`
	}{Namespace: p.Namespace, Type: fault, Code: code, Message: e.Message, RequestID: requestID})
	if err != nil {
		body = []byte("<ErrorResponse/>")
	}
	p.write(w, status, requestID, body)
}

func (Query) write(w http.ResponseWriter, status int, requestID string, body []byte) {
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("X-Amzn-Requestid", requestID)
	w.WriteHeader(status)
	// A client that has gone away is no concern of the service's.
	_, _ = w.Write(body)
}

// queryCode gives a shared error the code and the status that the query
// protocol knows it by.
func queryCode(e *Error) (code string, status int) {
	switch e.Code {
	case codeAccessDenied:
		return "AccessDenied", http.StatusForbidden
	case codeExpiredToken:
		return "ExpiredToken", http.StatusForbidden
	case codeUnknownClient:
		return "InvalidClientTokenId", http.StatusForbidden
	case codeNoToken:
		return "MissingAuthenticationToken", http.StatusForbidden
	case codeBadSignature:
		return "SignatureDoesNotMatch", http.StatusForbidden
	case codeIncomplete:
		return "IncompleteSignature", http.StatusBadRequest
	case codeThrottling:
		return "Throttling", http.StatusBadRequest
	case codeUnknownOperation:
		return "InvalidAction", http.StatusBadRequest
	case codeServer:
		return "InternalFailure", http.StatusInternalServerError
	default:
		return e.Code, e.status()
	}
}
