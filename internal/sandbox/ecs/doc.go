// Package ecs is a model of Amazon ECS: clusters, task definitions, tags and
// account settings, with the rules by which ECS accepts, completes, refuses
// and forgets them.
//
// Where AWS documents a rule or a text, the model follows it. Where neither is
// documented, the code says "assumed". It works on the SDK's own types and
// schemas, so that it speaks the API that the SDK speaks.
package ecs
