// Package awscloud makes the bootstrap's calls to AWS, with the credentials of the instance role and nobody else's. It
// asks for nothing before the first call, keeps to short deadlines, and turns every failure into the words of package
// cloud. Callers repeat what may pass; it does not wait for long itself.
package awscloud
