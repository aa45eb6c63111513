package wire

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
)

// Place is where resources lie: nothing is shared between accounts or regions.
type Place struct {
	Partition, Account, Region string
}

// Place returns where a request's resources lie.
func (r Request) Place() Place {
	return Place{Partition: r.Partition(), Account: r.Caller.Account, Region: r.Region}
}

// ARN returns the ARN of a service's resource, such as "cluster/web" of ecs.
func (p Place) ARN(service, resource string) string {
	return "arn:" + p.Partition + ":" + service + ":" + p.Region + ":" + p.Account + ":" + resource
}

// NewEC2ID returns a new id as EC2 forms them, such as "eni-0" and 16
// hexadecimal digits.
func NewEC2ID(prefix string) string {
	return prefix + "-0" + NewID()[:16]
}

// NewID returns 32 random hexadecimal digits, as the ids of tasks are.
func NewID() string {
	var b [16]byte
	// crypto/rand.Read never fails.
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// StableEC2ID returns an id as EC2 forms them that depends on a name alone.
func StableEC2ID(prefix, name string) string {
	sum := sha256.Sum256([]byte(name))
	return prefix + "-0" + hex.EncodeToString(sum[:8])
}
