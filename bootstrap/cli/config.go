package cli

// configCommand works with documents.
type configCommand struct {
	Check   configCheckCommand   `cmd:"" help:"Check a document, or any user data, and name what is wrong with line and column."`
	Show    configShowCommand    `cmd:"" help:"Show every value in force and where it comes from."`
	Schema  configSchemaCommand  `cmd:"" help:"Print the JSON Schema of the document, for editors."`
	Example configExampleCommand `cmd:"" help:"Print an example document with every member in it."`
	Convert configConvertCommand `cmd:"" help:"Make a document of an Initialize-ECSAgent script, or of ECS_* variables."`
}
