package taskdefinition

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/ecswin/terraform-provider-ecswin/provider/names"
)

// reference names a family or one of its revisions, as a user writes it.
type reference struct {
	family string
	// revision is 0 where the reference names the family alone.
	revision int64
	// account and region are empty unless the reference is an ARN.
	account, region string
}

// parseReference reads a family, family:revision, or the ARN of either.
func parseReference(s string) (reference, error) {
	r := reference{}
	name := s
	if arn.IsARN(s) {
		parsed, err := arn.Parse(s)
		if err != nil {
			return r, fmt.Errorf("%q is no valid ARN: %w", s, err)
		}
		rest, ok := strings.CutPrefix(parsed.Resource, "task-definition/")
		if parsed.Service != "ecs" || !ok {
			return r, fmt.Errorf("%q is not the ARN of an ECS task definition, which looks like arn:aws:ecs:us-east-1:123456789012:task-definition/family:1", s)
		}
		name, r.account, r.region = rest, parsed.AccountID, parsed.Region
	}
	family, revision, hasRevision := strings.Cut(name, ":")
	if !names.Valid(family) {
		return r, fmt.Errorf("%q names no task definition: write a family, family:revision, or an ARN", s)
	}
	r.family = family
	if hasRevision {
		n, err := strconv.ParseInt(revision, 10, 32)
		if err != nil || n < 1 {
			return r, fmt.Errorf("%q: a revision is a number from 1 on", s)
		}
		r.revision = n
	}
	return r, nil
}

// String gives the reference as DescribeTaskDefinition takes it within an
// account and Region.
func (r reference) String() string {
	if r.revision == 0 {
		return r.family
	}
	return r.family + ":" + strconv.FormatInt(r.revision, 10)
}
