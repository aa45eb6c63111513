package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/hns"
)

// newTrunkCommand describes the commands about trunk networks.
func newTrunkCommand(l *line) *cobra.Command {
	return add(l.group("trunk", "Print documents for ENI trunk networks. Nobody has shown one to work."), "Commands",
		newTrunkDocumentsCommand(l))
}

// trunkDocumentsCommand prints documents.
type trunkDocumentsCommand struct {
	Variant string
	Branch  []string
	Uplink  string
}

func newTrunkDocumentsCommand(l *line) *cobra.Command {
	c := &trunkDocumentsCommand{}
	command := l.command("documents", "Print the HNS documents of a variant, for a person to try on a real host. Nothing applies them.", c)
	oneOf(command.Flags(), &c.Variant, "variant", "",
		"`VARIANT` of the documents: %s. Variant a has an L2Bridge network per branch, b a Transparent network per branch, c one Transparent network.", "a", "b", "c")
	need(command, "variant")
	command.Flags().StringArrayVar(&c.Branch, "branch", nil,
		"`BRANCH` interface as VLAN,MAC,ADDRESS/LEN,GATEWAY; may be repeated. Default: an example.")
	command.Flags().StringVar(&c.Uplink, "uplink", "Ethernet 2", "`ALIAS` of the trunk's adapter.")
	return command
}

type trunkDocuments struct {
	SchemaVersion int             `json:"schemaVersion"`
	Variant       string          `json:"variant"`
	Warning       string          `json:"warning"`
	Documents     []trunkDocument `json:"documents"`
	// Checklist is Markdown: how a person finds out whether they work.
	Checklist string `json:"checklist"`
}

type trunkDocument struct {
	File     string          `json:"file"`
	Kind     string          `json:"kind"`
	Network  string          `json:"network,omitempty"`
	Document json.RawMessage `json:"document"`
}

const trunkWarning = "Nobody has shown these documents to work on an EC2 instance; ECS tasks do not use them."

// Run implements the command.
func (c *trunkDocumentsCommand) Run(s *session) error {
	branches, err := c.branches()
	if err != nil {
		return err
	}
	documents, err := hns.Documents(c.Variant, branches)
	if err != nil {
		return fault.New("E_USAGE", err, "")
	}
	d := trunkDocuments{SchemaVersion: 1, Variant: c.Variant, Warning: trunkWarning, Checklist: hns.Checklist()}
	for _, doc := range documents {
		d.Documents = append(d.Documents, trunkDocument{File: doc.File, Kind: doc.Kind, Network: doc.Network, Document: doc.JSON})
	}
	return s.show(d, func() {
		fmt.Fprintln(s.Stderr, trunkWarning)
		for _, doc := range documents {
			fmt.Fprintf(s.Stdout, "# %s (%s)\n%s\n", doc.File, doc.Kind, strings.TrimSpace(string(doc.JSON)))
		}
		fmt.Fprintf(s.Stdout, "\n%s", hns.Checklist())
	})
}

// branches reads the branches given, or makes up two in the documentation's address range.
func (c *trunkDocumentsCommand) branches() ([]hns.Branch, error) {
	texts := c.Branch
	if len(texts) == 0 {
		texts = []string{"101,0a:00:00:00:01:01,192.0.2.10/25,192.0.2.1", "102,0a:00:00:00:02:02,192.0.2.130/25,192.0.2.129"}
	}
	var all []hns.Branch
	for _, text := range texts {
		parts := strings.Split(text, ",")
		if len(parts) != 4 {
			return nil, fault.New("E_USAGE", nil, "--branch %q is not VLAN,MAC,ADDRESS/LEN,GATEWAY", text)
		}
		vlan, err1 := strconv.Atoi(parts[0])
		address, err2 := netip.ParsePrefix(parts[2])
		gateway, err3 := netip.ParseAddr(parts[3])
		if err := errors.Join(err1, err2, err3); err != nil {
			return nil, fault.New("E_USAGE", err, "--branch %q is not VLAN,MAC,ADDRESS/LEN,GATEWAY", text)
		}
		all = append(all, hns.Branch{
			Adapter: c.Uplink, VLAN: vlan, MAC: strings.ToLower(parts[1]), Address: address.Addr(), Subnet: address.Masked(), Gateway: gateway,
		})
	}
	return all, nil
}
