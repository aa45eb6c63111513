package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

// maxFile bounds what is read of a file that a user names, in bytes: user data has at most 16 KiB.
const maxFile = 1 << 20

// The kinds of a source.
const (
	fromIMDS = "imds"
	fromFile = "file"
	fromSSM  = "ssm"
)

// source is where a document is.
type source struct {
	kind, name string
}

// source says where the document is to be read.
func (g *globals) source() (source, error) {
	uri := g.ConfigSource
	switch {
	case g.Config != "":
		return source{fromFile, g.Config}, nil
	case uri == "":
		return source{fromIMDS, "user-data"}, nil
	}
	kind, name, ok := strings.Cut(uri, "://")
	if !ok || name == "" {
		return source{}, fault.New("E_USAGE", nil, "--config-source %q is none of imds://user-data, file://PATH, ssm://NAME", uri)
	}
	switch kind {
	case fromIMDS:
		if name != "user-data" {
			return source{}, fault.New("E_USAGE", nil, "--config-source %q: of the instance metadata only imds://user-data holds a document", uri)
		}
	case fromFile:
		// file:///C:/x is how a URL names C:/x.
		if len(name) > 2 && name[0] == '/' && name[2] == ':' {
			name = name[1:]
		}
	case fromSSM:
	default:
		return source{}, fault.New("E_USAGE", nil, "--config-source %q is none of imds://user-data, file://PATH, ssm://NAME", uri)
	}
	return source{kind, name}, nil
}

// readFile reads a file that the user named; "-" is standard input.
func (s *session) readFile(path string) ([]byte, error) {
	if s.past != nil {
		content, ok := s.files[path]
		if !ok {
			return nil, fault.New("E_CONFIG_SOURCE", nil, "%s was not kept", path)
		}
		return []byte(content), nil
	}
	in, what := s.Stdin, "standard input"
	if path != "-" {
		what = path
		file, err := os.Open(path)
		if err != nil {
			return nil, fault.New("E_CONFIG_SOURCE", err, "%s", path)
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	if in == nil {
		return nil, fault.New("E_CONFIG_SOURCE", nil, "%s is not there", what)
	}
	content, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return nil, fault.New("E_CONFIG_SOURCE", err, "%s", what)
	}
	if len(content) > maxFile {
		return nil, fault.New("E_CONFIG_SOURCE", nil, "%s has more than %d bytes", what, maxFile)
	}
	s.files[path] = string(content)
	return content, nil
}

// invalid is a document's problems as a fault. The problems name places and members, never values.
func invalid(name string, err error) error {
	var problems nodeconfig.Problems
	if !errors.As(err, &problems) {
		return fault.New("E_CONFIG", err, "%s", name)
	}
	what := fmt.Sprintf("%d problems", len(problems))
	if len(problems) == 1 {
		what = "1 problem"
	}
	return fault.New("E_CONFIG", err, "%s has %s", name, what)
}

// document reads the document to check or show: from the file given to the command, else from where the flags say. The name
// is what messages call it.
func (s *session) document(file string) (text []byte, name string, err error) {
	if file != "" && (s.Config != "" || s.ConfigSource != "") {
		return nil, "", fault.New("E_USAGE", nil, "the argument %q and --config or --config-source exclude each other", file)
	}
	from := source{fromFile, file}
	if file == "" {
		if from, err = s.source(); err != nil {
			return nil, "", err
		}
	}
	if from.kind == fromFile {
		return s.fromFile(from.name)
	}
	err = s.onMachine(func(b *bench) error {
		text, name, err = b.read(b, from)
		return err
	})
	return text, name, err
}

// read reads a document from its source.
func (b *bench) read(ctx context.Context, from source) (text []byte, name string, err error) {
	switch from.kind {
	case fromFile:
		return b.fromFile(from.name)
	case fromSSM:
		name = nodeconfig.StoreSSM + ":" + from.name
		value, err := b.cloud.Secrets.Resolve(ctx, name)
		if err != nil {
			return nil, "", fault.New("E_CONFIG_SOURCE", err, "%s", name)
		}
		return []byte(value), name, nil
	}
	return b.fromUserData(ctx)
}

func (s *session) fromFile(path string) (text []byte, name string, err error) {
	text, err = s.readFile(path)
	if path == "-" {
		path = "standard input"
	}
	return text, path, err
}

// fromUserData reads the document out of the instance's user data.
func (b *bench) fromUserData(ctx context.Context) (text []byte, name string, err error) {
	const where = "the user data of the instance"
	content, err := b.host.Metadata.Get(ctx, "user-data")
	if errors.Is(err, host.ErrNotFound) {
		return nil, "", fault.New("E_CONFIG_NONE", nil, "the instance has no user data")
	}
	if err != nil {
		return nil, "", fault.New("E_CONFIG_SOURCE", err, where)
	}
	found, ok, err := userdata.Extract([]byte(content))
	switch {
	case err != nil:
		return nil, "", invalid(where, err)
	case !ok:
		return nil, "", fault.New("E_CONFIG_NONE", nil, where)
	}
	return found.Document, fmt.Sprintf("%s, from its line %d", where, found.Line), nil
}

// runSource is the document for a run, which itself reads what only an instance has.
func (s *session) runSource() (run.Source, error) {
	from, err := s.source()
	switch {
	case err != nil:
		return run.Source{}, err
	case from.kind == fromFile:
		text, err := s.readFile(from.name)
		return run.Source{Name: from.name, Text: text}, err
	case from.kind == fromSSM:
		return run.Source{Reference: nodeconfig.StoreSSM + ":" + from.name}, nil
	}
	return run.Source{}, nil
}
