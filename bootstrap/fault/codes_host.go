package fault

// hostCodes are the numbers 100 to 199: the machine, its metadata, its state.
func hostCodes() []Info {
	return nil
}
