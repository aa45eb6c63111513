// Package wait is the one place where time passes: whoever needs to know the
// time, or to let some of it go by, asks a Clock, so that tests decide how
// late it is and never sleep.
package wait
