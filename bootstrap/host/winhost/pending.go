package winhost

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Keys in which Windows keeps what it has begun.
const (
	setupKey      = `HKLM\SYSTEM\Setup`
	imageStateKey = `HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State`
	nameKey       = `HKLM\SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName`
	activeNameKey = `HKLM\SYSTEM\CurrentControlSet\Control\ComputerName\ActiveComputerName`
	netlogonKey   = host.ServicesKey + `\Netlogon`
	servicingKey  = `HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending`
	updateKey     = `HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired`
	versionKey    = `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion`
	tcpipKey      = host.ServicesKey + `\Tcpip\Parameters`
)

// imageComplete is the state of an installation that setup and Sysprep are done with.
const imageComplete = "IMAGE_STATE_COMPLETE"

// pending reads what Windows wants to finish from the registry, where Windows itself keeps it.
func pending(ctx context.Context, r host.Registry) (host.Pending, error) {
	look := reader{ctx: ctx, registry: r}
	state := look.text(imageStateKey, "ImageState")
	p := host.Pending{
		Setup:      look.number(setupKey, "SystemSetupInProgress") != 0 || (state != "" && state != imageComplete),
		DomainJoin: look.there(netlogonKey, "JoinDomain"),
		Updates:    look.hasKey(servicingKey) || look.hasKey(updateKey),
	}
	next, active := look.text(nameKey, "ComputerName"), look.text(activeNameKey, "ComputerName")
	if next != "" && active != "" && !strings.EqualFold(next, active) {
		p.Rename = next
	}
	if look.err != nil {
		return host.Pending{}, fmt.Errorf("looking up what Windows has pending: %w", look.err)
	}
	return p, nil
}

// reader reads several values and keeps the first error. What is not there is empty.
type reader struct {
	ctx      context.Context // of one call
	registry host.Registry
	err      error
}

func (r *reader) value(key, name string) (host.Value, bool) {
	if r.err != nil {
		return host.Value{}, false
	}
	v, err := r.registry.Value(r.ctx, key, name)
	if err != nil && !errors.Is(err, host.ErrNotFound) {
		r.err = err
	}
	return v, err == nil
}

func (r *reader) text(key, name string) string {
	v, _ := r.value(key, name)
	return v.Text
}

func (r *reader) number(key, name string) uint32 {
	v, _ := r.value(key, name)
	return v.Number
}

func (r *reader) there(key, name string) bool {
	_, ok := r.value(key, name)
	return ok
}

func (r *reader) hasKey(key string) bool {
	if r.err != nil {
		return false
	}
	_, err := r.registry.Values(r.ctx, key)
	if err != nil && !errors.Is(err, host.ErrNotFound) {
		r.err = err
	}
	return err == nil
}
