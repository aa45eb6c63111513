package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSign signs a program with a certificate made for this test, and sees the signature fail where it has to.
func TestSign(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("osslsigncode"); err != nil {
		t.Skip("osslsigncode is missing: apt-get install osslsigncode")
	}
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	authority, leaf := certificates(t)
	_, stranger := certificates(t)
	write(t, at("ca.pem"), authority)
	write(t, at("sign.pem"), leaf.certificate)
	write(t, at("sign.key"), leaf.key)
	write(t, at("stranger.pem"), stranger.certificate)
	write(t, at("stranger.key"), stranger.key)
	unsigned := hello(t, at("hello.exe"))

	write(t, at("signed.exe"), unsigned)
	if out, err := sign("sign", at("signed.exe"), at("sign.pem"), at("sign.key")); err != nil {
		t.Fatalf("signing: %v\n%s", err, out)
	}
	signed, err := os.ReadFile(at("signed.exe"))
	if err != nil {
		t.Fatal(err)
	}
	flipped := append([]byte(nil), signed...)
	flipped[len(unsigned)/2] ^= 1
	write(t, at("flipped.exe"), flipped)
	write(t, at("foreign.exe"), unsigned)
	if out, err := sign("sign", at("foreign.exe"), at("stranger.pem"), at("stranger.key")); err != nil {
		t.Fatalf("signing: %v\n%s", err, out)
	}
	for name, want := range map[string]bool{"signed.exe": true, "hello.exe": false, "flipped.exe": false, "foreign.exe": false} {
		if out, err := sign("verify", at(name), at("ca.pem")); (err == nil) != want {
			t.Errorf("verifying %s: %v, want success: %t\n%s", name, err, want, out)
		}
	}
	if out, err := sign("sign", at("hello.exe")); err == nil || !strings.Contains(string(out), "Usage") {
		t.Errorf("sign without a certificate: %v\n%s", err, out)
	}
}

func sign(args ...string) ([]byte, error) {
	return exec.Command("./sign.sh", args...).CombinedOutput()
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// hello builds a small program for Windows and returns it.
func hello(t *testing.T, path string) []byte {
	t.Helper()
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", path, "./testdata/hello")
	build.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building a program to sign: %v\n%s", err, out)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// pair is a certificate with its key, as PEM.
type pair struct{ certificate, key []byte }

// certificates makes an authority and a certificate for code signing that it has signed.
func certificates(t *testing.T) (authority []byte, leaf pair) {
	t.Helper()
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Throw-away authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	signer := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Throw-away signer"},
		NotBefore: root.NotBefore, NotAfter: root.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
	}
	rootKey, signerKey := newKey(t), newKey(t)
	authority = certificate(t, root, root, rootKey, rootKey)
	key, err := x509.MarshalPKCS8PrivateKey(signerKey)
	if err != nil {
		t.Fatal(err)
	}
	return authority, pair{
		certificate: certificate(t, signer, root, signerKey, rootKey),
		key:         pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
	}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func certificate(t *testing.T, of, by *x509.Certificate, key, signedWith *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, of, by, &key.PublicKey, signedWith)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
