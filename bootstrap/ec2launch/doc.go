// Package ec2launch is a model of EC2Launch v1 and v2, the programs of the Windows AMIs that run user data: which scripts
// run at which boot, and what exit code 3010 does. How they read user data stands in internal/userdata.
//
// It runs the scripts that internal/userdata renders, byte by byte, in an interpreter that knows just enough batch and
// PowerShell for them. What it does not know is an error, never skipped. A simulated instance starts this way, with the
// same text that EC2 would hand to a real one.
package ec2launch
