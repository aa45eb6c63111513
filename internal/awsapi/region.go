package awsapi

import (
	"regexp"
	"strings"
)

var regionShape = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]+$`)

// LooksLikeRegion reports whether s has the shape of a Region's name, such as
// eu-central-1 or us-gov-west-1. Whether AWS has it only AWS can tell.
func LooksLikeRegion(s string) bool {
	return regionShape.MatchString(s)
}

// Partition returns the partition that a Region belongs to by its name. The
// prefixes are those of the partitions in the AWS SDK's endpoint rules.
func Partition(region string) string {
	for _, p := range [...]struct{ prefix, partition string }{
		{"cn-", "aws-cn"},
		{"us-gov-", "aws-us-gov"},
		{"us-iso-", "aws-iso"},
		{"us-isob-", "aws-iso-b"},
		{"eu-isoe-", "aws-iso-e"},
		{"us-isof-", "aws-iso-f"},
		{"eusc-", "aws-eusc"},
	} {
		if strings.HasPrefix(region, p.prefix) {
			return p.partition
		}
	}
	return "aws"
}
