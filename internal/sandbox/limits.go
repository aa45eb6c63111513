package sandbox

import (
	"sync"

	"golang.org/x/time/rate"
)

// limits holds the token buckets of every account and region.
type limits struct {
	on bool

	mu      sync.Mutex
	buckets map[bucketKey]*rate.Limiter
}

// bucketKey tells buckets apart: AWS has one a group of calls, for each
// account and region.
type bucketKey struct {
	account, region, service, bucket string
}

func newLimits(on bool) *limits {
	return &limits{on: on, buckets: map[bucketKey]*rate.Limiter{}}
}

// allow takes a call's token, and reports whether there was one.
func (l *limits) allow(c *call) bool {
	size, ok := c.service.Buckets[c.operation.Bucket]
	if !l.on || !ok {
		return true
	}
	key := bucketKey{c.request.Caller.Account, c.request.Region, c.service.Name, c.operation.Bucket}
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket := l.buckets[key]
	if bucket == nil {
		bucket = rate.NewLimiter(rate.Limit(size.PerSecond), size.Burst)
		l.buckets[key] = bucket
	}
	return bucket.AllowN(c.request.Now, 1)
}

func (l *limits) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.buckets)
}
