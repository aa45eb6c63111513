package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"
	"unsafe"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/mgr"
)

// hello tells which Windows this is, what the program was given, and the time of boot.
func hello(args []string) error {
	v := windows.RtlGetVersion()
	var boot [6]int64
	if err := windows.NtQuerySystemInformation(windows.SystemTimeOfDayInformation, unsafe.Pointer(&boot), uint32(unsafe.Sizeof(boot)), nil); err != nil {
		return err
	}
	fmt.Printf("Windows %d.%d.%d product type %d, arguments %q, GREETING=%q, boot %d\n",
		v.MajorVersion, v.MinorVersion, v.BuildNumber, v.ProductType, args, os.Getenv("GREETING"), boot[0]/1e7)
	return nil
}

// write writes the registry twice, and between them a file in another's place.
func write() error {
	k, _, err := registry.CreateKey(registry.LOCAL_MACHINE, `SOFTWARE\probe`, registry.SET_VALUE) // the first counted write
	if err != nil {
		return err
	}
	if err := k.SetStringValue("first", "1"); err != nil {
		return err
	}
	const name = `C:\ProgramData\probe.txt`
	if err := os.WriteFile(name+".new", []byte("new"), 0o600); err != nil {
		return err
	}
	if err := os.Rename(name+".new", name); err != nil {
		return err
	}
	if err := k.SetStringValue("second", "2"); err != nil {
		return err
	}
	return k.Close()
}

// tool runs an external program of System32 by its full path.
func tool(args []string) error {
	out, err := exec.Command(filepath.Join(os.Getenv("SystemRoot"), "System32", args[0]), args[1:]...).CombinedOutput()
	fmt.Printf("%s", out)
	return err
}

// get prints what an HTTP server says.
func get(url string) error {
	return show(http.DefaultClient, url)
}

// docker prints what the Docker engine says of a path, over its pipe.
func docker(path string) error {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return winio.DialPipeContext(ctx, `\\.\pipe\docker_engine`)
	}
	return show(&http.Client{Transport: &http.Transport{DialContext: dial}}, "http://docker"+path)
}

func show(client *http.Client, url string) error {
	resp, err := client.Get(url) //nolint:noctx // a probe
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(os.Stdout, resp.Body)
	return err
}

// service is a service that writes down how it was started, and ends when it is told to.
func service() error {
	return svc.Run("probe", handler{})
}

type handler struct{}

func (handler) Execute(args []string, requests <-chan svc.ChangeRequest, status chan<- svc.Status) (bool, uint32) {
	status <- svc.Status{State: svc.StartPending}
	text := fmt.Sprintf("%q GREETING=%q", args, os.Getenv("GREETING"))
	if err := os.WriteFile(`C:\ProgramData\service.txt`, []byte(text), 0o600); err != nil {
		return false, 1
	}
	status <- svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown}
	for r := range requests {
		if r.Cmd == svc.Stop || r.Cmd == svc.Shutdown {
			break
		}
		status <- r.CurrentStatus
	}
	status <- svc.Status{State: svc.StopPending}
	return true, 7
}

// reread tells a service to read its parameters anew.
func reread(name string) error {
	return with(name, func(s *mgr.Service) error {
		_, err := s.Control(svc.ParamChange)
		return err
	})
}

// recovery sets what a service does when it fails, and prints what was kept of it.
func recovery(name string) error {
	err := with(name, func(s *mgr.Service) error {
		actions := []mgr.RecoveryAction{{Type: mgr.ServiceRestart, Delay: 5 * time.Second}, {Type: mgr.ServiceRestart, Delay: time.Minute}}
		config, err := s.Config()
		config.DelayedAutoStart = true
		return errors.Join(err, s.UpdateConfig(config), s.SetRecoveryActions(actions, 60), s.SetRecoveryActionsOnNonCrashFailures(true))
	})
	if err != nil {
		return err
	}
	return with(name, func(s *mgr.Service) error {
		actions, err := s.RecoveryActions()
		reset, resetErr := s.ResetPeriod()
		flag, flagErr := s.RecoveryActionsOnNonCrashFailures()
		config, configErr := s.Config()
		fmt.Println(actions, reset, flag, config.DelayedAutoStart, config.Dependencies)
		return errors.Join(err, resetErr, flagErr, configErr)
	})
}

func with(name string, do func(*mgr.Service) error) error {
	m, err := mgr.Connect()
	if err != nil {
		return err
	}
	defer func() { _ = m.Disconnect() }()
	s, err := m.OpenService(name)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	return do(s)
}
