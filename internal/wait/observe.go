package wait

import (
	"context"
	"time"
)

// Progress is how a wait stands that takes a while.
type Progress struct {
	// What is waited for, and what was seen last.
	What, Seen string
	// Waited is how long already.
	Waited time.Duration
}

// worthTelling is how long a wait lasts before it is told of; each next time it has lasted twice as long.
const worthTelling = 5 * time.Second

type observerKey struct{}

// Observe returns a context whose waits tell how they stand, once they have lasted for five seconds and each time that has
// doubled. What tell does must not block.
func Observe(ctx context.Context, tell func(Progress)) context.Context {
	return context.WithValue(ctx, observerKey{}, tell)
}

// observer returns who is told of the waits of a context; nobody is a function that does nothing.
func observer(ctx context.Context) func(Progress) {
	if tell, ok := ctx.Value(observerKey{}).(func(Progress)); ok {
		return tell
	}
	return func(Progress) {}
}
