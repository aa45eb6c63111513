package hnsstore

import (
	"os"

	"golang.org/x/sys/unix"
)

// lockFile waits for the file's exclusive lock. Wine turns LockFileEx of a byte into the same fcntl lock of that byte, so
// Linux and Windows programs keep each other out. The lock belongs to the open file, not to the process.
func lockFile(f *os.File) error {
	for {
		lock := unix.Flock_t{Type: unix.F_WRLCK, Start: 0, Len: 1}
		if err := unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLKW, &lock); err != unix.EINTR {
			return err
		}
	}
}
