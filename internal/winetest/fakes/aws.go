package fakes

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
)

// AWSAddress is where programs on a machine find the fake AWS; they are told so by AWS_ENDPOINT_URL.
const AWSAddress = "127.0.0.1:4566"

// AWS is as much of AWS as keeps a node from waiting for it: STS says who the caller is, everything else is denied, as it is
// to a role without a policy. It is safe for concurrent use.
type AWS struct {
	Account, Role string

	mu    sync.Mutex
	calls []string
}

// Calls are the calls so far, as "GetCallerIdentity" or "AmazonEC2ContainerServiceV20141113.ListAccountSettings".
func (a *AWS) Calls() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.calls)
}

// ServeHTTP implements http.Handler.
func (a *AWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	action := r.Header.Get("X-Amz-Target")
	if action == "" {
		action = r.FormValue("Action")
	}
	a.mu.Lock()
	a.calls = append(a.calls, action)
	a.mu.Unlock()
	if action == "GetCallerIdentity" {
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`+
			`<Arn>arn:aws:sts::%[1]s:assumed-role/%[2]s/i-0123456789abcdef0</Arn><UserId>AROASIMULATED:i-0123456789abcdef0</UserId>`+
			`<Account>%[1]s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`, a.Account, a.Role)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = io.WriteString(w, `{"__type":"AccessDeniedException","message":"User is not authorized to perform this operation"}`)
}
