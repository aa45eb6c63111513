package winhost

import "strings"

// folderSDDL is the security descriptor of the bootstrap's folders: owned by Administrators, protected from what the
// folder above would pass down, full access for SYSTEM and Administrators alone. SIDs have no language.
const folderSDDL = "O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"

// lockSDDL is the security descriptor of the bootstrap's named mutexes.
const lockSDDL = "D:P(A;;GA;;;SY)(A;;GA;;;BA)"

// sddlOwner returns the owner that an SDDL text names, as BA or a SID; empty if it names none.
func sddlOwner(sddl string) string {
	rest, ok := strings.CutPrefix(sddl, "O:")
	if !ok {
		return ""
	}
	for i := 0; i+1 < len(rest); i++ {
		if rest[i+1] == ':' && strings.IndexByte("GDS", rest[i]) >= 0 {
			return rest[:i]
		}
	}
	return rest
}

// trustedOwner tells an owner that no ordinary user can be: SYSTEM or Administrators, as an alias or as a SID.
func trustedOwner(owner string) bool {
	switch owner {
	case "SY", "BA", "S-1-5-18", "S-1-5-32-544":
		return true
	}
	return false
}

// sddlDACL returns the DACL's flags and its entries. The flags AI and AR, which tell how inheritance was last computed,
// are left out: they give nobody access.
func sddlDACL(sddl string) (flags string, entries []string) {
	at := strings.Index(sddl, "D:")
	if at < 0 {
		return "", nil
	}
	rest := sddl[at+2:]
	head, tail, found := strings.Cut(rest, "(")
	if !found {
		head, _, _ = strings.Cut(head, "S:")
		return dropInheritance(head), nil
	}
	flags = dropInheritance(head)
	for found {
		var entry string
		entry, tail, found = strings.Cut(tail, ")")
		if !found {
			break
		}
		entries = append(entries, entry)
		tail, found = strings.CutPrefix(tail, "(")
	}
	return flags, entries
}

func dropInheritance(flags string) string {
	return strings.NewReplacer("AI", "", "AR", "").Replace(flags)
}

// sameDACL tells that two SDDL texts give the same access: the same flags and the same entries, in any order. All
// entries that the bootstrap writes allow, so their order means nothing.
func sameDACL(a, b string) bool {
	flagsA, entriesA := sddlDACL(a)
	flagsB, entriesB := sddlDACL(b)
	if flagsA != flagsB || len(entriesA) != len(entriesB) {
		return false
	}
	count := map[string]int{}
	for _, e := range entriesA {
		count[e]++
	}
	for _, e := range entriesB {
		count[e]--
		if count[e] < 0 {
			return false
		}
	}
	return true
}
