package awsapi

// Explanation says in words what went wrong with a call to AWS and what to do.
type Explanation struct {
	// Cause is one or more full sentences.
	Cause string
	// Remedy says what the user can do; empty where only AWS's text helps.
	Remedy string
}

// String gives cause and remedy as paragraphs.
func (e Explanation) String() string {
	if e.Remedy == "" {
		return e.Cause
	}
	return e.Cause + "\n\n" + e.Remedy
}

// Explain turns the error of a call to AWS into cause and remedy.
func Explain(err error) Explanation {
	return Explanation{Cause: err.Error()}
}
