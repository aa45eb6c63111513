package convert

import (
	"errors"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// ErrNothingFound tells that a script holds nothing that sets the agent up.
var ErrNothingFound = errors.New("found no call of Initialize-ECSAgent, no [Environment]::SetEnvironmentVariable and no setx of an ECS_* variable; give the line itself or the whole script")

// FromScript returns the document that stands for a PowerShell script, such as the user data of an instance, or a single
// line of it. It takes over calls of Initialize-ECSAgent, and machine variables set with
// [Environment]::SetEnvironmentVariable or setx. The document is valid. The only error is [ErrNothingFound].
//
// The script is not run: values that it works out are told in notes. What the parameters mean is what AWS's guide shows
// of them; the module itself is not public.
func FromScript(script string) (*nodeconfig.Document, []Note, error) {
	s := scriptReader{conversion: newConversion(fromScript), lexer: newLexer(script)}
	for current, ok := s.lexer.next(); ok; {
		following, more := s.statementAfter(current)
		current, ok = following, more
	}
	if !s.found {
		return nil, nil, ErrNothingFound
	}
	s.switches()
	doc, notes := s.finish()
	return doc, notes, nil
}

// scriptReader takes over what the statements of a script set.
type scriptReader struct {
	*conversion
	lexer *lexer
	// found tells that something was there to take over, or to tell of.
	found bool
	// call is where Initialize-ECSAgent is called, or zero.
	call nodeconfig.Position
	// given are the parameters of the call.
	given []string
	// splat tells that the call has parameters that cannot be seen.
	splat bool
}

// statementAfter handles a statement and returns the next one, which the handling may have to see.
func (s *scriptReader) statementAfter(current statement) (statement, bool) {
	switch {
	case s.assignment(current):
	case s.environmentCall(current):
	case s.setx(current):
	default:
		if i := callIndex(current); i >= 0 {
			following, more := s.lexer.next()
			s.initialize(current[i], current[i+1:], following)
			return following, more
		}
	}
	return s.lexer.next()
}

// assignment remembers simple variables, so that later uses of them are known.
func (s *scriptReader) assignment(st statement) bool {
	if len(st) < 3 || !st[1].is("=") || st[0].quoted || len(st[0].variables) != 1 {
		return false
	}
	name := strings.ToLower(st[0].variables[0])
	if variable, ok := strings.CutPrefix(name, "env:"); ok {
		if strings.HasPrefix(variable, "ecs_") {
			s.found = true
			s.note(st[0].at, "$env:"+strings.ToUpper(variable), "left out: it is set for the script alone, the AmazonECS service does not see it. Set it for the machine")
		}
		return true
	}
	delete(s.lexer.variables, name)
	// A bare word there would be a command.
	if len(st) == 3 && (st[2].quoted || len(st[2].variables) > 0) && len(st[2].open) == 0 {
		s.lexer.variables[name] = st[2].text
	}
	return callIndex(st) < 0
}

// environmentCall takes over [Environment]::SetEnvironmentVariable("NAME", "value", "Machine").
func (s *scriptReader) environmentCall(st statement) bool {
	i := slices.IndexFunc(st, func(w word) bool { return strings.EqualFold(w.text, "::SetEnvironmentVariable") })
	if i < 3 || !strings.EqualFold(strings.TrimPrefix(strings.ToLower(st[i-2].text), "system."), "environment") {
		return false
	}
	args := arguments(st[i+1:])
	if len(args) < 2 || len(args[0]) != 1 {
		return true
	}
	scope := ""
	if len(args) > 2 {
		scope = strings.TrimPrefix(args[2][len(args[2])-1].text, "::")
	}
	var value word
	if len(args[1]) == 1 {
		value = args[1][0]
	} else {
		value = word{at: args[0][0].at, open: []string{"an expression"}}
	}
	s.machineVariable(args[0][0], value, scope)
	return true
}

// arguments returns what stands between brackets, cut at the commas. An argument has at least one word.
func arguments(st statement) []statement {
	var args []statement
	var current statement
	depth := 0
	for _, w := range st {
		switch {
		case w.is("("):
			depth++
			if depth == 1 {
				continue
			}
		case w.is(")"):
			depth--
		}
		if depth <= 0 || depth == 1 && w.is(",") {
			args = append(args, current)
			current = nil
			if depth <= 0 {
				break
			}
			continue
		}
		current = append(current, w)
	}
	return slices.DeleteFunc(args, func(arg statement) bool { return len(arg) == 0 })
}

// setx takes over setx NAME VALUE /M.
func (s *scriptReader) setx(st statement) bool {
	command := strings.TrimSuffix(strings.ToLower(st[0].text), ".exe")
	if command != "setx" || len(st) < 3 {
		return false
	}
	scope := "User"
	var rest statement
	for _, w := range st[1:] {
		if strings.EqualFold(w.text, "/m") || strings.EqualFold(w.text, "-m") {
			scope = "Machine"
			continue
		}
		rest = append(rest, w)
	}
	if len(rest) >= 2 {
		s.machineVariable(rest[0], rest[1], scope)
	}
	return true
}

// machineVariable takes one variable over.
func (s *scriptReader) machineVariable(name, value word, scope string) {
	upper := strings.ToUpper(name.text)
	if !agentVariable(upper) {
		return
	}
	s.found = true
	switch {
	case !strings.EqualFold(scope, "Machine"):
		s.note(name.at, upper, "left out: it is not set for the machine, so the AmazonECS service does not see it")
	case len(value.open) > 0:
		s.note(value.at, upper, "left out: its value comes from %s, which the script does not set to a literal", value.open[0])
	default:
		if s.call.Line > 0 {
			s.note(name.at, upper, "is set after Initialize-ECSAgent has started the service, which sees it only after a restart; taken over")
		}
		s.variable(upper, value.text, name.at)
	}
}

func agentVariable(name string) bool {
	return strings.HasPrefix(name, "ECS_") || strings.HasPrefix(name, "ZZZ_") ||
		slices.Contains([]string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "AWS_DEFAULT_REGION"}, name)
}

