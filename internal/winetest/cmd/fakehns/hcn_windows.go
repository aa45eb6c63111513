//go:build cgo

package main

import "C"

import (
	"unsafe"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

// The functions of computenetwork.dll: the same seven for each kind of object.

//export HcnEnumerateNetworks
func HcnEnumerateNetworks(question, out, record unsafe.Pointer) uintptr {
	return enumerate(hnsstore.Network, question, out, record)
}

//export HcnCreateNetwork
func HcnCreateNetwork(id, settings, out, record unsafe.Pointer) uintptr {
	return create(hnsstore.Network, 0, id, settings, out, record)
}

//export HcnOpenNetwork
func HcnOpenNetwork(id, out, record unsafe.Pointer) uintptr {
	return open(hnsstore.Network, id, out, record)
}

//export HcnModifyNetwork
func HcnModifyNetwork(h uintptr, settings, record unsafe.Pointer) uintptr {
	return modify(h, settings, record)
}

//export HcnQueryNetworkProperties
func HcnQueryNetworkProperties(h uintptr, question, out, record unsafe.Pointer) uintptr {
	return query(h, question, out, record)
}

//export HcnDeleteNetwork
func HcnDeleteNetwork(id, record unsafe.Pointer) uintptr { return remove(hnsstore.Network, id, record) }

//export HcnCloseNetwork
func HcnCloseNetwork(h uintptr) uintptr { return closeHandle(h) }

//export HcnEnumerateEndpoints
func HcnEnumerateEndpoints(question, out, record unsafe.Pointer) uintptr {
	return enumerate(hnsstore.Endpoint, question, out, record)
}

//export HcnCreateEndpoint
func HcnCreateEndpoint(network uintptr, id, settings, out, record unsafe.Pointer) uintptr {
	return create(hnsstore.Endpoint, network, id, settings, out, record)
}

//export HcnOpenEndpoint
func HcnOpenEndpoint(id, out, record unsafe.Pointer) uintptr {
	return open(hnsstore.Endpoint, id, out, record)
}

//export HcnModifyEndpoint
func HcnModifyEndpoint(h uintptr, settings, record unsafe.Pointer) uintptr {
	return modify(h, settings, record)
}

//export HcnQueryEndpointProperties
func HcnQueryEndpointProperties(h uintptr, question, out, record unsafe.Pointer) uintptr {
	return query(h, question, out, record)
}

//export HcnDeleteEndpoint
func HcnDeleteEndpoint(id, record unsafe.Pointer) uintptr {
	return remove(hnsstore.Endpoint, id, record)
}

//export HcnCloseEndpoint
func HcnCloseEndpoint(h uintptr) uintptr { return closeHandle(h) }

//export HcnEnumerateNamespaces
func HcnEnumerateNamespaces(question, out, record unsafe.Pointer) uintptr {
	return enumerate(hnsstore.Namespace, question, out, record)
}

//export HcnCreateNamespace
func HcnCreateNamespace(id, settings, out, record unsafe.Pointer) uintptr {
	return create(hnsstore.Namespace, 0, id, settings, out, record)
}

//export HcnOpenNamespace
func HcnOpenNamespace(id, out, record unsafe.Pointer) uintptr {
	return open(hnsstore.Namespace, id, out, record)
}

//export HcnModifyNamespace
func HcnModifyNamespace(h uintptr, settings, record unsafe.Pointer) uintptr {
	return modify(h, settings, record)
}

//export HcnQueryNamespaceProperties
func HcnQueryNamespaceProperties(h uintptr, question, out, record unsafe.Pointer) uintptr {
	return query(h, question, out, record)
}

//export HcnDeleteNamespace
func HcnDeleteNamespace(id, record unsafe.Pointer) uintptr {
	return remove(hnsstore.Namespace, id, record)
}

//export HcnCloseNamespace
func HcnCloseNamespace(h uintptr) uintptr { return closeHandle(h) }

//export HcnEnumerateLoadBalancers
func HcnEnumerateLoadBalancers(question, out, record unsafe.Pointer) uintptr {
	return enumerate(hnsstore.LoadBalancer, question, out, record)
}

//export HcnCreateLoadBalancer
func HcnCreateLoadBalancer(id, settings, out, record unsafe.Pointer) uintptr {
	return create(hnsstore.LoadBalancer, 0, id, settings, out, record)
}

//export HcnOpenLoadBalancer
func HcnOpenLoadBalancer(id, out, record unsafe.Pointer) uintptr {
	return open(hnsstore.LoadBalancer, id, out, record)
}

//export HcnModifyLoadBalancer
func HcnModifyLoadBalancer(h uintptr, settings, record unsafe.Pointer) uintptr {
	return modify(h, settings, record)
}

//export HcnQueryLoadBalancerProperties
func HcnQueryLoadBalancerProperties(h uintptr, question, out, record unsafe.Pointer) uintptr {
	return query(h, question, out, record)
}

//export HcnDeleteLoadBalancer
func HcnDeleteLoadBalancer(id, record unsafe.Pointer) uintptr {
	return remove(hnsstore.LoadBalancer, id, record)
}

//export HcnCloseLoadBalancer
func HcnCloseLoadBalancer(h uintptr) uintptr { return closeHandle(h) }

//export HcnEnumerateSdnRoutes
func HcnEnumerateSdnRoutes(question, out, record unsafe.Pointer) uintptr {
	return enumerate(hnsstore.SDNRoute, question, out, record)
}

//export HcnCreateSdnRoute
func HcnCreateSdnRoute(id, settings, out, record unsafe.Pointer) uintptr {
	return create(hnsstore.SDNRoute, 0, id, settings, out, record)
}

//export HcnOpenSdnRoute
func HcnOpenSdnRoute(id, out, record unsafe.Pointer) uintptr {
	return open(hnsstore.SDNRoute, id, out, record)
}

//export HcnModifySdnRoute
func HcnModifySdnRoute(h uintptr, settings, record unsafe.Pointer) uintptr {
	return modify(h, settings, record)
}

//export HcnQuerySdnRouteProperties
func HcnQuerySdnRouteProperties(h uintptr, question, out, record unsafe.Pointer) uintptr {
	return query(h, question, out, record)
}

//export HcnDeleteSdnRoute
func HcnDeleteSdnRoute(id, record unsafe.Pointer) uintptr {
	return remove(hnsstore.SDNRoute, id, record)
}

//export HcnCloseSdnRoute
func HcnCloseSdnRoute(h uintptr) uintptr { return closeHandle(h) }
