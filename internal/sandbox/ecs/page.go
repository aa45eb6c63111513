package ecs

import (
	"encoding/base64"
	"sort"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// maxPage is how many items a list call returns at most, and unless asked for
// fewer (API reference of the List calls).
const maxPage = 100

// page cuts one page out of items, which are in the order that before tells.
// A token holds the key of the last item of the page before it, so that
// creating and deleting between two pages neither repeats nor skips an item.
func page[T any](items []T, key func(T) string, parse func(string) (T, bool), before func(a, b T) bool,
	token *string, size int32,
) (cut []T, next *string, err error) {
	if size < 0 || size > maxPage {
		return nil, nil, wire.Errorf(invalidParameter, "maxResults should be between 1 and %d.", maxPage)
	}
	if size == 0 {
		size = maxPage
	}
	start := 0
	if token != nil && *token != "" {
		last, ok := openToken(*token, parse)
		if !ok {
			return nil, nil, wire.Errorf(invalidParameter, "Invalid token")
		}
		start = sort.Search(len(items), func(i int) bool { return before(last, items[i]) })
	}
	end := min(start+int(size), len(items))
	cut = items[start:end]
	if end < len(items) {
		sealed := base64.RawURLEncoding.EncodeToString([]byte(key(items[end-1])))
		next = &sealed
	}
	return cut, next, nil
}

func openToken[T any](token string, parse func(string) (T, bool)) (T, bool) {
	key, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		var none T
		return none, false
	}
	return parse(string(key))
}

// pageOfNames cuts a page out of sorted names.
func pageOfNames(names []string, token *string, size int32) ([]string, *string, error) {
	same := func(s string) string { return s }
	parse := func(s string) (string, bool) { return s, s != "" }
	before := func(a, b string) bool { return a < b }
	return page(names, same, parse, before, token, size)
}

// sizeOf returns a page's size; absent is 0, the call's default.
func sizeOf(maxResults *int32) int32 {
	if maxResults == nil {
		return 0
	}
	return *maxResults
}
