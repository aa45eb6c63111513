package verified

import (
	"fmt"
	"slices"
	"strings"
)

const head = `# What is verified, and how

What the project claims, the tests behind each claim, and what of it nobody has seen. **Nothing here was seen on real Windows, on
EC2 or in an AWS account**: the last column says what that leaves open. A test that a row names exists, or the build fails; what a
test really shows is best read in the test.

`

// unseen is what Wine cannot show, each with the reason.
func unseen() []Explained {
	return []Explained{
		{"signer trust", "who has signed a file", "Wine takes an untrusted root"},
		{"ACL enforcement", "that an ACL keeps somebody out", "Wine makes Unix modes of it and adds what the folder above passes down; tests run as root"},
		{"reparse points", "that a state folder that leads elsewhere is refused", "Wine shows links as plain folders"},
		{"recovery actions", "that a service that has crashed is started again", "Wine takes the setting and does not act on it"},
		{"delayed starts, PRESHUTDOWN", "when a service starts, and how long Windows waits for its end", "Wine takes the settings and does not keep them"},
		{"deadlocks in the service control manager", "that a start from a service that is starting blocks", "Wine's manager has no such lock"},
		{"HNS acceptance", "whether HNS takes a document", "the fake refuses what is known to be refused, and takes everything else"},
		{"HNS timing", "how long a network takes, and when addresses and routes come back", "delays are those that people have reported"},
		{"packets", "virtual switches, NAT, VLANs, DHCP, the firewall's effect", "there is no driver below the fake"},
		{"COM1", "the line of the serial console", "a machine under Wine has no serial port"},
		{"event log", "what Event Viewer shows", "Wine takes entries, and nothing can be read back"},
		{"boots", "the loader's count of boots, a reboot by Windows itself", "the count is always zero, and the test moves the time of boot"},
		{"domain", "the secure channel", "there is no controller"},
		{"PowerShell, EC2Launch, ECSTools", "what AWS's own scripts do", "fakes stand in their place; a call that no test announced fails it"},
		{"the ECS agent, Docker, AWS", "registration, placement, tasks", "fakes written after their source and documentation"},
	}
}

// Markdown returns docs/verified.md.
func Markdown() string {
	var b strings.Builder
	b.WriteString(head)
	b.WriteString("## The layers\n\n| layer | what it is | what it cannot tell | claims it stands behind |\n|---|---|---|---|\n")
	total, complete, by := count()
	for _, l := range Layers() {
		fmt.Fprintf(&b, "| %s | %s | %s | %d |\n", l.Name, l.What, l.Not, by[Layer(l.Name)])
	}
	fmt.Fprintf(&b, "\nOf %d claims, %d leave something open.\n", total, total-complete)
	for _, a := range Areas() {
		fmt.Fprintf(&b, "\n## %s\n\n| claim | shown by | *not verified* |\n|---|---|---|\n", a.Title)
		for _, row := range a.Behaviours {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", row.What, shown(row.Shown), row.NotVerified)
		}
	}
	b.WriteString("\n## What Wine cannot show\n\nAll of these are *not verified*. Somebody with a Windows Server can begin with " +
		"`.github/workflows/windows.yml`, which has not run.\n\n| by name | which is | because |\n|---|---|---|\n")
	for _, u := range unseen() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", u.Name, u.What, u.Not)
	}
	return b.String()
}

// count counts the claims, those that leave nothing open, and those that each layer stands behind.
func count() (total, complete int, by map[Layer]int) {
	by = map[Layer]int{}
	for _, a := range Areas() {
		for _, row := range a.Behaviours {
			total++
			if row.NotVerified == "" {
				complete++
			}
			var layers []Layer
			for _, s := range row.Shown {
				if !slices.Contains(layers, s.Layer) {
					layers = append(layers, s.Layer)
					by[s.Layer]++
				}
			}
		}
	}
	return total, complete, by
}

// shown lists tests by layer, in the order of the page, and by folder.
func shown(tests []Shown) string {
	var parts []string
	for _, l := range Layers() {
		var names []string
		folder := ""
		for _, s := range tests {
			if s.Layer != Layer(l.Name) {
				continue
			}
			name := s.Func
			if file, ok := s.Scenario(); ok {
				name = "scenario " + file
			} else if s.Folder != folder {
				folder = s.Folder
				name = "`" + folder + "` " + name
			}
			names = append(names, name)
		}
		if len(names) > 0 {
			parts = append(parts, "*"+l.Name+"*: "+strings.Join(names, ", "))
		}
	}
	return strings.Join(parts, "<br>")
}
