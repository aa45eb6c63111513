package winhost

import (
	"context"
	"os"

	"golang.org/x/sys/windows/svc/eventlog"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/winhost/blocking"
)

// console is the serial port and the event log.
type console struct{ port, source string }

// WriteLine implements host.Console.
func (c console) WriteLine(ctx context.Context, line string) error {
	return blocking.Do(ctx, "writing to "+c.port, func() error {
		port, err := os.OpenFile(c.port, os.O_WRONLY, 0)
		if err != nil {
			return failed("opening", c.port, err)
		}
		defer free(port.Close)
		if _, err := port.WriteString(line + "\r\n"); err != nil {
			return failed("writing to", c.port, err)
		}
		return nil
	})
}

// Event implements host.Console. An unregistered source works too; Event Viewer then shows the text after a complaint.
func (c console) Event(ctx context.Context, e host.Event) error {
	return blocking.Do(ctx, "writing to the event log", func() error {
		log, err := eventlog.Open(c.source)
		if err != nil {
			return failed("opening event source", c.source, err)
		}
		defer free(log.Close)
		write := log.Info
		switch e.Severity {
		case "warning":
			write = log.Warning
		case "error":
			write = log.Error
		}
		if err := write(uint32(e.ID), eventText(e.Text)); err != nil {
			return failed("writing to event source", c.source, err)
		}
		return nil
	})
}
