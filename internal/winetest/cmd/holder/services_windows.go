package main

import (
	"fmt"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/mgr"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/control"
)

func doService(r control.Request) (control.Reply, error) {
	m, err := mgr.Connect()
	if err != nil {
		return control.Reply{}, err
	}
	defer func() { _ = m.Disconnect() }()
	if r.Op == control.CreateService {
		return control.Reply{}, createService(m, r)
	}
	s, err := m.OpenService(r.Service)
	if err != nil {
		return control.Reply{}, err
	}
	defer func() { _ = s.Close() }()
	switch r.Op {
	case control.DeleteService:
		return control.Reply{}, s.Delete()
	case control.StartService:
		return control.Reply{}, s.Start(r.Args...)
	case control.StopService:
		_, err := s.Control(svc.Stop)
		return control.Reply{}, err
	case control.QueryService:
		return queryService(s)
	default:
		return control.Reply{}, fmt.Errorf("no such operation: %q", r.Op)
	}
}

// createService passes the command line as it is: mgr.CreateService would quote it anew.
func createService(m *mgr.Mgr, r control.Request) error {
	start := uint32(mgr.StartManual)
	if r.Config.Automatic {
		start = mgr.StartAutomatic
	}
	name, err := windows.UTF16PtrFromString(r.Service)
	if err != nil {
		return err
	}
	path, err := windows.UTF16PtrFromString(r.Config.Path)
	if err != nil {
		return err
	}
	var dependencies []uint16 // each ends with a zero, and the list with one more
	for _, d := range r.Config.DependsOn {
		encoded, err := windows.UTF16FromString(d)
		if err != nil {
			return err
		}
		dependencies = append(dependencies, encoded...)
	}
	dependencies = append(dependencies, 0, 0)
	h, err := windows.CreateService(m.Handle, name, name, windows.SERVICE_ALL_ACCESS, windows.SERVICE_WIN32_OWN_PROCESS,
		start, windows.SERVICE_ERROR_NORMAL, path, nil, nil, &dependencies[0], nil, nil)
	if err != nil {
		return err
	}
	return windows.CloseServiceHandle(h)
}

func queryService(s *mgr.Service) (control.Reply, error) {
	status, err := s.Query()
	if err != nil {
		return control.Reply{}, err
	}
	config, err := s.Config()
	if err != nil {
		return control.Reply{}, err
	}
	names := map[svc.State]string{
		svc.Stopped: "stopped", svc.StartPending: "start pending", svc.StopPending: "stop pending", svc.Running: "running",
		svc.ContinuePending: "continue pending", svc.PausePending: "pause pending", svc.Paused: "paused",
	}
	return control.Reply{Service: &control.Service{
		Path: config.BinaryPathName, DependsOn: config.Dependencies, Automatic: config.StartType == mgr.StartAutomatic,
		State: names[status.State], ExitCode: status.Win32ExitCode, Process: status.ProcessId,
	}}, nil
}
