package awsapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// addLogging logs every exchange, each attempt of its own: a line at debug, and
// the masked JSON bodies at trace. Headers are never logged.
func addLogging(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("LogExchange", logExchange), middleware.After)
}

func logExchange(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	request, ok := in.Request.(*smithyhttp.Request)
	if !ok {
		return next.HandleDeserialize(ctx, in)
	}
	sent, err := requestBody(request)
	if err != nil {
		return middleware.DeserializeOutput{}, middleware.Metadata{}, err
	}
	start := time.Now()
	out, metadata, err := next.HandleDeserialize(ctx, in)
	fields := map[string]any{
		"aws_service":   awsmiddleware.GetServiceID(ctx),
		"aws_operation": awsmiddleware.GetOperationName(ctx),
		"http_method":   request.Method,
		"http_host":     request.URL.Host,
		"attempt":       request.Header.Get("Amz-Sdk-Request"),
		"duration_ms":   time.Since(start).Milliseconds(),
	}
	var received []byte
	if response, ok := out.RawResponse.(*smithyhttp.Response); ok && response.StatusCode != 0 {
		fields["http_status"] = response.StatusCode
		fields["request_id"] = requestID(response.Header)
		if received, err = replaceBody(response, err); err != nil {
			fields["error"] = "the response broke off"
		}
	} else if err != nil {
		fields["error"] = "no response"
	}
	tflog.Debug(ctx, "Called AWS", fields)
	fields["request_body"], fields["response_body"] = maskedBody{sent}, maskedBody{received}
	tflog.Trace(ctx, "Called AWS, with bodies", fields)
	return out, metadata, err
}

// requestBody returns the whole body, and winds the stream back for whoever
// sends it.
func requestBody(request *smithyhttp.Request) ([]byte, error) {
	stream := request.GetStream()
	if stream == nil || !request.IsStreamSeekable() {
		return nil, nil
	}
	body, err := io.ReadAll(stream)
	if err != nil {
		return nil, err
	}
	return body, request.RewindStream()
}

// replaceBody reads the response and puts what it read in its place. It keeps
// an earlier error.
func replaceBody(response *smithyhttp.Response, earlier error) ([]byte, error) {
	body, err := io.ReadAll(response.Body)
	closeErr := response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(body))
	if earlier != nil {
		return body, earlier
	}
	if err = errors.Join(err, closeErr); err != nil {
		return body, fmt.Errorf("reading the response: %w", err)
	}
	return body, nil
}

func requestID(header http.Header) string {
	for _, name := range []string{"X-Amzn-Requestid", "X-Amz-Request-Id"} {
		if id := header.Get(name); id != "" {
			return id
		}
	}
	return ""
}

// maskedBody masks when a logger asks for its text, so that a level that is
// off costs nothing. It is a struct so that no logger takes it for the bytes
// that it hides: Terraform's logs ask for String, JSON ones for MarshalText.
type maskedBody struct {
	body []byte
}

// String implements fmt.Stringer.
func (b maskedBody) String() string {
	if len(b.body) == 0 {
		return ""
	}
	return maskJSON(b.body)
}

// MarshalText implements encoding.TextMarshaler.
func (b maskedBody) MarshalText() ([]byte, error) {
	return []byte(b.String()), nil
}
