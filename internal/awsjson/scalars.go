package awsjson

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"time"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/document"
	smithytime "github.com/aws/smithy-go/time"
	"github.com/aws/smithy-go/traits"
)

// ReadString implements [smithy.ShapeDeserializer].
func (r *reader) ReadString(_ *smithy.Schema, v *string) error {
	if n, ok := r.scalar(kindString, "a string"); ok {
		*v = n.text
	}
	return nil
}

// ReadBool implements [smithy.ShapeDeserializer].
func (r *reader) ReadBool(_ *smithy.Schema, v *bool) error {
	if n, ok := r.scalar(kindBool, "true or false"); ok {
		*v = n.text == "true"
	}
	return nil
}

// ReadInt8 implements [smithy.ShapeDeserializer].
func (r *reader) ReadInt8(_ *smithy.Schema, v *int8) error {
	*v = int8(r.integer(8))
	return nil
}

// ReadInt16 implements [smithy.ShapeDeserializer].
func (r *reader) ReadInt16(_ *smithy.Schema, v *int16) error {
	*v = int16(r.integer(16))
	return nil
}

// ReadInt32 implements [smithy.ShapeDeserializer].
func (r *reader) ReadInt32(_ *smithy.Schema, v *int32) error {
	*v = int32(r.integer(32))
	return nil
}

// ReadInt64 implements [smithy.ShapeDeserializer].
func (r *reader) ReadInt64(_ *smithy.Schema, v *int64) error {
	*v = r.integer(64)
	return nil
}

// ReadFloat32 implements [smithy.ShapeDeserializer].
func (r *reader) ReadFloat32(_ *smithy.Schema, v *float32) error {
	*v = float32(r.float(32))
	return nil
}

// ReadFloat64 implements [smithy.ShapeDeserializer].
func (r *reader) ReadFloat64(_ *smithy.Schema, v *float64) error {
	*v = r.float(64)
	return nil
}

// ReadBigInt implements [smithy.ShapeDeserializer].
func (r *reader) ReadBigInt(_ *smithy.Schema, v *big.Int) error {
	n, ok := r.scalar(kindNumber, "a whole number")
	if !ok {
		return nil
	}
	if _, ok := v.SetString(n.text, 10); !ok {
		r.refuse(notWhole)
	}
	return nil
}

// ReadBigFloat implements [smithy.ShapeDeserializer].
func (r *reader) ReadBigFloat(_ *smithy.Schema, v *big.Float) error {
	n, ok := r.scalar(kindNumber, "a number")
	if !ok {
		return nil
	}
	if _, _, err := v.Parse(n.text, 10); err != nil || v.IsInf() {
		v.SetInt64(0)
		r.refuse("has a number that is out of range")
	}
	return nil
}

// ReadBlob implements [smithy.ShapeDeserializer].
func (r *reader) ReadBlob(_ *smithy.Schema, v *[]byte) error {
	if n, ok := r.scalar(kindString, "a string of Base64"); ok {
		r.base64(n.text, v)
	}
	return nil
}

func (r *reader) base64(text string, v *[]byte) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		r.refuse("wants a string of Base64, has another string")
		return
	}
	*v = b
}

// ReadTime implements [smithy.ShapeDeserializer]. Without another format in
// the schema a time is a number of seconds since 1970, to the millisecond.
func (r *reader) ReadTime(s *smithy.Schema, v *time.Time) error {
	format := "epoch-seconds"
	if t, ok := smithy.SchemaTrait[*traits.TimestampFormat](s); ok {
		format = t.Format
	}
	switch format {
	case "date-time":
		r.textTime(v, smithytime.ParseDateTime, "a date and time such as 2006-01-02T15:04:05Z")
	case "http-date":
		r.textTime(v, smithytime.ParseHTTPDate, "a date and time such as Mon, 02 Jan 2006 15:04:05 GMT")
	default:
		r.epochTime(v)
	}
	return nil
}

