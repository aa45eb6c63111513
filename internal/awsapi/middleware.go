package awsapi

import (
	"context"
	"fmt"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// callError adds to the error of a call the Region that it went to, which the
// SDK's own errors do not tell.
type callError struct {
	region string
	err    error
}

func (e *callError) Error() string {
	return fmt.Sprintf("in %s: %v", e.region, e.err)
}

func (e *callError) Unwrap() error {
	return e.err
}

func addCallContext(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("CallContext",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, metadata, err := next.HandleInitialize(ctx, in)
			if region := awsmiddleware.GetRegion(ctx); err != nil && region != "" {
				err = &callError{region: region, err: err}
			}
			return out, metadata, err
		}), middleware.After)
}

// appendUserAgent adds words to the User-Agent header once the SDK has made
// its own.
func appendUserAgent(words string) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		return stack.Build.Add(middleware.BuildMiddlewareFunc("AppendUserAgent",
			func(ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler) (middleware.BuildOutput, middleware.Metadata, error) {
				if req, ok := in.Request.(*smithyhttp.Request); ok {
					req.Header.Set("User-Agent", req.Header.Get("User-Agent")+" "+words)
				}
				return next.HandleBuild(ctx, in)
			}), middleware.After)
	}
}
