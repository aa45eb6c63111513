package cli

import (
	"fmt"

	"github.com/hashicorp/go-hclog"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/logging"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

const (
	// logFile is the log's name in the state folder; logSize is how many bytes it may have before it is set aside, and
	// logFiles how many old ones stay.
	logFile  = `\bootstrap.log`
	logSize  = 4 << 20
	logFiles = 3
)

// keepLog lets the log of a command that changes a real machine be kept there, as the document in force says. A first run
// that the metadata does not answer yet has the defaults. A machine that does not take the log is no reason to stop.
func (b *bench) keepLog(o *logging.Options) {
	b.log = hclog.NewInterceptLogger(&hclog.LoggerOptions{Output: b.Stderr, Level: hclog.Warn})
	doc := b.logDocument()
	given := func(path string) bool { return doc.Origin(path).Source != nodeconfig.FromDefault }
	if b.LogLevel == "" && given("log.level") {
		o.Level = hclog.LevelFromString(doc.Log.Level)
	}
	if b.LogFormat == "" && given("log.format") {
		o.JSON = doc.Log.Format == "json"
	}
	b.noEvents = !doc.Log.EventLog
	path := doc.Log.File
	if path == "" {
		// The log names hosts and clusters: nobody but administrators reads the folder.
		if err := b.host.Folders.Secure(b, b.folder()); err != nil {
			fmt.Fprintln(b.Stderr, "the log is not kept:", b.mask.Text(err.Error()))
			return
		}
		path = b.folder() + logFile
	}
	file, err := logging.OpenRolling(path, logSize, logFiles)
	if err != nil {
		fmt.Fprintln(b.Stderr, "the log is not kept:", b.mask.Text(err.Error()))
		return
	}
	o.File = file
	b.closers = append(b.closers, file)
}

// logDocument is the document that says how to log. A parameter is not waited for, nor does the service, which reports
// Running at once, wait for metadata: what the last run has left will do, and the run itself has the patience.
func (b *bench) logDocument() *nodeconfig.Document {
	known := b.stored(b)
	var doc *nodeconfig.Document
	switch from, err := b.source(); {
	case err == nil && from.kind != fromSSM && (b.command != "service" || known.Document != ""):
		doc = b.knownDocument(b, known)
	case known.Document != "":
		doc = b.parsed([]byte(known.Document), storedName)
	}
	if doc == nil {
		return nodeconfig.Default()
	}
	return doc
}
