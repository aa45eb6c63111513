package winhost

import (
	"context"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// taskTreeKey has a key for each scheduled task; schtasks says only in the system's language that there is none.
const taskTreeKey = `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree`

// scheduledTasks looks at tasks and switches them, by schtasks.
type scheduledTasks struct {
	registry host.Registry
	programs host.Programs
	schtasks string
}

// Enabled implements host.ScheduledTasks.
func (t scheduledTasks) Enabled(ctx context.Context, path string) (bool, error) {
	if err := t.exists(ctx, path); err != nil {
		return false, err
	}
	out, err := t.run(ctx, path, false, "/query", "/tn", path, "/xml")
	if err != nil {
		return false, err
	}
	enabled, err := parseTaskEnabled([]byte(out))
	if err != nil {
		return false, fmt.Errorf("scheduled task %s: %w", path, err)
	}
	return enabled, nil
}

// SetEnabled implements host.ScheduledTasks.
func (t scheduledTasks) SetEnabled(ctx context.Context, path string, enabled bool) error {
	if err := t.exists(ctx, path); err != nil {
		return err
	}
	flag := "/disable"
	if enabled {
		flag = "/enable"
	}
	_, err := t.run(ctx, path, true, "/change", "/tn", path, flag)
	return err
}

func (t scheduledTasks) exists(ctx context.Context, path string) error {
	_, err := t.registry.Values(ctx, taskTreeKey+`\`+strings.TrimPrefix(path, `\`))
	if errors.Is(err, host.ErrNotFound) {
		return fmt.Errorf("scheduled task %s: %w", path, host.ErrNotFound)
	}
	if err != nil {
		return fmt.Errorf("scheduled task %s: %w", path, err)
	}
	return nil
}

func (t scheduledTasks) run(ctx context.Context, path string, changes bool, args ...string) (string, error) {
	result, err := t.programs.Run(ctx, host.Command{Path: t.schtasks, Args: args, Changes: changes})
	if err != nil {
		return "", fmt.Errorf("scheduled task %s: %w", path, err)
	}
	if result.ExitCode != 0 {
		return "", fmt.Errorf("scheduled task %s: schtasks %s ended with exit code %d: %s",
			path, args[0], result.ExitCode, firstLine(result.Stderr+result.Stdout))
	}
	return result.Stdout, nil
}

// parseTaskEnabled reads the definition of a task, which is enabled unless it says otherwise. Schtasks calls the
// document UTF-16 and writes it in the console's code page when its output is no console; both are read.
func parseTaskEnabled(document []byte) (bool, error) {
	var task struct {
		XMLName  xml.Name
		Settings *struct {
			Enabled *bool `xml:"Enabled"`
		} `xml:"Settings"`
	}
	text := decodeText(document)
	// The declaration names an encoding that the text is no longer in.
	if rest, ok := strings.CutPrefix(strings.TrimSpace(text), "<?xml"); ok {
		if _, after, found := strings.Cut(rest, "?>"); found {
			text = after
		}
	}
	if err := xml.Unmarshal([]byte(text), &task); err != nil {
		return false, fmt.Errorf("its definition is not XML: %w", err)
	}
	if task.XMLName.Local != "Task" {
		return false, fmt.Errorf("its definition is a %q, not a Task", task.XMLName.Local)
	}
	return task.Settings == nil || task.Settings.Enabled == nil || *task.Settings.Enabled, nil
}

// decodeText decodes UTF-16 with a byte order mark, and takes anything else as bytes of text.
func decodeText(b []byte) string {
	var order binary.ByteOrder
	switch {
	case len(b) >= 2 && b[0] == 0xff && b[1] == 0xfe:
		order = binary.LittleEndian
	case len(b) >= 2 && b[0] == 0xfe && b[1] == 0xff:
		order = binary.BigEndian
	default:
		return strings.ToValidUTF8(strings.TrimPrefix(string(b), "\ufeff"), "\ufffd")
	}
	units := make([]uint16, 0, len(b)/2)
	for b = b[2:]; len(b) >= 2; b = b[2:] {
		units = append(units, order.Uint16(b))
	}
	return string(utf16.Decode(units))
}
