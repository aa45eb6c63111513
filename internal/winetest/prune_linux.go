package winetest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// touch notes that a folder of the cache is in use.
func touch(dir string) error {
	now := time.Now()
	return os.Chtimes(dir, now, now)
}

// prune removes what nobody has used for long: what machines are made from after a week, and after a day machines that a
// test left behind because it was killed.
func (c cache) prune(now time.Time) error {
	const day = 24 * time.Hour
	var errs []error
	for pattern, age := range map[string]time.Duration{
		"base-*": 7 * day, "template-*": 7 * day, "exe-*": 7 * day, "machines/*": day,
	} {
		paths, err := filepath.Glob(filepath.Join(c.dir, pattern))
		errs = append(errs, err)
		for _, path := range paths {
			info, err := os.Stat(path)
			if err != nil || filepath.Ext(path) == ".lock" || now.Sub(info.ModTime()) < age {
				continue // gone meanwhile, or in use
			}
			errs = append(errs, os.RemoveAll(path))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("removing what is old from %s: %w", c.dir, err)
	}
	return nil
}
