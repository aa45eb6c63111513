package winhost

// free gives back what a call has used. That Windows does not take it back is nothing that anybody could act on.
func free(giveBack func() error) { _ = giveBack() }
