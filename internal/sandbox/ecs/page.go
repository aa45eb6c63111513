package ecs

import (
	"encoding/base64"
	"slices"
)

// maxPage is how many items a list call returns at most, and unless asked for
// fewer (API reference of the List calls).
const maxPage = 100

// pageSize returns how many items a page has when a call asks for so many; 0
// asks for none in particular.
func pageSize(asked int32) (int, error) {
	switch {
	case asked < 0 || asked > maxPage:
		return 0, invalidf("maxResults should be between 1 and %d.", maxPage)
	case asked == 0:
		return maxPage, nil
	}
	return int(asked), nil
}

// openToken returns the key of the last item of the page before, or "" if
// there was none. Tokens hold keys rather than counts, so that creating and
// deleting between two pages neither repeats nor skips an item.
func openToken(token *string) (string, error) {
	key, err := base64.RawURLEncoding.DecodeString(valueOf(token))
	if err != nil {
		return "", invalidf("Invalid token")
	}
	return string(key), nil
}

// cutPage returns the first items, and the token of the next page if there are
// more.
func cutPage[T any](items []T, size int, key func(T) string) (page []T, next *string) {
	if len(items) <= size {
		return items, nil
	}
	sealed := base64.RawURLEncoding.EncodeToString([]byte(key(items[size-1])))
	return items[:size], &sealed
}

// pageOfNames returns one page of sorted names.
func pageOfNames(names []string, token *string, asked int32) (page []string, next *string, err error) {
	size, err := pageSize(asked)
	if err != nil {
		return nil, nil, err
	}
	last, err := openToken(token)
	if err != nil {
		return nil, nil, err
	}
	start, found := slices.BinarySearch(names, last)
	if found {
		start++
	}
	page, next = cutPage(names[start:], size, func(name string) string { return name })
	return page, next, nil
}
