// Package ec2 is a model of what Amazon ECS's tasks need of Amazon EC2: a VPC
// with subnets and a security group, instances, and network interfaces. The
// wire only reads it; instances and interfaces are made by the sandbox's other
// parts, as AWS's own services make them.
package ec2
