package cli

import (
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

// userdataCommand renders user data, as the data source ecswin_user_data does.
type userdataCommand struct {
	File, Form, LaunchAgent string
	// OperatingSystemFamily is ECS's word for the AMI's Windows.
	OperatingSystemFamily string
	Persist               bool
	Region                string
	Base64                bool
}

func newUserdataCommand(l *line) *cobra.Command {
	c := &userdataCommand{}
	command := l.command("userdata [FILE]", "Render user data for EC2 instances.", c, &c.File)
	command.Long = command.Short + aboutFile
	flags := command.Flags()
	oneOf(flags, &c.Form, "form", "script", "`FORM` in which the user data is written: %s.", "script", "powershell", "yaml", "document")
	oneOf(flags, &c.LaunchAgent, "launch-agent", "ec2launch-v2",
		"Launch `AGENT` of the AMI: %s; v1 is on Windows Server 2019, v2 on 2022 and 2025.", "ec2launch-v1", "ec2launch-v2")
	flags.StringVar(&c.OperatingSystemFamily, "operating-system-family", "",
		"Windows `FAMILY` of the AMI, as WINDOWS_SERVER_2022_CORE: what it cannot do is refused. Default: not known.")
	flags.BoolVar(&c.Persist, "persist", false, "Run it at every boot, not at the first alone.")
	flags.StringVar(&c.Region, "region", "",
		"`REGION` of the bucket of an s3:// location, if neither the document nor its cluster's ARN says so.")
	flags.BoolVar(&c.Base64, "base64", false, "Print it in base64, as the EC2 API takes it.")
	return command
}

type userdataDocument struct {
	SchemaVersion  int    `json:"schemaVersion"`
	UserData       string `json:"userData"`
	UserDataBase64 string `json:"userDataBase64"`
	Form           string `json:"form"`
	LaunchAgent    string `json:"launchAgent"`
	// Size is in bytes, before base64; Limit is EC2's.
	Size  int `json:"size"`
	Limit int `json:"limit"`
}

// Run implements the command.
func (c *userdataCommand) Run(s *session) error {
	text, name, err := s.document(c.File)
	if err != nil {
		return err
	}
	document, err := nodeconfig.Parse(text, name)
	if err != nil {
		return invalid(name, err)
	}
	rendered, err := userdata.Render(userdata.Request{
		Document: document, Form: userdata.Form(c.Form), LaunchAgent: userdata.LaunchAgent(c.LaunchAgent),
		OperatingSystemFamily: c.OperatingSystemFamily, Persist: c.Persist, Region: c.Region,
	})
	var problems nodeconfig.Problems
	if errors.As(err, &problems) {
		f := fault.New("E_USERDATA", err, "%s", name)
		f.Remedy = problems[0].Remedy
		return f
	}
	if err != nil {
		return err
	}
	d := userdataDocument{
		SchemaVersion: 1, UserData: string(rendered), UserDataBase64: base64.StdEncoding.EncodeToString(rendered),
		Form: c.Form, LaunchAgent: c.LaunchAgent, Size: len(rendered), Limit: userdata.MaxSize,
	}
	return s.show(d, func() {
		if c.Base64 {
			fmt.Fprintln(s.Stdout, d.UserDataBase64)
		} else {
			fmt.Fprint(s.Stdout, d.UserData)
		}
		fmt.Fprintf(s.Stderr, "%d of %d bytes\n", d.Size, d.Limit)
	})
}
