// Command holder keeps a simulated Windows machine up and does in it what a test asks for: Wine ends a machine's services
// with its last program. It ends when its standard input does.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/control"
)

func main() {
	h := &holder{out: json.NewEncoder(os.Stdout), programs: map[int]*program{}, files: map[string]*os.File{}}
	requests := bufio.NewScanner(os.Stdin)
	requests.Buffer(nil, 1<<24)
	for requests.Scan() {
		var r control.Request
		if err := json.Unmarshal(requests.Bytes(), &r); err != nil {
			fmt.Fprintln(os.Stderr, "holder: a request that is not JSON:", err)
			os.Exit(1)
		}
		go h.answer(r)
	}
}

type holder struct {
	mu       sync.Mutex
	out      *json.Encoder
	programs map[int]*program
	// files are those that are held, by path.
	files map[string]*os.File
}

func (h *holder) answer(r control.Request) {
	reply, err := h.do(r)
	reply.ID = r.ID
	if err != nil {
		reply.Error = describe(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.out.Encode(reply); err != nil {
		fmt.Fprintln(os.Stderr, "holder: the test does not listen:", err)
		os.Exit(1)
	}
}

func (h *holder) do(r control.Request) (control.Reply, error) {
	switch r.Op {
	case control.Hello:
		return control.Reply{}, nil
	case control.Start:
		return h.start(r)
	case control.Wait:
		return h.wait(r)
	case control.Kill:
		return control.Reply{}, kill(r.Process)
	case control.HoldFile:
		return control.Reply{}, h.hold(r.File)
	case control.ReleaseFile:
		return control.Reply{}, h.release(r.File)
	case control.ReadValue:
		return readValue(r)
	case control.ReadValues:
		return readValues(r)
	case control.WriteValue:
		return control.Reply{}, writeValue(r)
	case control.DeleteValue:
		return control.Reply{}, deleteValue(r)
	case control.DeleteKey:
		return control.Reply{}, deleteKey(r)
	case control.ListKeys:
		return listKeys(r)
	default:
		return doService(r)
	}
}
