package wire

import (
	"errors"
	"fmt"
	"net/http"
)

// Error is what AWS answers when it refuses or fails.
type Error struct {
	// Code is the error's name in the JSON protocols, such as
	// "ClientException".
	Code string
	// Message is AWS's text.
	Message string
	// Status is the HTTP status; 0 stands for 400.
	Status int
	// ResourceIDs, if any, are the member resourceIds of the error.
	ResourceIDs []string
}

// Error returns the code and the text.
func (e *Error) Error() string {
	return e.Code + ": " + e.Message
}

// Errorf returns an Error with HTTP status 400 and a formatted text.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// AsError returns err as an Error; one that is not becomes the service's own
// failure, with status 500.
func AsError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Code: codeServer, Message: err.Error(), Status: http.StatusInternalServerError}
}

// The codes that every service shares, as the JSON protocols spell them.
const (
	codeAccessDenied     = "AccessDeniedException"
	codeExpiredToken     = "ExpiredTokenException"
	codeBadSignature     = "InvalidSignatureException"
	codeIncomplete       = "IncompleteSignatureException"
	codeNoToken          = "MissingAuthenticationTokenException"
	codeThrottling       = "ThrottlingException"
	codeUnknownClient    = "UnrecognizedClientException"
	codeUnknownOperation = "UnknownOperationException"
	codeServer           = "ServerException"
)

// AccessDenied says that caller may not call an action such as
// "ecs:CreateCluster".
func AccessDenied(caller Identity, action string) *Error {
	return Errorf(codeAccessDenied,
		"User: %s is not authorized to perform: %s because no identity-based policy allows the %s action",
		caller.ARN, action, action)
}

// ExpiredToken says that temporary credentials have run out.
func ExpiredToken() *Error {
	return Errorf(codeExpiredToken, "The security token included in the request is expired")
}

// UnrecognizedClient says that credentials are not valid.
func UnrecognizedClient() *Error {
	return Errorf(codeUnknownClient, "The security token included in the request is invalid.")
}

// MissingToken says that a request carries no signature.
func MissingToken() *Error {
	return Errorf(codeNoToken, "Missing Authentication Token")
}

// IncompleteSignature says that the Authorization header lacks a part.
func IncompleteSignature(part string) *Error {
	return Errorf(codeIncomplete, "Authorization header requires '%s' parameter.", part)
}

// BadScope says that a signature was made for something else.
func BadScope(message string) *Error {
	return Errorf(codeBadSignature, "%s", message)
}

// Throttled says that a token bucket is empty.
func Throttled() *Error {
	return Errorf(codeThrottling, "Rate exceeded")
}

// ServerFailure says that the service itself failed.
func ServerFailure() *Error {
	return &Error{
		Code:    codeServer,
		Message: "Service Unavailable. Please try again later.",
		Status:  http.StatusInternalServerError,
	}
}

// UnknownOperation says that a service has no such operation, or that the
// sandbox does not model it.
func UnknownOperation(service, operation string) *Error {
	return Errorf(codeUnknownOperation,
		"The sandbox does not model %s:%s.", service, operation)
}

// status returns the HTTP status that the error goes out with.
func (e *Error) status() int {
	if e.Status == 0 {
		return http.StatusBadRequest
	}
	return e.Status
}
