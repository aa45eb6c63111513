import {
  to = ecswin_task.web
  id = "windows/0123456789abcdef0123456789abcdef"
}
