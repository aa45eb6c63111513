package userdata

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// start is the program and how it gets onto the instance.
type start struct {
	// path is the program's path in the AMI, as batch writes it; or empty for a program that is downloaded.
	path string
	// sha256 is the program's digest in lower case, or empty.
	sha256 string
	// url is where the program is downloaded from, or empty.
	url string
	// proxy and noProxy are curl's, or empty.
	proxy, noProxy string
	// arguments are the program's.
	arguments []string
}

// newStart takes the program's origin from the document.
func newStart(r Request) (start, nodeconfig.Problems) {
	d := r.Document
	s := start{sha256: strings.ToLower(d.Download.SHA256), arguments: []string{"apply", "--config-source", "imds://user-data"}}
	if d.Reboot.Policy == "if_required" {
		s.arguments = append(s.arguments, "--reboot-exit-code", fmt.Sprint(RebootExitCode))
	}
	if r.Form == FormDocument {
		return s, nil
	}
	var problems nodeconfig.Problems
	switch d.Download.Source {
	case "baked":
		s.path = d.Download.Location
		if s.path == "" {
			s.path = DefaultProgram
		}
		if !strings.HasSuffix(strings.ToLower(s.path), ".exe") {
			problems = append(problems, problem("download.location", "does not end in .exe; give the path of ecswin-bootstrap.exe in the AMI"))
		}
		if !isASCII(s.path) {
			problems = append(problems, problem("download.location", "has characters beyond ASCII, which a script of user data may misread; use a path without them"))
		}
	case "https":
		s.url = d.Download.Location
		if !isASCII(s.url) || strings.Contains(s.url, `\`) {
			problems = append(problems, problem("download.location", "has characters that a script of user data cannot hold; put the program under a plain name"))
		}
		problems = append(problems, s.useProxy(d.Proxy.Agent)...)
	case "s3":
		var found nodeconfig.Problems
		s.url, found = objectURL(r)
		problems = append(problems, found...)
	}
	return s, problems
}

// plainProxy is what can stand in a script without a second thought.
var plainProxy = pattern(`^[A-Za-z0-9.:/\[\]_*-]*$`)

// useProxy lets the download take the agent's proxy, which is there before any of our programs is.
func (s *start) useProxy(p nodeconfig.ProxySettings) nodeconfig.Problems {
	proxy, path := p.HTTPS, "proxy.agent.https"
	if proxy == "" {
		return nil
	}
	if _, err := nodeconfig.ParseReference(proxy); err == nil {
		return nodeconfig.Problems{problem(path, "is a reference, which user data cannot resolve for the download; bake the program into the AMI, or use download.source s3 behind a gateway endpoint")}
	}
	if !plainProxy().MatchString(proxy) {
		return nodeconfig.Problems{problem(path, "has characters that a script of user data cannot hold; write host and port with letters, digits, dots and hyphens only")}
	}
	noProxy := strings.Join(p.NoProxy, ",")
	if !plainProxy().MatchString(strings.ReplaceAll(noProxy, ",", "")) {
		return nodeconfig.Problems{problem("proxy.agent.no_proxy", "has characters that a script of user data cannot hold; write host names, domains and CIDR blocks")}
	}
	s.proxy, s.noProxy = proxy, noProxy
	return nil
}

// bucketName is a general-purpose bucket's. Source: S3 User Guide, "Bucket naming rules".
var bucketName = pattern(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// objectURL is where curl gets an object of S3 from, unsigned: the bucket's policy has to allow the VPC endpoint.
func objectURL(r Request) (string, nodeconfig.Problems) {
	region := r.region()
	if region == "" {
		return "", nodeconfig.Problems{problem("region", "is not known, and the bucket's endpoint depends on it; give region, or the cluster by its ARN")}
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.Document.Download.Location, "s3://"), "/")
	if !bucketName().MatchString(bucket) {
		return "", nodeconfig.Problems{problem("download.location", "does not begin with the name of a bucket; write s3://bucket/key")}
	}
	suffix := "amazonaws.com"
	if strings.HasPrefix(region, "cn-") {
		suffix = "amazonaws.com.cn"
	}
	host := "s3." + region + "." + suffix
	if strings.Contains(bucket, ".") {
		// The certificate's wildcard does not cover a bucket with dots as a part of the host.
		return "https://" + host + "/" + bucket + "/" + escapeKey(key), nil
	}
	return "https://" + bucket + "." + host + "/" + escapeKey(key), nil
}

func (r Request) region() string {
	if r.Document.Region != "" {
		return r.Document.Region
	}
	if parts := strings.Split(r.Document.Cluster, ":"); len(parts) > 3 && parts[0] == "arn" {
		return parts[3]
	}
	return r.Region
}

// escapeKey writes an object's key for a URL's path. S3 reads a plus sign there as a blank, which url.PathEscape leaves.
func escapeKey(key string) string {
	parts := strings.Split(key, "/")
	for i, part := range parts {
		parts[i] = strings.ReplaceAll(url.QueryEscape(part), "+", "%20")
	}
	return strings.Join(parts, "/")
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c > '~' })
}

// The programs of Windows are called by their full path: the working folder and PATH are not asked. curl.exe is part of
// Windows since Server 2019.
const (
	curlArguments = "--fail --silent --show-error --location --proto %s --proto-redir %s --tlsv1.2 --retry 5 --connect-timeout 20 --max-time 600"
	unverified    = "ecswin-bootstrap.exe is not there, or its SHA-256 is not the one in the user data. It was not run."
)

// batch is the script for cmd.exe. It has no labels: cmd.exe misses some in a file with bare line feeds.
func (s start) batch() []string {
	lines := []string{"@echo off", "setlocal EnableExtensions DisableDelayedExpansion"}
	const verify = `for /f "delims=" %%h in ('%SystemRoot%\System32\certutil.exe -hashfile "%program%" SHA256') do if /i "%%h"=="%sha256%" set "verified=yes"`
	if s.sha256 != "" {
		lines = append(lines, `set "sha256=`+s.sha256+`"`)
	}
	if s.url == "" {
		lines = append(lines, `set "program=`+s.path+`"`)
	} else {
		lines = append(lines, `set "folder=%ProgramFiles%\ecswin\%sha256%"`, `set "program=%folder%\ecswin-bootstrap.exe"`)
	}
	if s.sha256 != "" {
		lines = append(lines, `set "verified="`, verify)
	}
	if s.url != "" {
		lines = append(lines,
			`if not defined verified if exist "%folder%" rd /s /q "%folder%"`,
			`if not defined verified mkdir "%folder%"`,
			`if not defined verified %SystemRoot%\System32\curl.exe --disable `+fmt.Sprintf(curlArguments, "=https", "=https")+s.proxyArguments(`"`)+
				` --output "%program%" "`+strings.ReplaceAll(s.url, "%", "%%")+`"`,
			`if not defined verified `+verify)
	}
	if s.sha256 != "" {
		lines = append(lines, "if not defined verified echo "+unverified, "if not defined verified exit /b 1")
	}
	return append(lines, `"%program%" `+strings.Join(s.arguments, " "), "exit /b %errorlevel%")
}

