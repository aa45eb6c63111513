package service

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

const (
	// Name is the service's name, and the event log's source.
	Name = "ecswin-bootstrap"
	// eventKey holds the event sources of the Application log.
	eventKey = host.ServicesKey + `\EventLog\Application\` + Name
	// messageFile shows the text of entries 1 to 1000 as it is.
	messageFile = `%SystemRoot%\System32\EventCreate.exe`
	// anySeverity is EVENTLOG_ERROR_TYPE, EVENTLOG_WARNING_TYPE and EVENTLOG_INFORMATION_TYPE.
	anySeverity = 7
)

// Install installs the service with a configuration whose command names a program by its full path in quotes. It starts
// at the next boot, or when somebody starts it. A service that is there takes the configuration over.
func Install(ctx context.Context, h *host.Host, config host.ServiceConfig) error {
	program, ok := programOf(config.Command)
	if !ok {
		return fmt.Errorf("installing service %s: its command does not begin with a program in quotes", Name)
	}
	if err := host.FullPath(program); err != nil {
		return fmt.Errorf("installing service %s: %w", Name, err)
	}
	if _, err := h.Files.Stat(ctx, program); err != nil {
		return fmt.Errorf("installing service %s: its program has to be where it stays: %w", Name, err)
	}
	if err := RegisterEvents(ctx, h.Registry); err != nil {
		return err
	}
	if err := h.Services.Configure(ctx, Name, config); err != nil {
		return fmt.Errorf("installing service %s: %w", Name, err)
	}
	return nil
}

// Uninstall stops the service and removes it and the event source. What is not there is no error.
func Uninstall(ctx context.Context, h *host.Host) error {
	if err := h.Services.Stop(ctx, Name); err != nil && !errors.Is(err, host.ErrNotFound) {
		return fmt.Errorf("removing service %s: %w", Name, err)
	}
	if err := h.Services.Delete(ctx, Name); err != nil {
		return fmt.Errorf("removing service %s: %w", Name, err)
	}
	for _, value := range []string{"EventMessageFile", "TypesSupported"} {
		if err := h.Registry.DeleteValue(ctx, eventKey, value); err != nil {
			return fmt.Errorf("removing event source %s: %w", Name, err)
		}
	}
	return nil
}

// RegisterEvents registers the event source. It writes only what is not so already.
func RegisterEvents(ctx context.Context, r host.Registry) error {
	for name, want := range map[string]host.Value{
		"EventMessageFile": {Kind: host.KindExpandString, Text: messageFile},
		"TypesSupported":   {Kind: host.KindDWord, Number: anySeverity},
	} {
		is, err := r.Value(ctx, eventKey, name)
		if err == nil && is.Kind == want.Kind && is.Text == want.Text && is.Number == want.Number {
			continue
		}
		if err != nil && !errors.Is(err, host.ErrNotFound) {
			return fmt.Errorf("registering event source %s: %w", Name, err)
		}
		if err := r.SetValue(ctx, eventKey, name, want); err != nil {
			return fmt.Errorf("registering event source %s: %w", Name, err)
		}
	}
	return nil
}

// programOf returns the program that a command line names in quotes. Without quotes, a folder's blank would end the name.
func programOf(command string) (string, bool) {
	rest, ok := strings.CutPrefix(command, `"`)
	if !ok {
		return "", false
	}
	program, _, ok := strings.Cut(rest, `"`)
	return program, ok && program != ""
}
