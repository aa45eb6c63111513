package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/CycloneDX/cyclonedx-go"
)

// printSBOM prints the program's bill of materials as CycloneDX JSON: the modules that the Go linker recorded in it, and
// Go itself. It holds no time and no random number, so that one program has one bill.
func printSBOM(path, version string, out io.Writer) error {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the modules of %s: %w", path, err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	encoder := cyclonedx.NewBOMEncoder(out, cyclonedx.BOMFileFormatJSON).SetPretty(true)
	if err := encoder.Encode(bill(info, content, version)); err != nil {
		return fmt.Errorf("writing the bill of materials: %w", err)
	}
	return nil
}

// bill makes the bill of a program.
func bill(info *debug.BuildInfo, content []byte, version string) *cyclonedx.BOM {
	digest := sha256.Sum256(content)
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{Component: &cyclonedx.Component{
		BOMRef: "ecswin-bootstrap", Type: cyclonedx.ComponentTypeApplication, Name: "ecswin-bootstrap", Version: version,
		Hashes: &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: hex.EncodeToString(digest[:])}},
	}}
	components := []cyclonedx.Component{library("std", strings.TrimPrefix(info.GoVersion, "go"), "")}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		components = append(components, library(m.Path, m.Version, m.Sum))
	}
	bom.Components = &components
	return bom
}

// library is a Go module. Its sum is Go's own, over the module's files, which is none of CycloneDX's digests.
func library(path, version, sum string) cyclonedx.Component {
	url := "pkg:golang/" + path + "@" + version
	c := cyclonedx.Component{
		BOMRef: url, Type: cyclonedx.ComponentTypeLibrary, Name: path, Version: version, PackageURL: url, Scope: cyclonedx.ScopeRequired,
	}
	if sum != "" {
		c.Properties = &[]cyclonedx.Property{{Name: "go.sum", Value: sum}}
	}
	return c
}
