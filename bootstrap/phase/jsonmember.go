package phase

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// SetJSONMember sets one member of the JSON object in a file, and makes the file where it is not there. All else in the
// file stays as it is, byte by byte: the file is somebody else's.
func SetJSONMember(ctx context.Context, h *host.Host, path, name string, value json.RawMessage) error {
	content, err := h.Files.Read(ctx, path)
	if errors.Is(err, host.ErrNotFound) {
		return h.Files.Write(ctx, path, slices.Concat([]byte("{\n  "), entry(name, value), []byte("\n}\n")))
	}
	if err != nil {
		return err
	}
	m, err := findMember(content, name)
	if err != nil {
		return fmt.Errorf("setting %s in %s: %w", name, path, err)
	}
	return h.Files.Write(ctx, path, m.set(name, value))
}

// JSONMember returns a member of a JSON object, or nil where it has none of that name. The error does not quote the object.
func JSONMember(object []byte, name string) (json.RawMessage, error) {
	m, err := findMember(object, name)
	if err != nil {
		return nil, err
	}
	if !m.found() {
		return nil, nil
	}
	return m.text[m.value:m.end], nil
}

// member is where a member stands in the text of an object.
type member struct {
	text []byte
	// open is behind the object's opening brace, before behind what comes before the member: that brace, or another member.
	open, before int
	// value and end are where its value begins and ends; both are 0 where there is no such member.
	value, end int
	// others tells that the object has other members.
	others bool
}

func (m member) found() bool { return m.end > 0 }

var errNoObject = errors.New("it is no JSON object")

// byteOrderMark may begin a file that was written by a Windows editor. dockerd takes it since version 23 (moby
// daemon/config, getConflictFreeConfiguration), encoding/json does not.
var byteOrderMark = []byte("\xef\xbb\xbf")

// findMember looks for a member of a JSON object; of several with one name the last counts, as for every reader in Go.
func findMember(text []byte, name string) (member, error) {
	object := bytes.TrimPrefix(text, byteOrderMark)
	offset := len(text) - len(object)
	decoder := json.NewDecoder(bytes.NewReader(object))
	if brace, err := decoder.Token(); err != nil || brace != json.Delim('{') {
		return member{}, errNoObject
	}
	at := func() int { return offset + int(decoder.InputOffset()) }
	m := member{text: text, open: at()}
	for behind := m.open; decoder.More(); behind = at() {
		key, err := decoder.Token()
		if err != nil {
			return member{}, errNoObject
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return member{}, errNoObject
		}
		if key != name {
			m.others = true
			continue
		}
		m.others = m.others || m.found()
		m.before, m.end = behind, at()
		m.value = m.end - len(value)
	}
	if _, err := decoder.Token(); err != nil {
		return member{}, errNoObject
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return member{}, errNoObject
	}
	return m, nil
}

// set returns the object with the member. A new one comes first, on a line of its own where the next one has one.
func (m member) set(name string, value json.RawMessage) []byte {
	head, rest := m.text[:m.open], m.text[m.open:]
	switch {
	case m.found():
		return slices.Concat(m.text[:m.value], value, m.text[m.end:])
	case m.others:
		space := rest[:len(rest)-len(bytes.TrimLeft(rest, jsonSpace))]
		return slices.Concat(head, space, entry(name, value), []byte(","), rest)
	}
	return slices.Concat(head, entry(name, value), rest)
}

// without returns the object without the member, and with it the comma that is one too many. It undoes set.
func (m member) without() []byte {
	from, to := m.before, m.end
	if m.before == m.open {
		rest := bytes.TrimLeft(m.text[m.end:], jsonSpace)
		if rest[0] == ',' {
			to = len(m.text) - len(rest) + 1
		}
	}
	return slices.Concat(m.text[:from], m.text[to:])
}

const jsonSpace = " \t\r\n"

func entry(name string, value json.RawMessage) []byte {
	return slices.Concat([]byte(encode(name)), []byte(": "), value)
}
