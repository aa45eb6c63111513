package awsapi

import (
	"errors"
	"net"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// MayHaveTakenEffect reports whether a call that failed with err may have
// changed something at AWS all the same: its response got lost, the service
// failed on its own side, or the call was stopped while it was under way. A
// call that AWS refused, and one that never left this machine, has changed
// nothing.
func MayHaveTakenEffect(err error) bool {
	if err == nil || neverConnected(err) {
		return false
	}
	if _, stopped := errors.AsType[*smithy.CanceledError](err); stopped {
		return true
	}
	if _, sent := errors.AsType[*smithyhttp.RequestSendError](err); sent {
		return true
	}
	status := statusCode(err)
	return status >= 500 || status > 0 && status < 400
}

// neverConnected reports whether not even a connection came about.
func neverConnected(err error) bool {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	if _, ok := tlsCause(err); ok {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && (op.Op == "dial" || op.Op == "proxyconnect")
}
