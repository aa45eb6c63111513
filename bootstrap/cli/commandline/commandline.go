// Package commandline reads a command line into a struct: each field is a flag, an argument or a command. It looks at fields
// alone. A library that finds methods by their names at run time, as kong and text/template do, makes the linker keep every
// method of every type that an interface may hold: three of the twenty megabytes that ecswin-bootstrap.exe had.
//
// The tags of the fields:
//
//	cmd:""         the field, a struct, is a command; embed:"" its fields are those of the struct that it stands in
//	arg:""         an argument without a name, which may be left out
//	name:"for-ami" the name, where it is not the field's, as state-dir for StateDir
//	aliases:"init" other names of a command, with commas between them
//	short:"v"      the flag's letter
//	help:"..."     what it is, a sentence
//	placeholder:"" what stands for the value in help
//	enum:"a,b"     the values that there are; ${enum} in the help stands for them
//	default:"a"    the value where none is given
//	required:""    a flag that has to be given
//	sep:"none"     a list's values have commas in them: one value each time the flag is given
package commandline

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"
)

// Command is the program, or one of its commands.
type Command struct {
	Name, Help string
	Aliases    []string
	Commands   []*Command
	Arguments  []*Flag
	Flags      []*Flag
	// Target is the pointer to the command's struct.
	Target any

	parent *Command
}

// Flag is a flag, or an argument, which has no dashes before its name.
type Flag struct {
	Name, Help string
	// Short is the flag's letter, or "".
	Short string
	// Default is the value where none is given, as it would be written.
	Default string
	// Enum are the values that there are; none: any.
	Enum     []string
	Required bool

	placeholder string
	whole       bool // a list's value is not cut at its commas
	value       reflect.Value
}

// New returns the program whose command line grammar describes, a pointer to a struct. It sets the defaults. The error tells
// of a field that is none of the kinds above.
func New(name, help string, grammar any) (*Command, error) {
	root := &Command{Name: name, Help: help, Target: grammar}
	if err := root.take(reflect.ValueOf(grammar).Elem()); err != nil {
		return nil, fmt.Errorf("describing the command line: %w", err)
	}
	return root, nil
}

// take takes the fields of a struct.
func (c *Command) take(fields reflect.Value) error {
	for i := range fields.NumField() {
		field, value := fields.Type().Field(i), fields.Field(i)
		if _, embedded := field.Tag.Lookup("embed"); embedded {
			if err := c.take(value); err != nil {
				return err
			}
			continue
		}
		if err := c.takeField(field, value); err != nil {
			return fmt.Errorf("%s.%s: %w", fields.Type(), field.Name, err)
		}
	}
	return nil
}

func (c *Command) takeField(field reflect.StructField, value reflect.Value) error {
	if _, command := field.Tag.Lookup("cmd"); command {
		child := &Command{
			Name: nameOf(field), Help: field.Tag.Get("help"), Aliases: list(field.Tag.Get("aliases")),
			Target: value.Addr().Interface(), parent: c,
		}
		c.Commands = append(c.Commands, child)
		return child.take(value)
	}
	switch value.Addr().Interface().(type) {
	case *string, *[]string, *bool, *int, *time.Duration:
	default:
		return fmt.Errorf("a %s is no flag", value.Type())
	}
	f := newFlag(field, value)
	if f.Default != "" {
		if err := f.set(f.Default); err != nil {
			return err
		}
	}
	if _, argument := field.Tag.Lookup("arg"); argument {
		c.Arguments = append(c.Arguments, f)
		return nil
	}
	c.Flags = append(c.Flags, f)
	return nil
}

func newFlag(field reflect.StructField, value reflect.Value) *Flag {
	f := &Flag{
		Name: nameOf(field), Short: field.Tag.Get("short"), Default: field.Tag.Get("default"), Enum: list(field.Tag.Get("enum")),
		placeholder: field.Tag.Get("placeholder"), whole: field.Tag.Get("sep") == "none", value: value,
	}
	_, f.Required = field.Tag.Lookup("required")
	f.Help = strings.ReplaceAll(field.Tag.Get("help"), "${enum}", strings.Join(f.Enum, ", "))
	return f
}

// nameOf is the name that a field's tag gives, or the field's own: state-dir for StateDir.
func nameOf(field reflect.StructField) string {
	if name := field.Tag.Get("name"); name != "" {
		return name
	}
	var name strings.Builder
	for i, letter := range field.Name {
		if unicode.IsUpper(letter) && i > 0 {
			name.WriteByte('-')
		}
		name.WriteRune(unicode.ToLower(letter))
	}
	return name.String()
}

func list(words string) []string {
	if words == "" {
		return nil
	}
	return strings.Split(words, ",")
}

// Path is the command's name with those of the commands that it belongs to, without the program's.
func (c *Command) Path() string {
	if c.parent == nil {
		return ""
	}
	return strings.TrimSpace(c.parent.Path() + " " + c.Name)
}

// Bool tells whether the flag is given without a value.
func (f *Flag) Bool() bool { return f.value.Kind() == reflect.Bool }

// Placeholder stands for the flag's value in help: what the grammar calls it, the values that there are, or the last word of
// the flag's name.
func (f *Flag) Placeholder() string {
	switch {
	case f.placeholder != "":
		return f.placeholder
	case len(f.Enum) > 0:
		return strings.Join(f.Enum, "|")
	}
	return strings.ToUpper(f.Name[strings.LastIndexByte(f.Name, '-')+1:])
}
