// Command fakesystem is those of Windows' own services that a container host has and Wine has not: hns, vmcompute and
// iphlpsvc. Its argument says which.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/windows/registry"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/fakes"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/service"
)

func main() {
	name := os.Args[1]
	store := &hnsstore.Store{Dir: `C:\winetest`}
	var err error
	switch name {
	case "hns":
		err = service.Run(name, hns(store))
	case "iphlpsvc":
		proxy := &fakes.PortProxy{HNS: store, Rules: rules}
		reread := func() { say(proxy.Reread(context.Background())) }
		err = service.Handle(name, ipHelper(proxy, reread), reread)
	default:
		err = service.Run(name, idle)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fakesystem:", err)
		os.Exit(1)
	}
}

// idle is a service that only is there.
func idle(ctx context.Context, ready func()) uint32 {
	ready()
	<-ctx.Done()
	return 0
}

// hns lets HNS's calls fail while it does not run.
func hns(store *hnsstore.Store) service.Work {
	set := func(down bool) uint32 {
		if err := store.Update(func(st *hnsstore.State) error { st.Down = down; return nil }); err != nil {
			say(err)
			return 1
		}
		return 0
	}
	return func(ctx context.Context, ready func()) uint32 {
		if code := set(false); code != 0 {
			return code
		}
		idle(ctx, ready)
		return set(true)
	}
}

func ipHelper(proxy *fakes.PortProxy, reread func()) service.Work {
	return func(ctx context.Context, ready func()) uint32 {
		defer proxy.Close()
		reread()
		return idle(ctx, ready)
	}
}

// rules reads the port proxy's rules.
func rules() (map[string]string, error) {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, `SYSTEM\CurrentControlSet\Services\PortProxy\v4tov4\tcp`, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = k.Close() }()
	names, err := k.ReadValueNames(-1)
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, name := range names {
		if found[name], _, err = k.GetStringValue(name); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// say writes down what went wrong, for who looks into a machine.
func say(err error) {
	if err == nil {
		return
	}
	f, openErr := os.OpenFile(`C:\winetest\system.log`, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if openErr != nil {
		return
	}
	fmt.Fprintln(f, err)
	_ = f.Close()
}