const initializeCommand = "initialize-ecsagent"

// callIndex returns where a statement calls Initialize-ECSAgent, or -1. To name it as an argument is no call.
func callIndex(st statement) int {
	for i, w := range st {
		name := strings.ToLower(w.text[strings.LastIndexByte(w.text, '\\')+1:])
		if name == initializeCommand && !w.quoted && (i == 0 || st[i-1].is("=") || st[i-1].is("(") || st[i-1].is(")")) {
			return i
		}
	}
	return -1
}

// initialize takes over the parameters of a call. The statement after it shows whether a line break cut the call short.
func (s *scriptReader) initialize(command word, args, following statement) {
	s.found = true
	if s.call.Line > 0 {
		s.note(command.at, "Initialize-ECSAgent", "is called a second time; left out, the first call counts")
		return
	}
	s.call = command.at
	for i := 0; i < len(args); i++ {
		w := args[i]
		switch {
		case w.is(")"):
			return
		case strings.HasPrefix(w.text, "@") && len(w.text) > 1 && !w.quoted:
			s.splat = true
			s.note(w.at, w.text, "left out: the parameters of a splat are not looked up. Write them out")
		case w.quoted || w.symbol || !strings.HasPrefix(w.text, "-"):
			s.note(w.at, "Initialize-ECSAgent", "left out: a value that belongs to no parameter")
		default:
			i += s.parameter(w, args[i+1:], following)
		}
	}
}

// parameter takes over one parameter and returns how many words after it belong to it.
func (s *scriptReader) parameter(w word, rest, following statement) int {
	name, inline, hasInline := strings.Cut(strings.TrimPrefix(w.text, "-"), ":")
	p, ok := parameterNamed(name)
	subject := "-" + p.name
	if !ok {
		s.note(w.at, "-"+name, "left out: no known parameter of Initialize-ECSAgent")
		if len(rest) > 0 && isValue(rest[0]) {
			return 1
		}
		return 0
	}
	s.given = append(s.given, p.name)
	if p.isSwitch {
		s.takeSwitch(p, w, inline)
		return 0
	}
	value, used := word{text: inline, at: w.at, open: w.open}, 0
	if !hasInline || inline == "" {
		switch {
		case len(rest) > 0 && isValue(rest[0]):
			value, used = rest[0], 1
		case len(rest) > 0 && rest[0].symbol, len(rest) > 0 && rest[0].text == "@":
			s.note(w.at, subject, "left out: its value is an expression")
			return s.expression(rest)
		case len(rest) == 0 && len(following) == 1 && following[0].quoted:
			s.note(w.at, subject, "has no value: the line ends before it, and without a back-tick at its end PowerShell reports an error. The value in line %d is taken over", following[0].at.Line)
			value = following[0]
		default:
			s.note(w.at, subject, "left out: it has no value")
			return 0
		}
	}
	if len(value.open) > 0 {
		s.note(value.at, subject, "left out: its value comes from %s, which the script does not set to a literal", value.open[0])
		return used
	}
	s.takeValue(p, value)
	return used
}

// isValue reports whether a word is the value of the parameter before it.
func isValue(w word) bool {
	return !w.symbol && w.text != "@" && (w.quoted || !strings.HasPrefix(w.text, "-"))
}

