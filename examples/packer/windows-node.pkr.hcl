# An AMI with ecswin-bootstrap in it: the ECS-optimized Windows AMI, the program, and nothing of the build instance.
# Not verified: nobody has built it on AWS yet.

packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.3.0"
    }
  }
}

variable "region" {
  type    = string
  default = "eu-central-1"
}

variable "program" {
  type        = string
  description = "Path of ecswin-bootstrap.exe on this machine."
  default     = "bin/ecswin-bootstrap.exe"
}

variable "sha256" {
  type        = string
  description = "SHA-256 of the program, from SHA256SUMS."
}

variable "service" {
  type        = bool
  description = "Install the service, which joins an instance of this AMI without user data that runs anything."
  default     = true
}

data "amazon-parameterstore" "windows" {
  region = var.region
  name   = "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-ECS_Optimized/image_id"
}

source "amazon-ebs" "windows" {
  region        = var.region
  instance_type = "m5.large"
  source_ami    = data.amazon-parameterstore.windows.value
  ami_name      = "ecswin-windows-2022-core-${formatdate("YYYYMMDDhhmm", timestamp())}"

  # WinRM for Packer. There is no NodeConfig in it, so the bootstrap would leave this instance alone.
  user_data_file = "${path.root}/winrm.txt"
  communicator   = "winrm"
  winrm_username = "Administrator"
  winrm_use_ssl  = true
  winrm_insecure = true

  metadata_options {
    http_tokens = "required"
  }
}

build {
  sources = ["source.amazon-ebs.windows"]

  provisioner "file" {
    source      = var.program
    destination = "C:\\Windows\\Temp\\ecswin-bootstrap.exe"
  }

  provisioner "windows-shell" {
    environment_vars = ["SHA256=${var.sha256}", "SERVICE=${var.service}"]
    inline = [
      "mkdir \"%ProgramFiles%\\ecswin\"",
      "move /y C:\\Windows\\Temp\\ecswin-bootstrap.exe \"%ProgramFiles%\\ecswin\\ecswin-bootstrap.exe\" || exit /b 1",
      "%SystemRoot%\\System32\\certutil.exe -hashfile \"%ProgramFiles%\\ecswin\\ecswin-bootstrap.exe\" SHA256 | %SystemRoot%\\System32\\findstr.exe /i /x \"%SHA256%\" || exit /b 1",
      "if \"%SERVICE%\"==\"true\" \"%ProgramFiles%\\ecswin\\ecswin-bootstrap.exe\" service install || exit /b 1",
    ]
  }

  # The last word before Sysprep: no state, no checkpoint of the agent, no nat network goes into the image.
  provisioner "windows-shell" {
    inline = [
      "\"%ProgramFiles%\\ecswin\\ecswin-bootstrap.exe\" reset --for-ami --yes || exit /b 1",
      "\"%ProgramFiles%\\Amazon\\EC2Launch\\EC2Launch.exe\" sysprep --shutdown=false",
    ]
  }
}
