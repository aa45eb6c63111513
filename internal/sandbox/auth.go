package sandbox

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// regionName is what a region's name looks like.
var regionName = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]+$`)

// signature is what a SigV4 Authorization header says.
type signature struct {
	accessKeyID string
	date        string
	region      string
	service     string
}

// authenticate finds out who calls, and for which region. It reads the
// signature's parts and checks that they are there and fit; the sandbox knows
// no secret keys, so any signature is good.
func (s *Sandbox) authenticate(r *http.Request, c *call) error {
	header := r.Header.Get("Authorization")
	if header == "" && c.operation.Unsigned {
		c.request.Region = s.options.Region
		c.request.Caller = s.directory.Fallback()
		return nil
	}
	sig, err := parseSignature(header)
	if err != nil {
		return err
	}
	if err := sig.check(c.service.Name); err != nil {
		return err
	}
	c.request.Region = sig.region
	c.request.Caller, err = s.directory.Lookup(sig.accessKeyID, r.Header.Get("X-Amz-Security-Token"), c.request.Now)
	return err
}

// parseSignature reads an Authorization header such as
//
//	AWS4-HMAC-SHA256 Credential=AKID/20260102/us-east-1/ecs/aws4_request, SignedHeaders=host, Signature=00ff
func parseSignature(header string) (signature, error) {
	if header == "" {
		return signature{}, wire.MissingToken()
	}
	list, ok := strings.CutPrefix(header, "AWS4-HMAC-SHA256 ")
	if !ok {
		return signature{}, wire.MissingToken()
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(list, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	for _, name := range []string{"Credential", "SignedHeaders", "Signature"} {
		if parts[name] == "" {
			return signature{}, wire.IncompleteSignature(name)
		}
	}
	scope := strings.Split(parts["Credential"], "/")
	if len(scope) != 5 || scope[4] != "aws4_request" || scope[0] == "" {
		return signature{}, wire.BadScope(
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term")
	}
	return signature{accessKeyID: scope[0], date: scope[1], region: scope[2], service: scope[3]}, nil
}

func (s signature) check(service string) error {
	if !regionName.MatchString(s.region) {
		return wire.BadScope("Credential should be scoped to a valid region.")
	}
	if s.service != service {
		return wire.BadScope(fmt.Sprintf("Credential should be scoped to correct service: '%s'.", service))
	}
	if len(s.date) != len("20060102") {
		return wire.BadScope("Date in Credential scope does not match YYYYMMDD.")
	}
	return nil
}
