package imds

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The headers of version 2.
const (
	TokenHeader    = "X-Aws-Ec2-Metadata-Token"
	TokenTTLHeader = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds"
)

const (
	prefix    = "/latest/"
	tokenPath = "/latest/api/token"
	// maxTTL is how long a token lasts at most: six hours.
	maxTTL = 21600
)

// Options are an instance's metadata options. Source: EC2 API reference, InstanceMetadataOptionsRequest.
type Options struct {
	// Disabled turns the service off: HttpEndpoint.
	Disabled bool
	// TokenRequired refuses requests without a token, those of version 1: HttpTokens.
	TokenRequired bool
	// HopLimit is how far the answer to a token request goes, 1 to 64: HttpPutResponseHopLimit. 0 is 1.
	HopLimit int
}

// Source is whose metadata a [Service] shows. It is asked at each request, so that its answers are those of the moment.
type Source interface {
	// Metadata returns what there is to see, and the options that hold.
	Metadata() (Instance, Options)
}

// Service is the metadata service of one instance, an http.Handler for requests from the instance itself. It is safe for
// concurrent use.
type Service struct {
	source Source
	now    func() time.Time

	mu     sync.Mutex
	tokens map[string]time.Time
}

// NewService returns a service; now tells when its tokens end.
func NewService(source Source, now func() time.Time) *Service {
	return &Service{source: source, now: now, tokens: map[string]time.Time{}}
}

// ServeHTTP implements http.Handler.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.serve(w, r, 0) }

// Behind returns the service as a client finds it with so many routers in between; a container behind Docker's nat
// network has one. A token whose answer does not go that far is not refused: the client waits for it in vain.
func (s *Service) Behind(routers int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, routers) })
}

func (s *Service) serve(w http.ResponseWriter, r *http.Request, routers int) {
	instance, options := s.source.Metadata()
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Server", "EC2ws")
	switch {
	case options.Disabled:
		refuse(w, http.StatusForbidden)
	case r.URL.Path == tokenPath:
		if routers >= max(options.HopLimit, 1) {
			<-r.Context().Done()
			panic(http.ErrAbortHandler) // net/http's own way to give no answer
		}
		s.giveToken(w, r)
	case r.Method != http.MethodGet:
		refuse(w, http.StatusMethodNotAllowed)
	case !s.lets(r, options):
		refuse(w, http.StatusUnauthorized)
	default:
		show(w, r, instance)
	}
}

// giveToken answers a token request. One that came through a proxy is refused, so that no open proxy hands tokens out.
func (s *Service) giveToken(w http.ResponseWriter, r *http.Request) {
	ttl, err := strconv.Atoi(r.Header.Get(TokenTTLHeader))
	switch {
	case r.Method != http.MethodPut:
		refuse(w, http.StatusMethodNotAllowed)
	case r.Header.Get("X-Forwarded-For") != "":
		refuse(w, http.StatusForbidden)
	case err != nil || ttl < 1 || ttl > maxTTL:
		refuse(w, http.StatusBadRequest)
	default:
		w.Header().Set(TokenTTLHeader, strconv.Itoa(ttl))
		write(w, s.newToken(time.Duration(ttl)*time.Second))
	}
}

// newToken keeps a new token, and forgets those that have ended.
func (s *Service) newToken(ttl time.Duration) string {
	token, now := rand.Text(), s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for old, ends := range s.tokens {
		if !now.Before(ends) {
			delete(s.tokens, old)
		}
	}
	s.tokens[token] = now.Add(ttl)
	return token
}

// lets reports whether a request has a token that holds, or needs none. A wrong token is refused in version 1 too.
func (s *Service) lets(r *http.Request, options Options) bool {
	token := r.Header.Get(TokenHeader)
	if token == "" {
		return !options.TokenRequired
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ends, known := s.tokens[token]
	return known && s.now().Before(ends)
}

func show(w http.ResponseWriter, r *http.Request, instance Instance) {
	path, ok := strings.CutPrefix(r.URL.Path, prefix)
	if !ok {
		refuse(w, http.StatusNotFound)
		return
	}
	text, ok := instance.Tree().Get(path)
	if !ok {
		refuse(w, http.StatusNotFound)
		return
	}
	if path == UserDataPath {
		w.Header().Set("Content-Type", "application/octet-stream")
	}
	write(w, text)
}

func refuse(w http.ResponseWriter, status int) {
	w.WriteHeader(status)
	write(w, fmt.Sprintf("%d - %s", status, http.StatusText(status)))
}

func write(w io.Writer, text string) {
	// A client that has gone away is no concern of the service's.
	_, _ = io.WriteString(w, text)
}
