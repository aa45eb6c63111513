// Package tags is how every taggable resource treats tags: its own argument
// tags, the computed tags_all, the provider's default_tags and ignore_tags,
// and AWS's reserved aws: tags, which it never sees.
package tags
