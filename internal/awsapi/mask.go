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

// secrecy says what to mask below a member.
type secrecy int

const (
	open secrecy = iota
	// values masks all but the names of a list of pairs of name and value: the
	// name of an environment variable is no secret and helps to read a log.
	values
	all
)

// secretMember knows the members of requests and responses, in lower case,
// whose values are secrets or may hold a user's.
func secretMember(name string) secrecy {
	switch strings.ToLower(name) {
	case "environment":
		return values
	case "accesskeyid", "secretaccesskey", "sessiontoken", "tokenvalue", "token", "password", "authorization",
		"externalid", "webidentitytoken", "clientsecret", "userdata",
		"environmentfiles", "repositorycredentials", "command", "entrypoint",
		"dockerlabels", "labels", "options", "driveropts":
		return all
	}
	return open
}

// maskJSON returns a JSON document with the values of secret members masked.
// Of what is no JSON it returns nothing.
func maskJSON(body []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var document any
	if decoder.Decode(&document) != nil || decoder.More() {
		return notJSON
	}
	out, err := json.Marshal(maskValue(document, open))
	if err != nil {
		return notJSON
	}
	return string(out)
}

func maskValue(value any, s secrecy) any {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			v[name] = maskValue(member, max(s, secretMember(name)))
		}
		return v
	case []any:
		for i, item := range v {
			if pair, ok := item.(map[string]any); ok && s == values {
				v[i] = maskPair(pair)
			} else {
				v[i] = maskValue(item, s)
			}
		}
		return v
	case nil:
		return nil
	default:
		if s != open {
			return masked
		}
		return v
	}
}

func maskPair(pair map[string]any) any {
	for member, value := range pair {
		if _, isText := value.(string); member != "name" || !isText {
			pair[member] = maskValue(value, all)
		}
	}
	return pair
}
