// Command standin stands in for curl.exe, certutil.exe and ecswin-bootstrap.exe on a machine under Wine, by the name that
// it is started by. curl.exe gets C:\served.exe from any server. Each call is a line in C:\calls.txt.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/ec2launch"
)

func main() {
	result, err := run(os.Args[1:])
	fmt.Print(result.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(99)
	}
	os.Exit(result.ExitCode)
}

func run(arguments []string) (ec2launch.Result, error) {
	path, err := os.Executable()
	if err != nil {
		return ec2launch.Result{}, err
	}
	if err := note(path + " " + strings.Join(arguments, " ")); err != nil {
		return ec2launch.Result{}, err
	}
	switch name := strings.ToLower(path[strings.LastIndexByte(path, '\\')+1:]); name {
	case "certutil.exe":
		return ec2launch.Certutil(arguments, ec2launch.German(), os.ReadFile), nil
	case "curl.exe":
		return ec2launch.Curl(context.Background(), arguments, served{}, func(path string, data []byte) error {
			return os.WriteFile(path, data, 0o600)
		}), nil
	case "ecswin-bootstrap.exe":
		return ec2launch.Result{ExitCode: 7}, nil
	default:
		return ec2launch.Result{}, fmt.Errorf("started as %s", name)
	}
}

func note(call string) error {
	f, err := os.OpenFile(`C:\calls.txt`, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(f, call); err != nil {
		return err
	}
	return f.Close()
}

// served is a web that has one file.
type served struct{}

func (served) Get(context.Context, string, string) (ec2launch.Response, error) {
	body, err := os.ReadFile(`C:\served.exe`)
	return ec2launch.Response{Status: 200, Body: body}, err
}
