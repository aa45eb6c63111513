// Package machinetest holds the black-box tests of ecswin-bootstrap.exe: the program that ships runs on simulated Windows
// machines under Wine, prepared like an ECS-optimized AMI, and the tests look at what it leaves there.
package machinetest
