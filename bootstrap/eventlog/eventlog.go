// Package eventlog reads entries of the Windows event log, by System32\wevtutil.exe. It takes them as XML, which has numbers
// and parameters in place of the texts that Windows translates. What wevtutil prints is *not verified* on a real machine;
// the fixtures follow Microsoft's event schema and its documentation of the service control manager's events.
package eventlog

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Wevtutil is the program that reads the event log.
const Wevtutil = `C:\Windows\System32\wevtutil.exe`

// Events of the service control manager; source: Microsoft, "Service Control Manager events".
const (
	// StartFailed has the service's display name and the error.
	StartFailed = 7000
	// ConnectTimeout has the milliseconds and the display name of a service that did not answer at its start.
	ConnectTimeout = 7009
	// TransactionTimeout has the milliseconds and the name of a service that did not answer a control.
	TransactionTimeout = 7011
	// EndedRestarted has the display name of a service that ended by itself, how often, and the milliseconds until Windows
	// starts it again; Ended has the first two.
	EndedRestarted = 7031
	Ended          = 7034
)

// Entry is one entry of the event log.
type Entry struct {
	Time     time.Time
	Provider string
	ID       int
	// Data are the parameters of the entry's text, or the text itself where the provider has no message file.
	Data []string
}

// Query says which entries to read.
type Query struct {
	// Log is "System" or "Application", Provider who has written the entries.
	Log, Provider string
	// IDs are their numbers; none are all.
	IDs []int
}

// Services are the entries that tell of services that did not start, did not answer, or ended by themselves.
func Services() Query {
	return Query{"System", "Service Control Manager", []int{StartFailed, ConnectTimeout, TransactionTimeout, EndedRestarted, Ended}}
}

// newest is how many entries are read.
const newest = 100

// Read reads the newest entries that a query means, newest first. Entries that cannot be read end the list; they are an
// error beside those that could.
func Read(ctx context.Context, programs host.Programs, q Query) ([]Entry, error) {
	result, err := programs.Run(ctx, host.Command{Path: Wevtutil, Args: []string{
		"qe", q.Log, "/q:" + q.xpath(), "/c:" + strconv.Itoa(newest), "/rd:true", "/f:xml",
	}})
	if err != nil {
		return nil, fmt.Errorf("reading the event log %s: %w", q.Log, err)
	}
	if result.ExitCode != 0 {
		said, _, _ := strings.Cut(strings.TrimSpace(result.Stderr), "\n")
		return nil, fmt.Errorf("reading the event log %s: wevtutil ended with exit code %d: %s", q.Log, result.ExitCode, strings.TrimSpace(said))
	}
	entries, err := Parse([]byte(result.Stdout))
	if err != nil {
		return entries, fmt.Errorf("reading the event log %s: %w", q.Log, err)
	}
	return entries, nil
}

// xpath is the query in the event log's own language.
func (q Query) xpath() string {
	which := "Provider[@Name='" + q.Provider + "']"
	var ids []string
	for _, id := range q.IDs {
		ids = append(ids, "EventID="+strconv.Itoa(id))
	}
	if len(ids) > 0 {
		which += " and (" + strings.Join(ids, " or ") + ")"
	}
	return "*[System[" + which + "]]"
}

// Parse reads entries as wevtutil prints them: one element after the other, with no root around them. Where one cannot be
// read, those before it are returned with the error.
func Parse(printed []byte) ([]Entry, error) {
	decoder := xml.NewDecoder(bytes.NewReader(bytes.ToValidUTF8(printed, []byte("\ufffd"))))
	var entries []Entry
	for {
		var e struct {
			XMLName  xml.Name `xml:"Event"`
			Provider struct {
				Name string `xml:"Name,attr"`
			} `xml:"System>Provider"`
			ID      int `xml:"System>EventID"`
			Created struct {
				Time string `xml:"SystemTime,attr"`
			} `xml:"System>TimeCreated"`
			Data []string `xml:"EventData>Data"`
		}
		err := decoder.Decode(&e)
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		if err != nil {
			return entries, fmt.Errorf("entry %d is not as Windows writes it: %w", len(entries)+1, err)
		}
		at, err := time.Parse(time.RFC3339, e.Created.Time)
		if err != nil {
			at = time.Time{} // the entry counts all the same
		}
		entries = append(entries, Entry{Time: at, Provider: e.Provider.Name, ID: e.ID, Data: e.Data})
	}
}

// Tells reports whether the entry names one of these services, by name or display name.
func (e Entry) Tells(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return slices.ContainsFunc(e.Data, func(d string) bool { return strings.EqualFold(d, name) })
	})
}

// String gives the entry in one line.
func (e Entry) String() string {
	at := "at a time unknown"
	if !e.Time.IsZero() {
		at = e.Time.UTC().Format(time.RFC3339)
	}
	return strings.Join(strings.Fields(fmt.Sprintf("%s %s %d: %s", at, e.Provider, e.ID, e.text())), " ")
}

// text is the text of an entry of the service control manager; of others it is what they hold.
func (e Entry) text() string {
	parameter := func(n int) string {
		if n > len(e.Data) {
			return "?"
		}
		// %%1053 stands for the text of Windows error 1053.
		if code, ok := strings.CutPrefix(e.Data[n-1], "%%"); ok {
			return "Windows error " + code
		}
		return e.Data[n-1]
	}
	switch e.ID {
	case StartFailed:
		return fmt.Sprintf("the service %s did not start: %s", parameter(1), parameter(2))
	case ConnectTimeout:
		return fmt.Sprintf("the service %s did not answer Windows within %s ms of its start", parameter(2), parameter(1))
	case TransactionTimeout:
		return fmt.Sprintf("the service %s did not answer Windows within %s ms", parameter(2), parameter(1))
	case EndedRestarted:
		return fmt.Sprintf("the service %s ended by itself, %s times by now; Windows does as its recovery says in %s ms", parameter(1), parameter(2), parameter(3))
	case Ended:
		return fmt.Sprintf("the service %s ended by itself, %s times by now", parameter(1), parameter(2))
	}
	return strings.Join(e.Data, " ")
}
