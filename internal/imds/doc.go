// Package imds is a model of the EC2 instance metadata service: where it shows what ([Instance.Tree]), and who gets an
// answer ([Service]). The simulated machine and the sandbox share it. Source: EC2 User Guide, "Instance metadata
// categories" and "Use the Instance Metadata Service to access instance metadata".
package imds
