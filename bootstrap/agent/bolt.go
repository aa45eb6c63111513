package agent

import (
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"slices"
)

// slice is part of data, or nil where that is too short.
func slice(data []byte, at, size uint64) []byte {
	if at > uint64(len(data)) || size > uint64(len(data))-at {
		return nil
	}
	return data[at : at+size]
}

func u16(b []byte, at int) uint16 { return binary.LittleEndian.Uint16(b[at:]) }
func u32(b []byte, at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
func u64(b []byte, at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }

// Encode writes the checkpoint as a database that the agent's own library opens. The simulated agent keeps its state so.
func (c Checkpoint) Encode() []byte {
	const page = 4096
	db := make([]byte, 4*page)
	for i := range uint64(2) {
		meta := db[i*page:]
		binary.LittleEndian.PutUint64(meta, i)
		binary.LittleEndian.PutUint16(meta[8:], 0x04)
		m := meta[pageHeader:]
		binary.LittleEndian.PutUint32(m, boltMagic)
		binary.LittleEndian.PutUint32(m[4:], boltVersion)
		binary.LittleEndian.PutUint32(m[8:], page)
		binary.LittleEndian.PutUint64(m[16:], 3) // root page
		binary.LittleEndian.PutUint64(m[32:], 2) // freelist page
		binary.LittleEndian.PutUint64(m[40:], 4) // pages in use
		binary.LittleEndian.PutUint64(m[48:], i) // transaction
		sum := fnv.New64a()
		// A hash never fails to write.
		_, _ = sum.Write(m[:56])
		binary.LittleEndian.PutUint64(m[56:], sum.Sum64())
	}
	binary.LittleEndian.PutUint64(db[2*page:], 2)
	binary.LittleEndian.PutUint16(db[2*page+8:], 0x10)

	metadata := map[string][]byte{
		"agent-version": jsonString(c.Version), "cluster-name": jsonString(c.Cluster),
		"container-instance-arn": jsonString(c.ARN), "ec2-instance-id": jsonString(c.InstanceID),
	}
	inline := append(make([]byte, bucketSize), leafPage(0, 0, metadata)...)
	copy(db[3*page:], leafPage(3, leafBucket, map[string][]byte{metadataBucket: inline}))
	return db
}

// leafPage is a page of pairs, sorted by key.
func leafPage(id uint64, flags uint32, pairs map[string][]byte) []byte {
	var keys []string
	for key := range pairs {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	head := make([]byte, pageHeader+elementSize*len(keys))
	binary.LittleEndian.PutUint64(head, id)
	binary.LittleEndian.PutUint16(head[8:], pageLeaf)
	binary.LittleEndian.PutUint16(head[10:], uint16(len(keys)))
	var body []byte
	for i, key := range keys {
		at := pageHeader + elementSize*i
		binary.LittleEndian.PutUint32(head[at:], flags)
		binary.LittleEndian.PutUint32(head[at+4:], uint32(len(head)+len(body)-at))
		binary.LittleEndian.PutUint32(head[at+8:], uint32(len(key)))
		binary.LittleEndian.PutUint32(head[at+12:], uint32(len(pairs[key])))
		body = append(append(body, key...), pairs[key]...)
	}
	return slices.Concat(head, body)
}

func jsonString(s string) []byte {
	// A string always marshals.
	text, _ := json.Marshal(s)
	return text
}
