package agent_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
)

func exampleCheckpoint() agent.Checkpoint {
	return agent.Checkpoint{
		Cluster: "prod", InstanceID: "i-0123456789abcdef0", Version: "1.105.1",
		ARN: "arn:aws:ecs:eu-central-1:123456789012:container-instance/prod/0123456789abcdef0123456789abcdef",
	}
}

// writeDB writes a checkpoint with the library that the agent uses, beside as much else as the agent keeps.
func writeDB(t testing.TB, c agent.Checkpoint, others int) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agent.db")
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: time.Second, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	put := func(b *bolt.Bucket, key, value string) error {
		text, err := json.Marshal(value)
		return errors.Join(err, b.Put([]byte(key), text))
	}
	if err := db.Update(func(tx *bolt.Tx) error {
		for _, name := range []string{"images", "containers", "tasks", "eniattachments", "resattachments", "metadata"} {
			if _, err := tx.CreateBucket([]byte(name)); err != nil {
				return err
			}
		}
		tasks, metadata := tx.Bucket([]byte("tasks")), tx.Bucket([]byte("metadata"))
		var err error
		for i := range others {
			err = errors.Join(err, put(tasks, fmt.Sprintf("task-%06d", i), strings.Repeat("x", 700)))
			err = errors.Join(err, put(metadata, fmt.Sprintf("other-%06d", i), strings.Repeat("y", 700)))
		}
		return errors.Join(err, put(metadata, "cluster-name", c.Cluster), put(metadata, "ec2-instance-id", c.InstanceID),
			put(metadata, "container-instance-arn", c.ARN), put(metadata, "agent-version", c.Version))
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestReadCheckpointAsTheAgentWritesIt(t *testing.T) {
	t.Parallel()
	for name, others := range map[string]int{"inline": 0, "one page": 3, "branches": 2000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := agent.ReadCheckpoint(writeDB(t, exampleCheckpoint(), others))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(exampleCheckpoint(), got); d != "" {
				t.Errorf("checkpoint (-want +got):\n%s", d)
			}
		})
	}
}

// TestEncodedCheckpointOpensInTheAgentsLibrary holds what the simulated agent writes to the library of the real one.
func TestEncodedCheckpointOpensInTheAgentsLibrary(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "agent.db")
	if err := os.WriteFile(path, exampleCheckpoint().Encode(), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.View(func(tx *bolt.Tx) error {
		for err := range tx.Check() {
			t.Error(err)
		}
		if got := string(tx.Bucket([]byte("metadata")).Get([]byte("cluster-name"))); got != `"prod"` {
			t.Errorf("cluster-name is %s", got)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestCheckpointRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := agent.Checkpoint{
			Cluster: rapid.StringN(0, 255, 255).Draw(t, "cluster"), InstanceID: rapid.StringN(0, 30, 60).Draw(t, "instance"),
			ARN: rapid.StringN(0, 200, 400).Draw(t, "arn"), Version: rapid.StringN(0, 20, 40).Draw(t, "version"),
		}
		got, err := agent.ReadCheckpoint(c.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(c, got); d != "" {
			t.Errorf("checkpoint (-want +got):\n%s", d)
		}
	})
}

func TestReadCheckpointRefusesWhatIsNone(t *testing.T) {
	t.Parallel()
	whole := exampleCheckpoint().Encode()
	broken := append([]byte(nil), whole...)
	broken[16+20] ^= 1
	broken[4096+16+20] ^= 1
	for name, db := range map[string][]byte{"empty": nil, "text": []byte("{}"), "cut off": whole[:4096*3], "metas damaged": broken} {
		if got, err := agent.ReadCheckpoint(db); !errors.Is(err, agent.ErrNotCheckpoint) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	oneMeta := append([]byte(nil), whole...)
	oneMeta[16+20] ^= 1
	if got, err := agent.ReadCheckpoint(oneMeta); err != nil || got != exampleCheckpoint() {
		t.Errorf("with one damaged meta: got %+v, %v", got, err)
	}
}

func FuzzReadCheckpoint(f *testing.F) {
	f.Add(exampleCheckpoint().Encode())
	f.Add(agent.Checkpoint{}.Encode())
	f.Fuzz(func(t *testing.T, db []byte) {
		if _, err := agent.ReadCheckpoint(db); err != nil && !errors.Is(err, agent.ErrNotCheckpoint) {
			t.Errorf("unexpected error %v", err)
		}
	})
}
