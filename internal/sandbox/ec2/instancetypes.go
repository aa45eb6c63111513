package ec2

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

//go:embed instancetypes.csv
var catalogCSV string

// InstanceType is what an instance type offers.
type InstanceType struct {
	// Name is the type's name, such as "m5.large".
	Name string
	// Interfaces is how many network interfaces an instance can have, all its
	// network cards together.
	Interfaces int
	// DefaultCardInterfaces is how many of them the default network card has.
	// Amazon ECS attaches the interfaces of tasks to that card.
	DefaultCardInterfaces int
	// Cards is the number of network cards.
	Cards int
	// AddressesPerInterface is how many private IPv4 addresses an interface
	// can have.
	AddressesPerInterface int
	// VCPUs is the number of virtual processors.
	VCPUs int
	// MemoryMiB is the memory in MiB.
	MemoryMiB int
	// Hypervisor is "nitro" or "xen".
	Hypervisor string
}

// readCatalog reads the embedded table.
func readCatalog() map[string]InstanceType {
	r := csv.NewReader(strings.NewReader(catalogCSV))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		// The table is part of the program, and a test reads it.
		panic(fmt.Sprintf("the embedded table of instance types: %v", err))
	}
	catalog := map[string]InstanceType{}
	for _, row := range rows[1:] {
		var n [6]int
		for i := range n {
			// A figure that is none becomes 0, which the test refuses.
			n[i], _ = strconv.Atoi(row[i+1])
		}
		catalog[row[0]] = InstanceType{
			Name: row[0], Interfaces: n[0], DefaultCardInterfaces: n[1], Cards: n[2], AddressesPerInterface: n[3],
			VCPUs: n[4], MemoryMiB: n[5], Hypervisor: row[7],
		}
	}
	return catalog
}

// instanceTypeItem is what EC2 reports of a type.
type instanceTypeItem struct {
	Name              string      `xml:"instanceType"`
	CurrentGeneration bool        `xml:"currentGeneration"`
	BareMetal         bool        `xml:"bareMetal"`
	Hypervisor        string      `xml:"hypervisor"`
	Architectures     []string    `xml:"processorInfo>supportedArchitectures>item"`
	VCPUs             int         `xml:"vCpuInfo>defaultVCpus"`
	MemoryMiB         int         `xml:"memoryInfo>sizeInMiB"`
	Network           networkInfo `xml:"networkInfo"`
}

type networkInfo struct {
	Interfaces   int               `xml:"maximumNetworkInterfaces"`
	Cards        int               `xml:"maximumNetworkCards"`
	DefaultCard  int               `xml:"defaultNetworkCardIndex"`
	CardItems    []networkCardItem `xml:"networkCards>item"`
	IPv4PerENI   int               `xml:"ipv4AddressesPerInterface"`
	EnaSupport   string            `xml:"enaSupport"`
	EfaSupported bool              `xml:"efaSupported"`
}

type networkCardItem struct {
	Index      int `xml:"networkCardIndex"`
	Interfaces int `xml:"maximumNetworkInterfaces"`
}

// leastTypesPage is the smallest page of DescribeInstanceTypes; the largest is
// as for the other calls, though EC2 gives 100 (API reference).
const leastTypesPage = 5

func (m *Model) describeInstanceTypes(_ *world, q query) ([]element, error) {
	var all []InstanceType
	for _, name := range slices.Sorted(maps.Keys(m.catalog)) {
		all = append(all, m.catalog[name])
	}
	chosen, next, err := choose(q, kind[InstanceType]{
		ids: "InstanceType", notFound: "InvalidInstanceType", noun: "instance type", least: leastTypesPage,
		id:   func(t InstanceType) string { return t.Name },
		tags: func(InstanceType) []Tag { return nil },
		filters: map[string]func(InstanceType) []string{
			"instance-type": func(t InstanceType) []string { return []string{t.Name} },
			"hypervisor":    func(t InstanceType) []string { return []string{t.Hypervisor} },
			"bare-metal":    func(InstanceType) []string { return []string{"false"} },
			"memory-info.size-in-mib": func(t InstanceType) []string {
				return []string{strconv.Itoa(t.MemoryMiB)}
			},
			"network-info.maximum-network-interfaces": func(t InstanceType) []string {
				return []string{strconv.Itoa(t.Interfaces)}
			},
			"processor-info.supported-architecture": func(InstanceType) []string { return []string{"x86_64"} },
			"vcpu-info.default-vcpus": func(t InstanceType) []string {
				return []string{strconv.Itoa(t.VCPUs)}
			},
		},
	}, all)
	if err != nil {
		return nil, err
	}
	var items []instanceTypeItem
	for _, t := range chosen {
		items = append(items, t.item())
	}
	return page("instanceTypeSet", items, next), nil
}

func (t InstanceType) item() instanceTypeItem {
	network := networkInfo{
		Interfaces: t.Interfaces, Cards: t.Cards, IPv4PerENI: t.AddressesPerInterface, EnaSupport: "required",
		CardItems: []networkCardItem{{Index: 0, Interfaces: t.DefaultCardInterfaces}},
	}
	for i := 1; i < t.Cards; i++ {
		network.CardItems = append(network.CardItems, networkCardItem{
			Index: i, Interfaces: (t.Interfaces - t.DefaultCardInterfaces) / (t.Cards - 1),
		})
	}
	return instanceTypeItem{
		Name: t.Name, CurrentGeneration: true, Hypervisor: t.Hypervisor, Architectures: []string{"x86_64"},
		VCPUs: t.VCPUs, MemoryMiB: t.MemoryMiB, Network: network,
	}
}
