// Hello is a program to sign.
package main

func main() { println("hello") }
