package awsapi

import (
	"bytes"
	"encoding/json"
	"strings"
)

const (
	masked  = "***"
	notJSON = "(not JSON, not logged)"
)

// secretMembers are the members of requests and responses, in lower case,
// whose values are secrets or may hold a user's. Everything below them is
// masked, but for names of things in structures that have any.
var secretMembers = map[string]bool{
	"accesskeyid": true, "secretaccesskey": true, "sessiontoken": true, "tokenvalue": true,
	"token": true, "password": true, "authorization": true, "externalid": true, "webidentitytoken": true,
	"clientsecret": true, "userdata": true,
	"environment": true, "environmentfiles": true, "repositorycredentials": true,
	"command": true, "entrypoint": true,
	"dockerlabels": true, "labels": true, "options": true, "driveropts": true,
}

// maskJSON returns a JSON document with the values of secretMembers masked. Of
// what is no JSON it returns nothing.
func maskJSON(body []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var document any
	if decoder.Decode(&document) != nil || decoder.More() {
		return notJSON
	}
	out, err := json.Marshal(maskValue(document, false))
	if err != nil {
		return notJSON
	}
	return string(out)
}

func maskValue(value any, secret bool) any {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			v[name] = maskMember(name, member, secret)
		}
		return v
	case []any:
		for i := range v {
			v[i] = maskValue(v[i], secret)
		}
		return v
	case nil:
		return nil
	default:
		if secret {
			return masked
		}
		return v
	}
}

func maskMember(name string, member any, secret bool) any {
	// The name of an environment variable is no secret and helps to read a log.
	if _, isText := member.(string); secret && name == "name" && isText {
		return member
	}
	return maskValue(member, secret || secretMembers[strings.ToLower(name)])
}
