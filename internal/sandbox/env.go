package sandbox

// Env returns the environment variables that point AWS's clients at a sandbox
// that listens at url, and keep them from looking for anything elsewhere. The
// credentials are made up: any do.
func (s *Sandbox) Env(url string) map[string]string {
	return map[string]string{
		"AWS_ENDPOINT_URL":          url,
		"AWS_REGION":                s.options.Region,
		"AWS_DEFAULT_REGION":        s.options.Region,
		"AWS_ACCESS_KEY_ID":         "AKIASANDBOX",
		"AWS_SECRET_ACCESS_KEY":     "sandbox",
		"AWS_EC2_METADATA_DISABLED": "true",
	}
}
