package fault

// programCodes are the numbers 1 to 99: the program itself, its arguments and its document.
func programCodes() []Info {
	return []Info{
		{
			Code: "E_INTERNAL", Number: 1, Exit: Internal,
			Text:   "the bootstrap came upon something that nobody foresaw",
			Remedy: "run `ecswin-bootstrap doctor --bundle bundle.zip` and report the bundle to the project",
		},
	}
}
