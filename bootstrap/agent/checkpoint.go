package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
)

// Checkpoint is what the agent remembers of its last registration, in agent.db.
//
// Source: agent/data/metadata_client.go and agent/app/agent.go of github.com/aws/amazon-ecs-agent, version 1.105.1.
type Checkpoint struct {
	// Cluster is the cluster as it was configured, InstanceID the EC2 instance, ARN the container instance.
	Cluster, InstanceID, ARN, Version string
}

// ErrNotCheckpoint says that a file is not a checkpoint that can be read.
var ErrNotCheckpoint = errors.New("not a readable bbolt database")

const metadataBucket = "metadata"

// ReadCheckpoint reads the agent's database from memory, changing and locking nothing: the library that wrote it wants a
// file of its own to map and lock. A database without the bucket, as of an agent that never registered, is a zero
// Checkpoint.
func ReadCheckpoint(db []byte) (Checkpoint, error) {
	file, err := openBolt(db)
	if err != nil {
		return Checkpoint{}, err
	}
	buckets, err := file.pairs(file.root)
	if err != nil {
		return Checkpoint{}, err
	}
	bucket, ok := buckets[metadataBucket]
	if !ok || !bucket.isBucket {
		return Checkpoint{}, nil
	}
	metadata, err := file.bucket(bucket.value)
	if err != nil {
		return Checkpoint{}, err
	}
	text := func(key string) string {
		var s string
		if json.Unmarshal(metadata[key].value, &s) != nil {
			return ""
		}
		return s
	}
	return Checkpoint{
		Cluster: text("cluster-name"), InstanceID: text("ec2-instance-id"),
		ARN: text("container-instance-arn"), Version: text("agent-version"),
	}, nil
}

// The file format of go.etcd.io/bbolt, version 2: pages of a fixed size, two of them with the root.
const (
	boltMagic   = 0xED0CDAED
	boltVersion = 2
	pageHeader  = 16
	metaSize    = 64
	elementSize = 16
	bucketSize  = 16
	pageBranch  = 0x01
	pageLeaf    = 0x02
	leafBucket  = 0x01
	maxDepth    = 16
	minPage     = 512
	maxPage     = 64 << 10
)

type boltFile struct {
	data     []byte
	pageSize uint64
	root     uint64
	// visits bounds the pages looked at, so that a circle ends.
	visits int
	// keys bounds the bytes of all keys: a damaged file could have the same bytes read over and over.
	keys uint64
}

type boltValue struct {
	value    []byte
	isBucket bool
}

// openBolt finds the newer of the two metas.
func openBolt(data []byte) (*boltFile, error) {
	var best *boltFile
	var newest uint64
	try := func(at uint64) {
		m := slice(data, at+pageHeader, metaSize)
		if m == nil || u32(m, 0) != boltMagic || u32(m, 4) != boltVersion {
			return
		}
		sum := fnv.New64a()
		// A hash never fails to write.
		_, _ = sum.Write(m[:56])
		size := uint64(u32(m, 8))
		if sum.Sum64() != u64(m, 56) || size < minPage || size > maxPage || at != 0 && at != size {
			return
		}
		if txid := u64(m, 48); best == nil || txid > newest {
			newest = txid
			best = &boltFile{data: data, pageSize: size, root: u64(m, 16), visits: 1 + len(data)/int(size), keys: uint64(len(data))}
		}
	}
	try(0)
	for size := uint64(minPage); size <= maxPage; size *= 2 {
		try(size)
	}
	if best == nil {
		return nil, fmt.Errorf("reading the agent's checkpoint: %w: it has no valid meta page", ErrNotCheckpoint)
	}
	return best, nil
}

// bucket returns the pairs of a bucket, which lies inline behind its header or on a page of its own.
func (f *boltFile) bucket(value []byte) (map[string]boltValue, error) {
	header := slice(value, 0, bucketSize)
	if header == nil {
		return nil, f.damaged("a bucket without a header")
	}
	if root := u64(header, 0); root != 0 {
		return f.pairs(root)
	}
	found := map[string]boltValue{}
	return found, f.walk(value[bucketSize:], maxDepth, found)
}

func (f *boltFile) pairs(page uint64) (map[string]boltValue, error) {
	found := map[string]boltValue{}
	return found, f.walkPage(page, 0, found)
}

func (f *boltFile) walkPage(page uint64, depth int, found map[string]boltValue) error {
	if f.visits--; f.visits < 0 || page > uint64(len(f.data))/f.pageSize {
		return f.damaged("a page that leads nowhere")
	}
	body := f.data[min(page*f.pageSize, uint64(len(f.data))):]
	return f.walk(body, depth, found)
}

// walk reads a page, and those below it, into found. A page may go on over its neighbours.
func (f *boltFile) walk(page []byte, depth int, found map[string]boltValue) error {
	header := slice(page, 0, pageHeader)
	if header == nil || depth > maxDepth {
		return f.damaged("a page that is cut off")
	}
	flags, count := u16(header, 8), uint64(u16(header, 10))
	for i := range count {
		at := pageHeader + i*elementSize
		element := slice(page, at, elementSize)
		if element == nil {
			return f.damaged("an entry that is cut off")
		}
		switch flags {
		case pageBranch:
			if err := f.walkPage(u64(element, 8), depth+1, found); err != nil {
				return err
			}
		case pageLeaf:
			position, keySize, valueSize := at+uint64(u32(element, 4)), uint64(u32(element, 8)), uint64(u32(element, 12))
			pair := slice(page, position, keySize+valueSize)
			if pair == nil || keySize > f.keys {
				return f.damaged("a pair that is cut off")
			}
			f.keys -= keySize
			found[string(pair[:keySize])] = boltValue{pair[keySize:], u32(element, 0)&leafBucket != 0}
		default:
			return f.damaged("a page of an unknown kind")
		}
	}
	return nil
}

func (f *boltFile) damaged(what string) error {
	return fmt.Errorf("reading the agent's checkpoint: %w: it has %s", ErrNotCheckpoint, what)
}
