// Package awsjson reads and writes the JSON of the AWS APIs (awsJson1_1) into
// and from the AWS SDK's own types, by the schemas that the SDK exports.
//
// The SDK's reader is made for answers from AWS: it skips what it does not
// know and stops at the first surprise. This one is made for documents that
// people write: it is strict, it reads on after a mistake, and every problem
// it reports has a line, a column and a path. It never repeats a value of the
// document, because values may be secret.
package awsjson
