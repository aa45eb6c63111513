// Package taskdef knows what a Windows task definition in awsvpc mode is: how
// its JSON reads, which spellings mean the same, and (in package rules) what
// AWS would reject, ignore or never place.
//
// It works on the AWS SDK's own input type, ecs.RegisterTaskDefinitionInput,
// so there is one model of a definition and no translation between two. It
// knows nothing of Terraform.
package taskdef
