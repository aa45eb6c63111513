// Package winetest gives a test on Linux a Windows machine: a Wine prefix with its own registry, C: drive, services and
// network, a simulated Host Networking Service, and a fake in the place of each tool that a program may start.
//
//	m := winetest.NewMachine(t, winetest.Options{})
//	result := m.Run(t.Context(), winetest.BuildExe(t, "./bootstrap", ""), "status")
//
// A machine is a clone of a template that is made once; see docs/design/wine.md for how, and for what a machine cannot show.
package winetest
