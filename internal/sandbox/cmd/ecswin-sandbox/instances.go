package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
)

// instances is what one -instances flag asks for.
type instances struct {
	cluster string
	count   int
	each    sandbox.Instance
}

// maxInstances is more than anybody wants on one machine, and less than the
// first subnet has addresses.
const maxInstances = 1000

// parseInstances reads a list such as cluster=windows,type=m5.large,count=2.
func parseInstances(text string) (instances, error) {
	group := instances{cluster: "default", count: 1}
	for part := range strings.SplitSeq(text, ",") {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "cluster":
			group.cluster = value
		case "type":
			group.each.Type = value
		case "os":
			group.each.OSFamily = types.OSFamily(value)
		case "subnet":
			group.each.SubnetID = value
		case "count":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 || n > maxInstances {
				return group, fmt.Errorf("count %q is no number from 1 to %d", value, maxInstances)
			}
			group.count = n
		default:
			return group, fmt.Errorf("%q is none of cluster, type, os, subnet and count", key)
		}
	}
	return group, nil
}

// populate creates the clusters and the instances, and says so.
func populate(w io.Writer, s *sandbox.Sandbox, groups []instances) error {
	for _, g := range groups {
		if err := s.AddCluster("", g.cluster); err != nil {
			return err
		}
		for range g.count {
			ids, err := s.AddInstance("", g.cluster, g.each)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, "simulated instance %s in cluster %s: %s\n", ids.EC2, g.cluster, ids.ContainerInstance); err != nil {
				return fmt.Errorf("unable to print what was made: %w", err)
			}
		}
	}
	return nil
}
