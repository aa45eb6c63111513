package contract

import (
	"context"
	"errors"
	"regexp"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

func clockPasses(c *check) {
	before := c.Clock.Now()
	c.must("Sleep", c.Clock.Sleep(c.ctx, time.Millisecond))
	if after := c.Clock.Now(); after.Sub(before) < time.Millisecond {
		c.Errorf("a millisecond's sleep took from %s to %s", before, after)
	}
	ctx, cancel := context.WithCancel(c.ctx)
	cancel()
	c.is("Sleep past the end of its context", c.Clock.Sleep(ctx, time.Hour), context.Canceled)
}

func registryKinds(c *check) {
	values := map[string]host.Value{
		"text":   {Kind: host.KindString, Text: "grün"},
		"empty":  {Kind: host.KindString},
		"expand": {Kind: host.KindExpandString, Text: `%SystemRoot%\x`},
		"list":   {Kind: host.KindMultiString, List: []string{"one", "two"}},
		"number": {Kind: host.KindDWord, Number: 0xfffffffe},
	}
	for name, v := range values {
		if c.must("SetValue "+name, c.Registry.SetValue(c.ctx, c.Key, name, v)) {
			got, err := c.Registry.Value(c.ctx, c.Key, name)
			c.must("Value "+name, err)
			c.same("Value "+name, got, v)
		}
	}
	all, err := c.Registry.Values(c.ctx, c.Key)
	c.must("Values", err)
	c.same("Values", all, values)
	c.must("SetValue over another kind", c.Registry.SetValue(c.ctx, c.Key, "text", values["number"]))
	got, err := c.Registry.Value(c.ctx, c.Key, "text")
	c.must("Value", err)
	c.same("Value of a changed kind", got, values["number"])
}

func registryCase(c *check) {
	v := host.Value{Kind: host.KindString, Text: "x"}
	c.must("SetValue", c.Registry.SetValue(c.ctx, c.Key+`\Sub`, "Name", v))
	got, err := c.Registry.Value(c.ctx, c.Key+`\SUB`, "NAME")
	c.must("Value in capitals", err)
	c.same("Value in capitals", got, v)
	c.must("DeleteValue", c.Registry.DeleteValue(c.ctx, c.Key+`\sub`, "name"))
	_, err = c.Registry.Value(c.ctx, c.Key+`\Sub`, "Name")
	c.is("Value after DeleteValue", err, host.ErrNotFound)
}

func registryAbsent(c *check) {
	_, err := c.Registry.Value(c.ctx, c.Key, "x")
	c.is("Value of no key", err, host.ErrNotFound)
	_, err = c.Registry.Values(c.ctx, c.Key)
	c.is("Values of no key", err, host.ErrNotFound)
	c.must("DeleteValue of no key", c.Registry.DeleteValue(c.ctx, c.Key, "x"))
	c.must("SetValue", c.Registry.SetValue(c.ctx, c.Key, "x", host.Value{Kind: host.KindString}))
	_, err = c.Registry.Value(c.ctx, c.Key, "y")
	c.is("Value of no name", err, host.ErrNotFound)
	c.must("DeleteValue of no name", c.Registry.DeleteValue(c.ctx, c.Key, "y"))
}

func filesRoundTrip(c *check) {
	path := c.Folder + `\a\b.json`
	for _, content := range []string{"first", "", "second, longer than the first"} {
		if !c.must("Write", c.Files.Write(c.ctx, path, []byte(content))) {
			return
		}
		got, err := c.Files.Read(c.ctx, path)
		c.must("Read", err)
		c.same("Read", string(got), content)
		info, err := c.Files.Stat(c.ctx, path)
		c.must("Stat", err)
		c.same("Stat", host.FileInfo{Folder: info.Folder, Size: info.Size}, host.FileInfo{Size: int64(len(content))})
	}
	c.must("Write", c.Files.Write(c.ctx, c.Folder+`\a\a.json`, nil))
	names, err := c.Files.List(c.ctx, c.Folder+`\a`)
	c.must("List", err)
	c.same("List: nothing but the files, sorted", names, []string{"a.json", "b.json"})
	info, err := c.Files.Stat(c.ctx, c.Folder)
	c.must("Stat of a folder", err)
	c.same("Folder", info.Folder, true)
	c.must("Remove of a file", c.Files.Remove(c.ctx, path))
	_, err = c.Files.Read(c.ctx, path)
	c.is("Read after Remove", err, host.ErrNotFound)
	c.must("Remove of a folder", c.Files.Remove(c.ctx, c.Folder))
	_, err = c.Files.Stat(c.ctx, c.Folder+`\a\a.json`)
	c.is("Stat after Remove of the folder", err, host.ErrNotFound)
}

func filesNames(c *check) {
	path := c.Folder + `\Übung Ω\Datei 1.txt`
	c.must("Write", c.Files.Write(c.ctx, path, []byte("x")))
	got, err := c.Files.Read(c.ctx, path)
	c.must("Read", err)
	c.same("Read", string(got), "x")
	_, err = c.Files.Stat(c.ctx, c.Folder+`\Übung Ω\DATEI 1.TXT`)
	c.must("Stat in capitals", err)
}

func filesAbsent(c *check) {
	_, err := c.Files.Stat(c.ctx, c.Folder+`\x`)
	c.is("Stat", err, host.ErrNotFound)
	_, err = c.Files.List(c.ctx, c.Folder)
	c.is("List", err, host.ErrNotFound)
	_, err = c.Files.Read(c.ctx, c.Folder+`\x`)
	c.is("Read", err, host.ErrNotFound)
	c.must("Remove", c.Files.Remove(c.ctx, c.Folder+`\x`))
}

func filesFullPath(c *check) {
	for _, path := range []string{`state.json`, `\state.json`, `C:state.json`, c.Folder + `\..\x`} {
		if err := c.Files.Write(c.ctx, path, nil); err == nil {
			c.Errorf("Write takes %q, which is no full path", path)
		}
	}
}

func folderSecure(c *check) {
	for _, path := range []string{c.Folder + `\deep\down`, c.Folder, c.Folder} {
		c.must("Secure "+path, c.Folders.Secure(c.ctx, path))
	}
	c.must("Write into it", c.Files.Write(c.ctx, c.Folder+`\deep\down\x`, []byte("x")))
	c.must("Secure with a file in it", c.Folders.Secure(c.ctx, c.Folder+`\deep\down`))
	_, err := c.Files.Read(c.ctx, c.Folder+`\deep\down\x`)
	c.must("Read from it", err)
}

func folderFile(c *check) {
	c.must("Write", c.Files.Write(c.ctx, c.Folder+`\x`, []byte("x")))
	c.is("Secure of a file", c.Folders.Secure(c.ctx, c.Folder+`\x`), host.ErrDenied)
}

func lockProcesses(c *check) {
	other := c.Process()
	release, err := c.Locks.Acquire(c.ctx, "ecswin-contract")
	if !c.must("Acquire", err) {
		return
	}
	_, err = other.Locks.Acquire(c.ctx, "ecswin-contract")
	c.is("Acquire in another process", err, host.ErrInUse)
	_, err = c.Locks.Acquire(c.ctx, "ecswin-contract")
	c.is("Acquire again", err, host.ErrInUse)
	release()
	release, err = other.Locks.Acquire(c.ctx, "ecswin-contract")
	if c.must("Acquire in another process after release", err) {
		release()
	}
}

func lockNames(c *check) {
	first, err := c.Locks.Acquire(c.ctx, "ecswin-contract-1")
	if !c.must("Acquire", err) {
		return
	}
	defer first()
	second, err := c.Locks.Acquire(c.ctx, "ecswin-contract-2")
	if c.must("Acquire of another name", err) {
		second()
		second() // a second release is harmless
	}
}

func systemSays(c *check) {
	os, err := c.System.OS(c.ctx)
	c.must("OS", err)
	if os.Build < 10000 || os.Computer == "" || os.FreeBytes == 0 {
		c.Errorf("OS = %+v; want a build, a name, free space", os)
	}
	c.same("Elevated", os.Elevated, true)
	_, err = c.System.Pending(c.ctx)
	c.must("Pending", err)
	domain, err := c.System.Domain(c.ctx)
	c.must("Domain", err)
	if domain.Name == "" && domain.SecureChannel {
		c.Error("a machine in a workgroup has a secure channel")
	}
}

func bootStays(c *check) {
	first, err := c.System.Boot(c.ctx)
	c.must("Boot", err)
	c.must("Sleep", c.Clock.Sleep(c.ctx, 20*time.Millisecond))
	second, err := c.Process().System.Boot(c.ctx)
	c.must("Boot in another process", err)
	if first.ID == "" || first.ID != second.ID {
		c.Errorf("one boot has the ids %q and %q", first.ID, second.ID)
	}
	if drift := second.StartedAt.Sub(first.StartedAt).Abs(); first.StartedAt.IsZero() || drift > 2*time.Second {
		c.Errorf("one boot started at %s and at %s", first.StartedAt, second.StartedAt)
	}
}

func programRuns(c *check) {
	for range 3 { // a program may have ended before anybody looks at it
		result, err := c.Programs.Run(c.ctx, c.Program)
		c.must("Run", err)
		c.same("exit code", result.ExitCode, c.ExitCode)
		if !regexp.MustCompile(c.Stdout).MatchString(result.Stdout) {
			c.Errorf("Run wrote %q; want %q", result.Stdout, c.Stdout)
		}
	}
}

func programFullPath(c *check) {
	for _, path := range []string{`netsh.exe`, `.\netsh.exe`, `\Windows\System32\netsh.exe`} {
		if _, err := c.Programs.Run(c.ctx, host.Command{Path: path}); err == nil {
			c.Errorf("Run takes %q, which is no full path", path)
		}
	}
	_, err := c.Programs.Run(c.ctx, host.Command{Path: c.Folder + `\none.exe`})
	c.is("Run of no program", err, host.ErrNotFound)
}

func eventWritten(c *check) {
	for _, severity := range []string{"info", "warning", "error"} {
		c.must("Event", c.Console.Event(c.ctx, host.Event{ID: 1, Severity: severity, Text: "contract"}))
	}
}

// callsEnd holds calls that can block to their context, by one that has ended before.
func callsEnd(c *check) {
	ctx, cancel := context.WithCancelCause(c.ctx)
	cause := errors.New("asked to stop")
	cancel(cause)
	_, err := c.HNS.Networks(ctx)
	c.is("HNS.Networks", err, cause)
	_, err = c.Services.Service(ctx, c.Dependency)
	c.is("Services.Service", err, cause)
	_, err = c.Adapters.Adapters(ctx)
	c.is("Adapters.Adapters", err, cause)
	_, err = c.Registry.Values(ctx, c.Key)
	c.is("Registry.Values", err, cause)
	_, err = c.Files.Read(ctx, c.Folder+`\x`)
	c.is("Files.Read", err, cause)
	_, err = c.Locks.Acquire(ctx, "ecswin-contract")
	c.is("Locks.Acquire", err, cause)
	_, err = c.Programs.Run(ctx, c.Program)
	c.is("Programs.Run", err, cause)
}
