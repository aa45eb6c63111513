package wire

import (
	"bytes"
	"encoding/xml"
	"net/http"
)

// EC2Query is the ec2Query protocol: requests as in Query, replies and errors
// in an envelope of Amazon EC2's own.
type EC2Query struct {
	Query
}

// WriteReply wraps the result in the envelope of its operation.
func (p EC2Query) WriteReply(w http.ResponseWriter, requestID, operation string, body []byte) {
	var b bytes.Buffer
	b.WriteString("<" + operation + `Response xmlns="` + p.Namespace + `">`)
	b.WriteString("<requestId>" + requestID + "</requestId>")
	b.Write(body)
	b.WriteString("</" + operation + "Response>")
	p.write(w, http.StatusOK, requestID, b.Bytes())
}

// WriteError sends an error document.
func (p EC2Query) WriteError(w http.ResponseWriter, requestID string, e *Error) {
	code, status := ec2Code(e)
	body, err := xml.Marshal(struct {
		XMLName   xml.Name `xml:"Response"`
		Code      string   `xml:"Errors>Error>Code"`
		Message   string   `xml:"Errors>Error>Message"`
		RequestID string
	}{Code: code, Message: e.Message, RequestID: requestID})
	if err != nil {
		body = []byte("<Response/>")
	}
	p.write(w, status, requestID, body)
}

// ec2Code gives a shared error the code and the status that EC2 knows it by
// (EC2 API reference, Error codes).
func ec2Code(e *Error) (code string, status int) {
	switch e.Code {
	case codeAccessDenied:
		return "UnauthorizedOperation", http.StatusForbidden
	case codeExpiredToken:
		return "RequestExpired", http.StatusBadRequest
	case codeUnknownClient, codeNoToken, codeBadSignature, codeIncomplete:
		return "AuthFailure", http.StatusUnauthorized
	case codeThrottling:
		return "RequestLimitExceeded", http.StatusServiceUnavailable
	case codeUnknownOperation:
		return "InvalidAction", http.StatusBadRequest
	case codeServer:
		return "InternalError", http.StatusInternalServerError
	default:
		return e.Code, e.status()
	}
}
