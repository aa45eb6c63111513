package fault

// agentCodes are the numbers 300 to 399: the ECS agent, the cluster, signals.
func agentCodes() []Info {
	return nil
}
