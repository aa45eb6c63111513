package agentphase

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
)

// What an archive may unpack to. The agent's own is about 40 MB; more than this is no archive of an ECS AMI.
const (
	maxEntries = 2000
	maxEntry   = 256 << 20
	maxTotal   = 512 << 20
)

// kind is what an archive of the AMI's cache holds. Their names are not verified, so they are told apart by content.
type kind struct {
	// key is the file by which it is known, and which is written last: when it is there, all is there.
	key string
	// folder is where it is unpacked, flat tells that the folders above key in the archive are left out.
	folder string
	flat   bool
}

// The files by which the archives are known.
const (
	agentKey  = "amazon-ecs-agent.exe"
	pluginKey = agent.PluginFile
	execKey   = "amazon-ssm-agent.exe"
)

func kinds() []kind {
	return []kind{
		{key: agentKey, folder: agent.Folder, flat: true},
		{key: pluginKey, folder: agent.CNIFolder, flat: true},
		{key: execKey, folder: agent.ExecFolder},
	}
}

// file is one file to write, by its full Windows path.
type file struct {
	path    string
	content []byte
}

// archive is an opened archive of the cache.
type archive struct {
	name    string
	kind    kind
	version version
	zip     *zip.Reader
}

var errUnsafe = errors.New("it is not safe to unpack")

// openArchive reads an archive's directory. An archive of another kind is nil.
func openArchive(name string, content []byte) (*archive, error) {
	r, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	// Paths are judged by relative below, with Windows' own rules.
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fmt.Errorf("opening %s: %w", name, err)
	}
	for _, k := range kinds() {
		for _, f := range r.File {
			if strings.EqualFold(path.Base(slashed(f.Name)), k.key) {
				return &archive{name: name, kind: k, version: versionIn(name), zip: r}, nil
			}
		}
	}
	return nil, nil
}

// files reads everything in the archive, the key last.
func (a *archive) files() ([]file, error) {
	if len(a.zip.File) > maxEntries {
		return nil, fmt.Errorf("%s: %w: %d entries", a.name, errUnsafe, len(a.zip.File))
	}
	prefix := a.prefix()
	known := map[string]bool{}
	var files []file
	var key *file
	total := 0
	for _, f := range a.zip.File {
		name, err := relative(f.Name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.name, err)
		}
		if f.FileInfo().IsDir() || strings.HasSuffix(slashed(f.Name), "/") {
			continue
		}
		if f.Mode().Type() != 0 && f.Mode().Type() != fs.ModeIrregular {
			return nil, fmt.Errorf("%s: %w: %s is a link or a device", a.name, errUnsafe, name)
		}
		name = strings.TrimPrefix(name, prefix)
		if known[strings.ToLower(name)] {
			return nil, fmt.Errorf("%s: %w: %s is in it twice", a.name, errUnsafe, name)
		}
		known[strings.ToLower(name)] = true
		content, err := contentOf(f, min(maxEntry, maxTotal-total))
		if err != nil {
			return nil, fmt.Errorf("%s: reading %s: %w", a.name, name, err)
		}
		total += len(content)
		unpacked := file{a.kind.folder + `\` + strings.ReplaceAll(name, "/", `\`), content}
		if key == nil && strings.EqualFold(path.Base(name), a.kind.key) {
			key = &unpacked
			continue
		}
		files = append(files, unpacked)
	}
	if key == nil {
		return nil, fmt.Errorf("%s: %w: %s is a folder", a.name, errUnsafe, a.kind.key)
	}
	return append(files, *key), nil
}

// prefix is the folder of the key in the archive, where it is left out.
func (a *archive) prefix() string {
	if !a.kind.flat {
		return ""
	}
	for _, f := range a.zip.File {
		if name := slashed(f.Name); strings.EqualFold(path.Base(name), a.kind.key) {
			return strings.TrimSuffix(name, path.Base(name))
		}
	}
	return ""
}

func contentOf(f *zip.File, limit int) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	// The size in the directory may lie; what is read does not.
	content, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, err
	}
	if len(content) > limit {
		return nil, fmt.Errorf("%w: more than %d bytes", errUnsafe, limit)
	}
	return content, nil
}

func slashed(name string) string { return strings.ReplaceAll(name, `\`, "/") }

// reserved are names that Windows takes for a device in every folder.
var reserved = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$`)

// relative returns an entry's path where it stays in its folder on Windows.
func relative(name string) (string, error) {
	name = strings.TrimSuffix(slashed(name), "/")
	if name == "" || strings.HasPrefix(name, "/") {
		return "", fmt.Errorf("%w: the path %q is not relative", errUnsafe, name)
	}
	for part := range strings.SplitSeq(name, "/") {
		bad := part == "" || part == "." || part == ".." || reserved.MatchString(part) ||
			strings.ContainsAny(part, `:*?"<>|`) || strings.TrimRight(part, " .") != part ||
			strings.ContainsFunc(part, func(r rune) bool { return r < ' ' })
		if bad {
			return "", fmt.Errorf("%w: the path %q leaves its folder or is no path of Windows", errUnsafe, name)
		}
	}
	return name, nil
}

// version is a version of the agent.
type version [3]int

func (v version) String() string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

var versionShape = regexp.MustCompile(`([0-9]{1,5})\.([0-9]{1,5})\.([0-9]{1,5})`)

// versionIn is the first version in a text, or zero.
func versionIn(text string) version {
	var v version
	if m := versionShape.FindStringSubmatch(text); m != nil {
		for i := range v {
			// Up to five digits always are a number.
			v[i], _ = strconv.Atoi(m[i+1])
		}
	}
	return v
}

// choose returns the archive to unpack: the one of the version asked for, else the newest.
func choose(archives []*archive, key, wanted string) *archive {
	var best *archive
	for _, a := range archives {
		if a.kind.key != key || wanted != "" && a.version != (version{}) && a.version.String() != wanted {
			continue
		}
		if best == nil || slices.Compare(a.version[:], best.version[:]) > 0 {
			best = a
		}
	}
	return best
}
