package sandbox

import "testing"

// FuzzParseSignature reads any header: what it accepts has an access key.
func FuzzParseSignature(f *testing.F) {
	for _, header := range []string{
		"",
		"AWS4-HMAC-SHA256 Credential=AKID/20261122/eu-west-1/ecs/aws4_request, SignedHeaders=host, Signature=00",
		"AWS4-HMAC-SHA256 Credential=/////, SignedHeaders=, Signature",
		"AWS4-HMAC-SHA256 ,,=,Credential==",
	} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		sig, err := parseSignature(header)
		if err == nil && sig.accessKeyID == "" {
			t.Errorf("%q is accepted without an access key", header)
		}
		if err == nil && sig.check("ecs") == nil && sig.service != "ecs" {
			t.Errorf("%q is accepted for ECS, but scoped to %q", header, sig.service)
		}
	})
}
