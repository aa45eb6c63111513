package hcn

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/Microsoft/hcsshim"
	"github.com/Microsoft/hcsshim/hcn"
	"github.com/sirupsen/logrus"
	"golang.org/x/sys/windows"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/winhost/blocking"
)

// client is HNS. It never asks hcsshim's cached features: those keep the error of a first call for the life of the
// process, and whoever waits for HNS would wait for ever.
type client struct{}

// New returns HNS. It silences hcsshim's logger, which writes to standard error.
func New() host.HNS {
	logrus.SetOutput(io.Discard)
	return client{}
}

// Version implements host.HNS.
func (client) Version(ctx context.Context) (host.HNSVersion, error) {
	return ask(ctx, "looking up HNS's version", func() (host.HNSVersion, error) {
		globals, err := hcn.GetGlobals()
		if err != nil {
			return host.HNSVersion{}, err
		}
		return host.HNSVersion{Major: globals.Version.Major, Minor: globals.Version.Minor}, nil
	})
}

// Networks implements host.HNS.
func (c client) Networks(ctx context.Context) ([]host.HNSNetwork, error) {
	return ask(ctx, "looking up HNS's networks", func() ([]host.HNSNetwork, error) {
		list, err := again(hcn.ListNetworks)
		if err != nil {
			return nil, err
		}
		found, err := translate(list, parseNetwork)
		if err != nil {
			return nil, err
		}
		return found, nameAdapters(found)
	})
}

// nameAdapters asks version one for the adapters of networks whose document of version two names none.
func nameAdapters(networks []host.HNSNetwork) error {
	missing := false
	for _, n := range networks {
		missing = missing || n.Adapter == "" && !strings.EqualFold(n.Type, string(hcn.NAT))
	}
	if !missing {
		return nil
	}
	list, err := hcsshim.HNSListNetworkRequest("GET", "", "")
	if err != nil {
		return err
	}
	for i := range networks {
		for j := range list {
			if networks[i].Adapter == "" && strings.EqualFold(networks[i].ID, list[j].Id) {
				networks[i].Adapter = list[j].NetworkAdapterName
			}
		}
	}
	return nil
}

// Endpoints implements host.HNS.
func (client) Endpoints(ctx context.Context) ([]host.HNSEndpoint, error) {
	return ask(ctx, "looking up HNS's endpoints", func() ([]host.HNSEndpoint, error) {
		list, err := again(hcn.ListEndpoints)
		if err != nil {
			return nil, err
		}
		return translate(list, parseEndpoint)
	})
}

// Create implements host.HNS. A member that hcsshim does not know would be lost on the way, so it is refused.
func (client) Create(ctx context.Context, document []byte) (string, error) {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.DisallowUnknownFields()
	var wanted hcn.HostComputeNetwork
	if err := decoder.Decode(&wanted); err != nil {
		return "", fmt.Errorf("reading the document of a network to create: %w", err)
	}
	return ask(ctx, "creating HNS network "+wanted.Name, func() (string, error) {
		made, err := wanted.Create()
		if err != nil {
			return "", err
		}
		return made.Id, nil
	})
}

// Delete implements host.HNS. What version two refuses is tried by version one, by which vpc-eni makes its networks.
func (client) Delete(ctx context.Context, id string) error {
	_, err := ask(ctx, "deleting HNS network "+id, func() (struct{}, error) {
		err := (&hcn.HostComputeNetwork{Id: id}).Delete()
		if err == nil || isGone(err) {
			return struct{}{}, nil
		}
		if _, errV1 := hcsshim.HNSNetworkRequest("DELETE", id, ""); errV1 != nil {
			return struct{}{}, errors.Join(err, fmt.Errorf("by version one: %w", errV1))
		}
		return struct{}{}, nil
	})
	return err
}

// translate turns hcsshim's values into documents again, which portable code reads.
func translate[From, To any](list []From, parse func([]byte) (To, error)) ([]To, error) {
	found := make([]To, 0, len(list))
	for i := range list {
		document, err := json.Marshal(list[i])
		if err != nil {
			return nil, fmt.Errorf("writing HNS's document: %w", err)
		}
		one, err := parse(document)
		if err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	return found, nil
}

// again repeats a listing that failed because one of its objects went away meanwhile: hcsshim then fails the whole list.
func again[T any](list func() ([]T, error)) ([]T, error) {
	const attempts = 5
	for i := 1; ; i++ {
		found, err := list()
		if err == nil || !isGone(err) || i == attempts {
			return found, err
		}
	}
}

// isGone tells an object that is not there. hcsshim has two kinds of error for it, and each of its own tests knows one.
func isGone(err error) bool { return hcn.IsNotFoundError(err) || hcn.IsElementNotFoundError(err) }

// ask calls hcsshim and returns when it does, or when ctx ends. HNS takes a minute for a network at times and cannot be
// interrupted: the next look shows what came of a call that was left behind.
func ask[T any](ctx context.Context, what string, fn func() (T, error)) (T, error) {
	return blocking.Call(ctx, what, func() (T, error) {
		value, err := fn()
		return value, failed(what, err)
	})
}

// failed puts host's words to an error of HNS. Without the feature Containers there is no DLL to load; while the service
// does not run there is nobody behind it.
func failed(what string, err error) error {
	const moduleNotFound, serviceNotActive, rpcUnavailable = 0x7e, 1062, 1722
	switch {
	case err == nil:
		return nil
	case isGone(err), errors.Is(err, windows.ERROR_MOD_NOT_FOUND), hcn.CheckErrorWithCode(err, moduleNotFound):
		return fmt.Errorf("%s: %w: %w", what, host.ErrNotFound, err)
	case hcn.CheckErrorWithCode(err, serviceNotActive), hcn.CheckErrorWithCode(err, rpcUnavailable),
		errors.Is(err, windows.ERROR_SERVICE_NOT_ACTIVE):
		return fmt.Errorf("%s: %w: %w", what, host.ErrUnreachable, err)
	case errors.Is(err, windows.ERROR_ACCESS_DENIED), hcn.CheckErrorWithCode(err, hcn.ErrorCode(windows.ERROR_ACCESS_DENIED)):
		return fmt.Errorf("%s: %w: %w", what, host.ErrDenied, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}