// ReadDocument implements [smithy.ShapeDeserializer]. The value is a
// document.Opaque, as the SDK's own reader gives it.
func (r *reader) ReadDocument(_ *smithy.Schema, v *document.Value) error {
	r.unread = false
	*v = document.Opaque{Value: r.plain(r.cur)}
	return nil
}

// plain returns a node as encoding/json gives it with UseNumber.
func (r *reader) plain(at int) any {
	n := r.doc.nodes[at]
	switch n.kind {
	case kindBool:
		return n.text == "true"
	case kindNumber:
		return json.Number(n.text)
	case kindString:
		return n.text
	case kindList:
		list := []any{}
		for c := at + 1; c < n.after; c = r.doc.nodes[c].after {
			list = append(list, r.plain(c))
		}
		return list
	case kindObject:
		r.checkDuplicates(at)
		object := map[string]any{}
		for c := at + 1; c < n.after; c = r.doc.nodes[c].after {
			object[r.doc.nodes[c].key] = r.plain(c)
		}
		return object
	}
	return nil
}

// scalar reads the current node, which should be of the wanted kind.
func (r *reader) scalar(want kind, name string) (*node, bool) {
	n := r.node()
	r.unread = false
	if n.kind == want {
		return n, true
	}
	r.refuse("wants " + name + ", has " + kindNames[n.kind] + scalarRemedy(want, n))
	return nil, false
}

func scalarRemedy(want kind, n *node) string {
	switch {
	case want == kindString && (n.kind == kindNumber || n.kind == kindBool):
		return "; write it in quotes"
	case n.kind != kindString:
		return ""
	case want == kindBool && (n.text == "true" || n.text == "false"):
		return "; remove the quotes"
	case want == kindNumber && json.Valid([]byte(n.text)):
		return "; remove the quotes"
	}
	return ""
}

// refuse notes a problem with the current node's value.
func (r *reader) refuse(message string) {
	r.problem(r.cur, r.node().at, message)
}

const notWhole = "wants a whole number, has one with a fraction or an exponent"

func (r *reader) integer(bits int) int64 {
	n, ok := r.scalar(kindNumber, "a whole number")
	if !ok {
		return 0
	}
	i, err := strconv.ParseInt(n.text, 10, bits)
	switch {
	case errors.Is(err, strconv.ErrRange):
		limit := uint64(1) << (bits - 1)
		r.refuse(fmt.Sprintf("wants a whole number from -%d to %d, has one outside", limit, limit-1))
		return 0
	case err != nil:
		r.refuse(notWhole)
		return 0
	}
	return i
}

// float reads a number, or one of the three that JSON can write only as a
// string.
func (r *reader) float(bits int) float64 {
	if n := r.node(); n.kind == kindString {
		switch n.text {
		case "NaN", "Infinity", "-Infinity":
			r.unread = false
			f, _ := strconv.ParseFloat(n.text, bits)
			return f
		}
	}
	n, ok := r.scalar(kindNumber, "a number")
	if !ok {
		return 0
	}
	f, err := strconv.ParseFloat(n.text, bits)
	if err != nil {
		r.refuse(fmt.Sprintf("wants a number that fits in %d bits, has a greater one", bits))
		return 0
	}
	return f
}

// The first second of year 1 and the last of year 9999, as seconds since 1970.
const minEpoch, maxEpoch = -62135596800, 253402300799

func (r *reader) epochTime(v *time.Time) {
	n, ok := r.scalar(kindNumber, "a time as a number of seconds since 1970")
	if !ok {
		return
	}
	seconds, err := strconv.ParseFloat(n.text, 64)
	if err != nil || seconds < minEpoch || seconds > maxEpoch {
		r.refuse("wants a time in the years 1 to 9999 as seconds since 1970, has a number outside")
		return
	}
	*v = time.UnixMilli(int64(math.Round(seconds * 1000))).UTC()
}

func (r *reader) textTime(v *time.Time, parse func(string) (time.Time, error), want string) {
	n, ok := r.scalar(kindString, want)
	if !ok {
		return
	}
	t, err := parse(n.text)
	if err != nil {
		r.refuse("wants " + want + ", has another string")
		return
	}
	*v = t
}
