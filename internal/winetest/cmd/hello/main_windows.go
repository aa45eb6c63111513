// Command hello is the least that a Go program for Windows does: what others cost is compared with it.
package main

import "fmt"

func main() { fmt.Println("hello") }
