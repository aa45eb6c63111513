// Package identity knows whose an access key is: the sandbox's stand-in for
// IAM.
package identity

import (
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// Directory maps access keys to identities. It accepts any key: one that it
// has never seen belongs to the account's user "sandbox". It is safe for
// concurrent use.
type Directory struct {
	fallback wire.Identity

	mu       sync.Mutex
	known    map[string]wire.Identity
	sessions map[string]session
}

// Credentials are the temporary credentials of a session.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string
	Expiration      time.Time
}

type session struct {
	identity wire.Identity
	token    string
	expires  time.Time
}

// NewDirectory returns a directory of an account, with the identities of
// access keys that are known beforehand.
func NewDirectory(account, partition string, known map[string]wire.Identity) *Directory {
	d := &Directory{
		fallback: wire.Identity{
			Account: account,
			ARN:     fmt.Sprintf("arn:%s:iam::%s:user/sandbox", partition, account),
			UserID:  "AIDASANDBOXSANDBOXSAN",
		},
		known:    map[string]wire.Identity{},
		sessions: map[string]session{},
	}
	for key, id := range known {
		d.known[key] = id
	}
	return d
}

// Lookup returns whose a key is. For the key of a session, the session's token
// must be there and not have expired; the errors are AWS's.
func (d *Directory) Lookup(accessKeyID, token string, now time.Time) (wire.Identity, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s, ok := d.sessions[accessKeyID]; ok {
		if token != s.token {
			return wire.Identity{}, wire.UnrecognizedClient()
		}
		if !now.Before(s.expires) {
			return wire.Identity{}, wire.ExpiredToken()
		}
		return s.identity, nil
	}
	if id, ok := d.known[accessKeyID]; ok {
		return id, nil
	}
	return d.fallback, nil
}

// AssumedRole is who a session of a role is.
func AssumedRole(partition, account, role, session string) wire.Identity {
	return wire.Identity{
		Account: account,
		ARN:     fmt.Sprintf("arn:%s:sts::%s:assumed-role/%s/%s", partition, account, role, session),
		UserID:  "AROASANDBOXSANDBOXSAN:" + session,
	}
}

// Fallback returns the identity of keys that the directory does not know.
func (d *Directory) Fallback() wire.Identity {
	return d.fallback
}

// Issue returns new credentials for an identity that last until expires.
func (d *Directory) Issue(id wire.Identity, expires time.Time) Credentials {
	c := Credentials{
		AccessKeyID:     "ASIA" + strings.ToUpper(rand.Text()[:16]),
		SecretAccessKey: rand.Text() + rand.Text()[:14],
		SessionToken:    "sandbox-" + rand.Text(),
		Expiration:      expires,
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sessions[c.AccessKeyID] = session{identity: id, token: c.SessionToken, expires: expires}
	return c
}

// Forget ends every session.
func (d *Directory) Forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.sessions)
}