// expression returns how many words a bracketed expression has.
func (s *scriptReader) expression(rest statement) int {
	depth := 0
	for i, w := range rest {
		switch {
		case w.is("("):
			depth++
		case w.is(")"):
			depth--
			if depth <= 0 {
				return i + 1
			}
		}
	}
	return len(rest)
}

// parameter is a parameter of Initialize-ECSAgent as AWS's guide and AWS's public scripts use it.
type parameter struct {
	name     string
	isSwitch bool
	// variable is the variable it sets, path the member it stands for; without both it is not taken over, and why says
	// the reason.
	variable, path, why string
}

func parameters() []parameter {
	return []parameter{
		{name: "Cluster", variable: "ECS_CLUSTER"},
		{name: "EnableTaskIAMRole", isSwitch: true, path: "agent.task_iam_role"},
		{name: "EnableTaskENI", isSwitch: true, path: "awsvpc.enabled"},
		{name: "AwsvpcBlockIMDS", isSwitch: true, path: "awsvpc.block_imds"},
		{name: "AwsvpcAdditionalLocalRoutes", variable: "ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES"},
		{name: "LoggingDrivers", variable: "ECS_AVAILABLE_LOGGING_DRIVERS"},
		{name: "ECSEndpoint", variable: "ECS_BACKEND_HOST"},
		{name: "AWSDefaultRegion", variable: "AWS_DEFAULT_REGION"},
		{name: "Version", path: "agent_install.version"},
		{name: "ExternalInstance", isSwitch: true, why: "it makes an ECS Anywhere instance, which has no awsvpc mode"},
		{name: "OverrideSourceRegion", why: "the agent comes from the AMI"},
		{name: "OverrideSourceBucket", why: "the agent comes from the AMI"},
		{name: "RequiredRuntimeVersion", why: "Docker comes from the AMI"},
	}
}

// parameterNamed finds a parameter by its name or the beginning of it, if no other begins the same.
func parameterNamed(name string) (parameter, bool) {
	var found []parameter
	for _, p := range parameters() {
		if strings.EqualFold(p.name, name) {
			return p, true
		}
		if name != "" && len(name) < len(p.name) && strings.EqualFold(p.name[:len(name)], name) {
			found = append(found, p)
		}
	}
	if len(found) == 1 {
		return found[0], true
	}
	return parameter{}, false
}

func (s *scriptReader) takeSwitch(p parameter, w word, value string) {
	on := !strings.EqualFold(value, "False") && value != "0"
	switch {
	case len(w.open) > 0:
		s.note(w.at, "-"+p.name, "left out: its value comes from %s, which the script does not set to a literal", w.open[0])
	case p.path == "":
		s.note(w.at, "-"+p.name, "left out: %s", p.why)
	default:
		s.set("-"+p.name, p.path, on, w.at)
	}
}

func (s *scriptReader) takeValue(p parameter, value word) {
	switch {
	case p.path != "" && strings.EqualFold(value.text, "latest"):
		s.note(value.at, "-"+p.name, "left out: the agent of the AMI is taken; a document names one version or none")
	case p.path != "":
		s.set("-"+p.name, p.path, value.text, value.at)
	case p.variable != "":
		s.variable(p.variable, value.text, value.at)
	default:
		s.note(value.at, "-"+p.name, "left out: %s", p.why)
	}
}

// switches takes over the switches that a call does not have: to the module, a switch left out is off.
func (s *scriptReader) switches() {
	if s.call.Line == 0 || s.splat {
		return
	}
	if !slices.Contains(s.given, "EnableTaskIAMRole") {
		if s.doc.Origin("agent.task_iam_role").Source != nodeconfig.FromDefault {
			s.note(s.call, "ECS_ENABLE_TASK_IAM_ROLE", "does not hold: Initialize-ECSAgent overwrites it with its switch, which the call does not have")
		}
		s.set("Initialize-ECSAgent", "agent.task_iam_role", false, s.call)
		s.note(s.call, "-EnableTaskIAMRole", "is not there, so tasks get no roles, and neither does the document give them any. To give them roles, remove agent.task_iam_role")
	}
	if !slices.Contains(s.given, "EnableTaskENI") && s.doc.Origin("awsvpc.enabled").Source == nodeconfig.FromDefault {
		s.set("Initialize-ECSAgent", "awsvpc.enabled", false, s.call)
		s.note(s.call, "-EnableTaskENI", "is not there, so the instance takes no tasks in awsvpc mode, and neither does the document let it. To let it, remove awsvpc.enabled")
	}
}
