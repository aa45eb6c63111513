// Package hnsstore is a small model of the Windows Host Networking Service (HNS) and of the host's IP configuration that
// HNS changes. It answers both of HNS's interfaces, V2 (HCN, computenetwork.dll) and V1 (HNSCall, vmcompute.dll), from one
// set of objects.
//
// The model lives in a folder: state.json holds everything, calls.jsonl a line for each call. So a test on Linux seeds and
// inspects what Windows programs under Wine work on. Nothing here needs Windows; only the file lock differs.
//
// The model knows what hcsshim's own tests, ECS's network plugin and reports of others show of HNS. It refuses what they
// show HNS to refuse and keeps unknown fields as they came. Whether HNS takes a document that this model takes only a real
// host can tell. What nobody has seen on a real host is marked as assumed.
package hnsstore