// powershell is the script for PowerShell 5.1, line by line what batch is. It does not stop at errors: where a launch agent
// redirects the streams, the first line that a program writes to stderr would be one.
func (s start) powershell() []string {
	var lines []string
	const verify = `$verified = (& "$env:SystemRoot\System32\certutil.exe" -hashfile "$program" SHA256) -contains "$sha256"`
	guarded := func(statement string) string { return "if (-not $verified) { " + statement + " }" }
	if s.sha256 != "" {
		lines = append(lines, `$sha256 = '`+s.sha256+`'`)
	}
	switch {
	case s.url != "":
		lines = append(lines, `$folder = "$env:ProgramFiles\ecswin\$sha256"`, `$program = "$folder\ecswin-bootstrap.exe"`)
	case s.path == DefaultProgram:
		lines = append(lines, `$program = "`+strings.Replace(DefaultProgram, "%ProgramFiles%", "$env:ProgramFiles", 1)+`"`)
	default:
		lines = append(lines, `$program = '`+strings.ReplaceAll(s.path, "'", "''")+`'`)
	}
	if s.sha256 != "" {
		lines = append(lines, verify)
	} else {
		lines = append(lines, `$verified = Test-Path -LiteralPath "$program"`)
	}
	if s.url != "" {
		lines = append(lines,
			guarded(`if (Test-Path -LiteralPath "$folder") { Remove-Item -LiteralPath "$folder" -Recurse -Force }`),
			guarded(`New-Item -ItemType Directory -Path "$folder" | Out-Null`),
			guarded(`& "$env:SystemRoot\System32\curl.exe" --disable `+fmt.Sprintf(curlArguments, "'=https'", "'=https'")+s.proxyArguments("'")+
				` --output "$program" '`+s.url+`'`),
			guarded(verify))
	}
	lines = append(lines, guarded("Write-Output '"+unverified+"'"), guarded("exit 1"))
	return append(lines, `& "$program" `+strings.Join(s.arguments, " "), "exit $LASTEXITCODE")
}

func (s start) proxyArguments(quote string) string {
	arguments := ""
	if s.proxy != "" {
		arguments = " --proxy " + quote + s.proxy + quote
	}
	if s.noProxy != "" {
		arguments += " --noproxy " + quote + s.noProxy + quote
	}
	return arguments
}
