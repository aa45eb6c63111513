package run

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/hostphase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// Source says where the document is. The zero Source is the instance's user data, and the state where the metadata does
// not answer.
type Source struct {
	// Name is what messages call the text.
	Name string
	// Text is the document itself, if not nil.
	Text []byte
	// Reference is an ssm: or secretsmanager: reference to it, if not empty.
	Reference string
	// Unread is why the text could not be had, if not nil.
	Unread error
	// OrStored lets the state's document count where the source named here does not answer: a service finds that the file
	// of its first run is gone.
	OrStored bool
}

// load finds the document. None at all, as in an image build, leaves it nil.
func (s *session) load() error {
	given := s.source
	if given.Text == nil && given.Unread == nil {
		if given.Reference == "" {
			return s.loadUserData()
		}
		text, err := s.resolve(given.Reference)
		if err != nil {
			err = fault.New("E_CONFIG_SOURCE", err, "%s", given.Reference)
		}
		given.Name, given.Text, given.Unread = given.Reference, []byte(text), err
	}
	switch {
	case given.Unread == nil:
		return s.parse(given.Text, given.Name)
	case given.OrStored:
		return s.loadStored(given.Unread)
	}
	return given.Unread
}

// loadStored takes the state's document in place of one that could not be had, unless it is another instance's. Where the
// metadata is silent, it counts until the phases know whose it is.
func (s *session) loadStored(unread error) error {
	st := s.store.Get()
	id, err := hostphase.Ask(s.ctx, s.host, "meta-data/instance-id", 10*time.Second)
	if st.Document == "" || err == nil && strings.TrimSpace(id) != st.InstanceID {
		return unread
	}
	s.leaning = err != nil
	s.warn("the state's document counts, since its source does not answer: " + unread.Error())
	return s.parse([]byte(st.Document), storedName)
}

func (s *session) parse(text []byte, name string) error {
	doc, err := nodeconfig.Parse(text, name)
	if err != nil {
		return invalid(err, name)
	}
	s.doc = doc
	return nil
}

// invalid lists what is wrong with a document, with line, column and member. It holds no value of the document.
func invalid(err error, name string) error {
	var problems nodeconfig.Problems
	if errors.As(err, &problems) {
		return fault.New("E_CONFIG", nil, "%s\n%s", name, strings.TrimRight(problems.Render(), "\n"))
	}
	return fault.New("E_CONFIG", err, "%s", name)
}

// userDataName is what messages call the user data.
const userDataName = "user data"

// storedName is what messages call the document of the state.
const storedName = "the state's document"

// loadUserData reads the document from the user data. Where that holds none, the state's counts, if it is this
// instance's: the first run may have been given a file. Where the metadata is silent, the state's counts until the phases
// know whose it is.
func (s *session) loadUserData() error {
	patience := nodeconfig.Default().Timeouts.IMDS
	stored := s.store.Get().Document
	if stored != "" {
		// The stored one will do: what it says of the metadata is found out by the phases.
		patience = 10 * time.Second
	}
	text, err := hostphase.AskEarly(s.ctx, s.host, "user-data", patience, !s.looksOnly)
	if err == nil {
		doc, found, err := userdata.Parse([]byte(text), userDataName)
		if err != nil {
			return invalid(err, userDataName)
		}
		if found {
			s.doc = doc
			return nil
		}
	}
	silent := err != nil && !errors.Is(err, host.ErrNotFound)
	switch {
	case stored == "" && silent && s.ctx.Err() != nil:
		return fault.New("E_INTERRUPTED", err, "")
	case stored == "" && silent:
		return err
	case stored == "":
		return nil
	}
	if !silent {
		mine, err := s.mine()
		if err != nil || !mine {
			return err
		}
	}
	s.leaning = silent
	return s.parse([]byte(stored), storedName)
}

// mine reports whether the state is this instance's, by the metadata.
func (s *session) mine() (bool, error) {
	id, err := hostphase.Ask(s.ctx, s.host, "meta-data/instance-id", 10*time.Second)
	if errors.Is(err, host.ErrNotFound) {
		return false, fault.New("E_IMDS_CONTENT", err, "there is no instance id")
	}
	return strings.TrimSpace(id) == s.store.Get().InstanceID, err
}

// resolved returns the document with the values that its references stand for.
func (s *session) resolved() (*nodeconfig.Document, error) {
	doc, err := s.doc.Resolve(func(r nodeconfig.Reference) (string, error) { return s.resolve(r.String()) })
	if err == nil {
		return doc, nil
	}
	if s.looksOnly {
		s.warn("E_SECRET: a reference of the document could not be resolved, so what depends on it is shown as if it changed: " + err.Error())
		return s.doc, nil
	}
	return nil, fault.New("E_SECRET", err, "")
}

// secretTime is how long credentials and the endpoint get to be there on a fresh boot.
const secretTime = time.Minute

func (s *session) resolve(reference string) (string, error) {
	var value string
	err := wait.Until(s.ctx, s.host.Clock, wait.Every(250*time.Millisecond, secretTime), "the answer to a reference", func(time.Duration) (bool, string, error) {
		var err error
		value, err = s.cloud.Secrets.Resolve(s.ctx, reference)
		var refused *cloud.CallError
		if err == nil || errors.As(err, &refused) && refused.Code != "" {
			return err == nil, "", err
		}
		return false, err.Error(), nil
	})
	return value, err
}

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
