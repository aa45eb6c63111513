// Terraform-provider-ecswin serves the Terraform provider ecswin, for Windows
// containers on Amazon ECS in awsvpc mode. Terraform starts it.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/ecswin/terraform-provider-ecswin/provider"
)

// version is set by the linker in releases.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "serve for a debugger: print the value of TF_REATTACH_PROVIDERS and stay")
	showVersion := flag.Bool("version", false, "print the version and exit")
	flag.Parse()
	if *showVersion {
		fmt.Println("terraform-provider-ecswin " + version)
		return
	}
	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: "registry.terraform.io/ecswin/ecswin",
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}
