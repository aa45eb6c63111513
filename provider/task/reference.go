package task

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
	"github.com/ecswin/terraform-provider-ecswin/provider/names"
)

// reference names a task, as a user writes it.
type reference struct {
	// cluster is empty where an ARN of the old form does not tell it.
	cluster, id string
	// account and region are empty unless the user gave them.
	account, region string
	// arn is empty unless the user gave it.
	arn string
}

// parseReference reads "cluster/id" or a task's ARN.
func parseReference(s string) (reference, error) {
	var r reference
	name := s
	if arn.IsARN(s) {
		parsed, err := arn.Parse(s)
		if err != nil {
			return r, fmt.Errorf("%q is no valid ARN: %w", s, err)
		}
		rest, ok := strings.CutPrefix(parsed.Resource, "task/")
		if parsed.Service != "ecs" || !ok {
			return r, fmt.Errorf("%q is not the ARN of an ECS task, which looks like arn:aws:ecs:us-east-1:123456789012:task/cluster/0123456789abcdef0123456789abcdef", s)
		}
		name, r.account, r.region, r.arn = rest, parsed.AccountID, parsed.Region, s
	}
	cluster, id, ok := strings.Cut(name, "/")
	if !ok && r.arn != "" {
		// ECS's old form of ARNs has no cluster; such a task is found in the
		// default one or not at all.
		cluster, id = "default", name
	}
	if !names.Valid(cluster) || !isTaskID(id) {
		return reference{}, fmt.Errorf("%q names no task: write cluster/id or an ARN, such as windows/0123456789abcdef0123456789abcdef", s)
	}
	r.cluster, r.id = cluster, id
	return r, nil
}

// isTaskID knows ids of the present form, 32 digits, and of the old one, with
// hyphens.
func isTaskID(s string) bool {
	return len(s) >= 32 && consistsOf(s, 36, func(c byte) bool { return isHex(c) || c == '-' })
}

// name is how DescribeTasks takes the task within its cluster.
func (r reference) name() string {
	if r.arn != "" {
		return r.arn
	}
	return r.id
}

// elsewhere says why a client cannot work on the task, if so.
func (r reference) elsewhere(client *awsapi.Client) (string, bool) {
	switch {
	case r.region != "" && r.region != client.Region:
		return fmt.Sprintf("It is in Region %s, and the provider works in %s. Use a provider configuration for %s.", r.region, client.Region, r.region), true
	case r.account != "" && client.AccountID != "" && r.account != client.AccountID:
		return fmt.Sprintf("It belongs to account %s, and the provider's credentials to %s.", r.account, client.AccountID), true
	}
	return "", false
}

// shortName returns what comes after the kind in an ARN: the name of a
// cluster, or family:revision. Anything else is returned as it is.
func shortName(s string) string {
	parsed, err := arn.Parse(s)
	if err != nil {
		return s
	}
	_, name, ok := strings.Cut(parsed.Resource, "/")
	if !ok {
		return s
	}
	return name
}

// sameThing reports whether two spellings, a name or an ARN, mean the same
// within one account and Region.
func sameThing(a, b string) bool {
	return a == b || (arn.IsARN(a) != arn.IsARN(b) && shortName(a) == shortName(b))
}
