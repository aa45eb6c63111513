package taskdef

// Unknowns is a set of places in a task definition whose values are not known
// yet, as happens in a Terraform plan. A value that is unknown is absent from
// the definition it goes with, so whoever reads the definition asks here
// before it concludes anything from an absence.
//
// The zero Unknowns is empty and ready for use. It is not safe for concurrent
// writes.
type Unknowns struct {
	root node
}

type node struct {
	whole    bool
	children map[Step]*node
}

// Add records that the value at p, with all that is below it, is unknown.
func (u *Unknowns) Add(p Path) {
	n := &u.root
	for _, s := range p.steps {
		if n.children == nil {
			n.children = map[Step]*node{}
		}
		next := n.children[s]
		if next == nil {
			next = &node{}
			n.children[s] = next
		}
		n = next
	}
	n.whole = true
}

// Any reports whether anything at all is unknown.
func (u *Unknowns) Any() bool {
	return u != nil && (u.root.whole || len(u.root.children) > 0)
}

// Covers reports whether the value at p is unknown, itself or because
// something that holds it is. A nil set covers nothing.
func (u *Unknowns) Covers(p Path) bool {
	n := u.at(p)
	return n != nil && n.whole
}

// Touches reports whether the value at p is unknown or holds anything that
// is. A nil set touches nothing.
func (u *Unknowns) Touches(p Path) bool {
	n := u.at(p)
	return n != nil && (n.whole || len(n.children) > 0)
}

// at returns what is recorded at p, or at something that holds p and is
// unknown as a whole; nil if nothing is.
func (u *Unknowns) at(p Path) *node {
	if u == nil {
		return nil
	}
	n := &u.root
	for _, s := range p.steps {
		if n.whole {
			return n
		}
		if n = n.children[s]; n == nil {
			return nil
		}
	}
	return n
}
