package ec2launch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Language is that of Windows' own programs, as far as a script can see it.
type Language struct {
	// HashOf and Completed are the lines around the digest that certutil prints. HashOf has a %s for the file.
	HashOf, Completed string
}

// English and German are two of them; German is from memory, *not verified*. A script must not depend on either.
func English() Language {
	return Language{"SHA256 hash of %s:", "CertUtil: -hashfile command completed successfully."}
}

// German is another language than English.
func German() Language {
	return Language{"SHA256-Hash von %s:", "CertUtil: -hashfile-Befehl wurde erfolgreich ausgeführt."}
}

// Certutil is a model of certutil.exe -hashfile FILE SHA256, for a simulated machine's [Shell]. It prints the digest in
// lower case and without blanks, as since Windows Server 2016 (*not verified* below 2019).
func Certutil(arguments []string, language Language, read func(path string) ([]byte, error)) Result {
	if len(arguments) != 3 || arguments[0] != "-hashfile" || !strings.EqualFold(arguments[2], "SHA256") {
		return Result{ExitCode: 1, Stdout: "CertUtil: Unknown arg\r\n"}
	}
	data, err := read(arguments[1])
	if err != nil {
		const fileNotFound = -2147024894 // HRESULT 0x80070002
		return Result{ExitCode: fileNotFound, Stdout: "CertUtil: -hashfile command FAILED: 0x80070002 (WIN32: 2 ERROR_FILE_NOT_FOUND)\r\n"}
	}
	digest := sha256.Sum256(data)
	lines := []string{fmt.Sprintf(language.HashOf, arguments[1]), hex.EncodeToString(digest[:]), language.Completed}
	return Result{Stdout: strings.Join(lines, "\r\n") + "\r\n"}
}

// Response is what a server says to curl.
type Response struct {
	Status int
	// Location is where a redirect leads.
	Location string
	Body     []byte
}

// Web is the network as curl sees it.
type Web interface {
	// Get asks for a URL, through the proxy if that is not empty. The error is a connection that failed.
	Get(ctx context.Context, url, proxy string) (Response, error)
}

// The exit codes of curl that a download can come to. Source: curl's manual page.
const (
	curlUnsupportedProtocol = 1
	curlUsage               = 2
	curlNoConnection        = 7
	curlHTTPError           = 22
	curlWriteError          = 23
	curlTooManyRedirects    = 47
)

// Curl is a model of curl.exe with the options that user data gives it, for a simulated machine's [Shell]. It asks again
// as --retry says, without waiting in between, and follows redirects to the allowed protocols.
func Curl(ctx context.Context, arguments []string, web Web, write func(path string, data []byte) error) Result {
	c, ok := curlOptions(arguments)
	if !ok {
		return Result{ExitCode: curlUsage, Stdout: "curl: option not known to the model\n"}
	}
	exitCode := curlNoConnection
	for range c.retries + 1 {
		var again bool
		if exitCode, again = c.attempt(ctx, web, write); !again || ctx.Err() != nil {
			break
		}
	}
	return Result{ExitCode: exitCode}
}

type curl struct {
	url, output, proxy string
	protocols, redirs  string
	noProxy            []string
	retries            int
	fail, follow       bool
}

func curlOptions(arguments []string) (curl, bool) {
	var c curl
	values := map[string]string{}
	for i := 0; i < len(arguments); i++ {
		switch a := arguments[i]; a {
		case "--disable", "--silent", "--show-error", "--tlsv1.2":
		case "--fail":
			c.fail = true
		case "--location":
			c.follow = true
		case "--proto", "--proto-redir", "--retry", "--connect-timeout", "--max-time", "--proxy", "--noproxy", "--output":
			i++
			if i == len(arguments) {
				return c, false
			}
			values[a] = arguments[i]
		default:
			if strings.HasPrefix(a, "-") || c.url != "" {
				return c, false
			}
			c.url = a
		}
	}
	c.output, c.proxy, c.protocols, c.redirs = values["--output"], values["--proxy"], values["--proto"], values["--proto-redir"]
	c.noProxy = strings.Split(values["--noproxy"], ",")
	c.retries, _ = strconv.Atoi(values["--retry"])
	return c, c.url != "" && c.output != ""
}

// maxRedirects is curl's own limit.
const maxRedirects = 50

// attempt asks once, and says whether to ask again.
func (c curl) attempt(ctx context.Context, web Web, write func(string, []byte) error) (exitCode int, again bool) {
	url, allowed := c.url, c.protocols
	for range maxRedirects {
		scheme, _, _ := strings.Cut(url, "://")
		if allowed != "" && !slices.Contains(strings.Split(strings.TrimPrefix(allowed, "="), ","), scheme) {
			return curlUnsupportedProtocol, false
		}
		response, err := web.Get(ctx, url, c.proxyFor(url))
		switch {
		case err != nil:
			return curlNoConnection, true
		case c.follow && response.Status/100 == 3 && response.Location != "":
			url, allowed = response.Location, c.redirs
			continue
		case c.fail && response.Status >= 400:
			return curlHTTPError, slices.Contains([]int{408, 429, 500, 502, 503, 504}, response.Status)
		}
		if err := write(c.output, response.Body); err != nil {
			return curlWriteError, false
		}
		return 0, false
	}
	return curlTooManyRedirects, false
}

// proxyFor leaves the proxy out for hosts and domains that go without it. CIDR blocks are for addresses, which user data
// does not download from.
func (c curl) proxyFor(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	for _, name := range c.noProxy {
		if name != "" && (host == name || strings.HasSuffix(host, "."+strings.TrimPrefix(name, "."))) {
			return ""
		}
	}
	return c.proxy
}
