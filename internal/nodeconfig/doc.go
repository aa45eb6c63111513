// Package nodeconfig is the NodeConfig document: what a Windows container instance is to be. The Terraform provider
// writes it into user data, ecswin-bootstrap reads it.
//
// One table, [Fields], stands beside the struct [Document] and is the source of everything else: the strict decoder
// ([Parse]), the canonical form ([Encode]), the agent's environment ([Environment]), the JSON Schema ([Schema]), the
// reference page ([Markdown]), the example ([Example]). A test walks the struct and compares it with the table.
//
// A document never holds a secret, and no error of this package holds a value of a document.
package nodeconfig
