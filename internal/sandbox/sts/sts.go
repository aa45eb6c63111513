// Package sts is a model of AWS Security Token Service: who calls, and
// sessions of roles.
package sts

import (
	"encoding/xml"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/identity"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// Service returns the service; the sessions that it issues go into directory.
// STS documents no token bucket.
func Service(directory *identity.Directory) wire.Service {
	m := model{directory: directory}
	return wire.Service{
		Name: "sts",
		Protocol: wire.Query{
			Version:   "2011-06-15",
			Namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
		},
		Operations: map[string]wire.Operation{
			"GetCallerIdentity":         {Do: m.getCallerIdentity},
			"AssumeRole":                {Do: m.assumeRole},
			"AssumeRoleWithWebIdentity": {Do: m.assumeRoleWithWebIdentity, Unsigned: true},
		},
	}
}

type model struct {
	directory *identity.Directory
}

// callerIdentity is a GetCallerIdentity result.
type callerIdentity struct {
	XMLName xml.Name `xml:"GetCallerIdentityResult"`
	Arn     string
	UserID  string `xml:"UserId"`
	Account string
}

// assumed is the result of both calls that assume a role; what only a web
// identity has is left out for the other.
type assumed struct {
	XMLName                     xml.Name
	Credentials                 credentials
	AssumedRoleUser             assumedRoleUser
	SubjectFromWebIdentityToken string `xml:",omitempty"`
	Audience                    string `xml:",omitempty"`
	Provider                    string `xml:",omitempty"`
}

type credentials struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

type assumedRoleUser struct {
	AssumedRoleID string `xml:"AssumedRoleId"`
	Arn           string
}

func (m model) getCallerIdentity(r wire.Request) ([]byte, error) {
	return xml.Marshal(callerIdentity{Arn: r.Caller.ARN, UserID: r.Caller.UserID, Account: r.Caller.Account})
}

func (m model) assumeRole(r wire.Request) ([]byte, error) {
	form, err := formOf(r)
	if err != nil {
		return nil, err
	}
	result, err := m.session(r, form)
	if err != nil {
		return nil, err
	}
	result.XMLName.Local = "AssumeRoleResult"
	return xml.Marshal(result)
}

func (m model) assumeRoleWithWebIdentity(r wire.Request) ([]byte, error) {
	form, err := formOf(r)
	if err != nil {
		return nil, err
	}
	if form.Get("WebIdentityToken") == "" {
		return nil, wire.Errorf("InvalidIdentityToken", "No OpenIDConnect provider found in your account for the token")
	}
	result, err := m.session(r, form)
	if err != nil {
		return nil, err
	}
	result.XMLName.Local = "AssumeRoleWithWebIdentityResult"
	result.SubjectFromWebIdentityToken = "sandbox"
	result.Audience = "sts.amazonaws.com"
	result.Provider = "sandbox"
	return xml.Marshal(result)
}

// The patterns of AssumeRole's parameters, from the STS API reference.
var (
	roleARN     = regexp.MustCompile(`^arn:aws[a-z-]*:iam::([0-9]{12}):role/(?:.*/)?([\w+=,.@-]{1,64})$`)
	sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
)

func (m model) session(r wire.Request, form url.Values) (*assumed, error) {
	role := roleARN.FindStringSubmatch(form.Get("RoleArn"))
	if role == nil {
		return nil, wire.Errorf("ValidationError", "%s is invalid", form.Get("RoleArn"))
	}
	name := form.Get("RoleSessionName")
	if !sessionName.MatchString(name) {
		return nil, wire.Errorf("ValidationError",
			"1 validation error detected: Value at 'roleSessionName' failed to satisfy constraint: "+
				"Member must satisfy regular expression pattern: [\\w+=,.@-]*")
	}
	length, err := duration(form)
	if err != nil {
		return nil, err
	}
	account, roleName := role[1], role[2]
	partition := strings.Split(form.Get("RoleArn"), ":")[1]
	who := identity.AssumedRole(partition, account, roleName, name)
	issued := m.directory.Issue(who, r.Now.Add(length))
	return &assumed{
		Credentials: credentials{
			AccessKeyID:     issued.AccessKeyID,
			SecretAccessKey: issued.SecretAccessKey,
			SessionToken:    issued.SessionToken,
			Expiration:      issued.Expiration.UTC().Format(time.RFC3339),
		},
		AssumedRoleUser: assumedRoleUser{AssumedRoleID: who.UserID, Arn: who.ARN},
	}, nil
}

func formOf(r wire.Request) (url.Values, error) {
	form, err := url.ParseQuery(string(r.Body))
	if err != nil {
		return nil, wire.Errorf("MalformedQueryString", "The query string is malformed.")
	}
	return form, nil
}

// The bounds of a session's length, from the STS API reference.
const (
	shortest   = 15 * time.Minute
	byDefault  = time.Hour
	longest    = 12 * time.Hour
	lengthText = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
)

func duration(form url.Values) (time.Duration, error) {
	text := form.Get("DurationSeconds")
	if text == "" {
		return byDefault, nil
	}
	seconds, err := strconv.Atoi(text)
	if err != nil {
		return 0, wire.Errorf("MalformedInput", "DurationSeconds is not a number.")
	}
	length := time.Duration(seconds) * time.Second
	if length < shortest || length > longest {
		return 0, wire.Errorf("ValidationError", lengthText)
	}
	return length, nil
}
