// Package awsapi is how the project talks to AWS: it turns a plain Config into
// an authenticated Client, offers the few calls the project makes, logs each
// exchange with what is secret masked, and explains errors.
//
// It knows nothing of Terraform's types. Callers own the interfaces they need;
// the adapters here (TaskDefinitions, Tasks, Network and others) satisfy them.
package awsapi
