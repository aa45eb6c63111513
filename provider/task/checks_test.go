package task

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/ecswin/terraform-provider-ecswin/provider/checks"
)

func TestChecks(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		check     validator.String
		good, bad []string
	}{
		"cluster": {
			clusterReference(),
			[]string{"windows", "a_b-1", "arn:aws-cn:ecs:cn-north-1:123456789012:cluster/windows"},
			[]string{"", "a b", "arn:aws:ecs:us-east-1:123456789012:service/windows", "arn:aws:ecs:us-east-1:123456789012:cluster/"},
		},
		"revision": {
			revisionReference(),
			[]string{"web:1", revisionARN},
			[]string{"web", "web:", "web:0", "web:x", ":1", "arn:aws:ecs:us-east-1:123456789012:task-definition/web", "arn:aws:ecs:us-east-1:123456789012:cluster/web:1"},
		},
		"mark":   {mark(), []string{"me", "ecs-svc/1_2", strings.Repeat("a", 128)}, []string{"", "a b", strings.Repeat("a", 129)}},
		"token":  {token(), []string{"a!b~", strings.Repeat("a", 64)}, []string{"", "a b", "ä", "a\n", strings.Repeat("a", 65)}},
		"subnet": {resourceID("a subnet", "subnet"), []string{"subnet-0a", "subnet-0123456789abcdef0"}, []string{"subnet-", "subnet-x", "sg-0a", "subnet-0123456789abcdef01"}},
		"role": {
			roleARN(),
			[]string{"arn:aws:iam::123456789012:role/web", "arn:aws-us-gov:iam::123456789012:role/path/web"},
			[]string{"", "web", "arn:aws:iam::123456789012:role/", "arn:aws:iam::123456789012:user/web"},
		},
	}
	for name, tt := range tests {
		c, ok := tt.check.(checks.Check)
		if !ok {
			t.Fatalf("%s is no check", name)
		}
		for _, s := range tt.good {
			if !c.OK(s) {
				t.Errorf("%s: %q is refused", name, s)
			}
		}
		for _, s := range tt.bad {
			if c.OK(s) {
				t.Errorf("%s: %q is taken", name, s)
			}
		}
	}
}
