package fault

// networkCodes are the numbers 200 to 299: Docker, HNS, addresses, routes, names.
func networkCodes() []Info {
	return nil
}
