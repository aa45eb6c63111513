import {
  to = ecswin_cluster.windows
  id = "windows"
}
