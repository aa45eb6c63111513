package awsapi

import "fmt"

// Step is a part of New that can fail.
type Step string

// The steps of New, in the order in which they are taken.
const (
	StepCABundle         Step = "read the CA bundle"
	StepProfile          Step = "find the profile"
	StepLoad             Step = "read the shared configuration"
	StepRegion           Step = "find the Region"
	StepNoCredentials    Step = "find credentials"
	StepCredentials      Step = "get credentials"
	StepWebIdentity      Step = "assume a role with a web identity"
	StepAssumeRole       Step = "assume a role"
	StepIdentity         Step = "validate the credentials"
	StepAllowedAccount   Step = "work in this account"
	StepForbiddenAccount Step = "work in a forbidden account"
)

// SetupError is why New failed.
type SetupError struct {
	// Step is what was being done.
	Step Step
	// Index counts roles to assume, or forbidden accounts, from 0.
	Index int
	// Err is the cause.
	Err error
}

func (e *SetupError) Error() string {
	return fmt.Sprintf("unable to %s: %v", e.Step, e.Err)
}

// Unwrap returns the cause.
func (e *SetupError) Unwrap() error {
	return e.Err
}
