package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/Microsoft/hcsshim/hcn"
)

// apply creates through hcn what `ecswin-bootstrap trunk documents --output json` has printed into a file.
func apply(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var printed struct {
		Documents []struct {
			File, Kind, Network string
			Document            json.RawMessage
		}
	}
	if err := json.Unmarshal(text, &printed); err != nil {
		return err
	}
	for _, d := range printed.Documents {
		if err := create(d.Kind, d.Network, d.Document); err != nil {
			return fmt.Errorf("%s: %w", d.File, err)
		}
		fmt.Println(d.File)
	}
	return nil
}

func create(kind, network string, document []byte) error {
	if kind == "network" {
		var n hcn.HostComputeNetwork
		if err := json.Unmarshal(document, &n); err != nil {
			return err
		}
		_, err := n.Create()
		return err
	}
	n, err := hcn.GetNetworkByName(network)
	if err != nil {
		return err
	}
	var e hcn.HostComputeEndpoint
	if err := json.Unmarshal(document, &e); err != nil {
		return err
	}
	_, err = n.CreateEndpoint(&e)
	return err
}
