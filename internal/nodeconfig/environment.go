package nodeconfig

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig/agentenv"
)

// NoProxyAlways returns what must never go through a proxy: the instance metadata, the tasks' metadata and credentials,
// and Docker's pipe. The agent's own README asks for the three.
func NoProxyAlways() []string {
	return []string{"169.254.169.254", "169.254.170.2", `\\.\pipe\docker_engine`}
}

// Environment returns the environment variables of the agent that the document stands for: what was given, and what the
// bootstrap always writes because the agent's own default is another. Each is checked in the agent's own grammar.
//
// The error is of type [Problems]. It tells of values that the agent would not take, and of references that nobody has
// resolved; see [Document.Resolve].
func Environment(d *Document) (map[string]string, error) {
	var v validation
	defaults := Default()
	environment := map[string]string{}
	for _, r := range rows() {
		if r.Variable == "" || !r.always && !d.given(r, defaults) {
			continue
		}
		if value := variableText(load(r.at(d))); value != "" {
			v.variable(r.Path, r.Variable, value)
			environment[r.Variable] = value
		}
	}
	if list := noProxy(d.Proxy.Agent); list != "" {
		environment["NO_PROXY"] = list
	}
	for _, name := range slices.Sorted(maps.Keys(d.Agent.Environment)) {
		v.variable(fmt.Sprintf("agent.environment[%q]", shown(name)), name, d.Agent.Environment[name])
		environment[name] = d.Agent.Environment[name]
	}
	if len(v.problems) > 0 {
		return nil, v.problems
	}
	return environment, nil
}

// DockerEnvironment returns the environment variables of dockerd that the document stands for. Its error is as that of
// [Environment].
func DockerEnvironment(d *Document) (map[string]string, error) {
	var v validation
	environment := map[string]string{}
	proxy := d.Proxy.Docker
	for _, setting := range []struct{ path, name, value string }{
		{"proxy.docker.http", "HTTP_PROXY", proxy.HTTP},
		{"proxy.docker.https", "HTTPS_PROXY", proxy.HTTPS},
		{"proxy.docker.no_proxy", "NO_PROXY", noProxy(proxy)},
	} {
		if setting.value != "" {
			v.variable(setting.path, setting.name, setting.value)
			environment[setting.name] = setting.value
		}
	}
	if len(v.problems) > 0 {
		return nil, v.problems
	}
	return environment, nil
}

// noProxy returns the value of NO_PROXY for a proxy, or "" where there is none.
func noProxy(proxy ProxySettings) string {
	if proxy.HTTP == "" && proxy.HTTPS == "" {
		return ""
	}
	list := slices.Clone(proxy.NoProxy)
	for _, always := range NoProxyAlways() {
		if !slices.Contains(list, always) {
			list = append(list, always)
		}
	}
	return strings.Join(list, ",")
}

// variable adds what speaks against a variable's value.
func (v *validation) variable(path, name, value string) {
	if isReference(value) {
		v.add(path, "is a reference that has not been resolved", "resolve the document first")
		return
	}
	if err := agentenv.Check(name, value); err != nil {
		v.add(path, err.Error(), "")
	}
}

// variableText writes a value as the agent reads it.
func variableText(value any) string {
	switch value := value.(type) {
	case string, bool, int, time.Duration:
		return text(value)
	case []string:
		return jsonText(append([]string{}, value...))
	case []int:
		return jsonText(append([]int{}, value...))
	case map[string]string:
		if value == nil {
			return "{}"
		}
		return jsonText(value)
	}
	return ""
}

func jsonText(value any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}
