data "ecswin_user_data" "node" {
  cluster = "shop"

  agent {
    image_pull_behavior = "prefer-cached"
    attributes          = { tier = "web" }
  }

  awsvpc {
    block_imds = true
  }

  signal {
    auto_scaling {
      hook = "launch"
    }
  }

  download {
    source   = "https"
    location = "https://downloads.example.com/ecswin-bootstrap.exe"
    sha256   = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }

  operating_system_family = "WINDOWS_SERVER_2022_CORE"
}

# For user_data of a launch template.
output "user_data" {
  value = data.ecswin_user_data.node.user_data_base64
}
