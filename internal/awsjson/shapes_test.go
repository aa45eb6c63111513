package awsjson_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/document"
	"github.com/aws/smithy-go/prelude"
	"github.com/aws/smithy-go/traits"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
)

// everything is a structure with a member of each kind that ECS does not use.
type everything struct {
	schema *smithy.Schema

	I8     int8
	I16    int16
	I64    int64
	F32    float32
	F64    float64
	BigI   big.Int
	BigF   big.Float
	Blob   []byte
	Epoch  time.Time
	Date   time.Time
	HTTP   time.Time
	Doc    document.Value
	Union  string
	Nested map[string]string
}

func newEverything() *everything {
	id := func(name string) smithy.ShapeID { return smithy.ShapeID{Namespace: "test", Name: name} }
	union := smithy.NewSchema(id("Choice"), smithy.ShapeTypeUnion, 2)
	union.AddMember("left", prelude.String)
	union.AddMember("right", union)
	dict := smithy.NewSchema(id("Dict"), smithy.ShapeTypeMap, 2)
	dict.AddMember("key", prelude.String)
	dict.AddMember("value", prelude.String)
	s := smithy.NewSchema(id("Everything"), smithy.ShapeTypeStructure, 14)
	for name, target := range map[string]*smithy.Schema{
		"i8": prelude.Byte, "i16": prelude.Short, "i64": prelude.Long, "f32": prelude.Float, "f64": prelude.Double,
		"bigI": prelude.BigInteger, "bigF": prelude.BigDecimal, "blob": prelude.Blob, "epoch": prelude.Timestamp,
		"doc": prelude.Document, "union": union, "nested": dict,
	} {
		s.AddMember(name, target)
	}
	s.AddMember("date", prelude.Timestamp, &traits.TimestampFormat{Format: "date-time"})
	s.AddMember("http", prelude.Timestamp, &traits.TimestampFormat{Format: "http-date"})
	return &everything{schema: s}
}

func (e *everything) Deserialize(d smithy.ShapeDeserializer) error {
	return smithy.ReadStruct(d, e.schema, func(s *smithy.Schema) error {
		switch s.MemberName() {
		case "i8":
			return d.ReadInt8(s, &e.I8)
		case "i16":
			return d.ReadInt16(s, &e.I16)
		case "i64":
			return d.ReadInt64(s, &e.I64)
		case "f32":
			return d.ReadFloat32(s, &e.F32)
		case "f64":
			return d.ReadFloat64(s, &e.F64)
		case "bigI":
			return d.ReadBigInt(s, &e.BigI)
		case "bigF":
			return d.ReadBigFloat(s, &e.BigF)
		case "blob":
			return d.ReadBlob(s, &e.Blob)
		case "epoch":
			return d.ReadTime(s, &e.Epoch)
		case "date":
			return d.ReadTime(s, &e.Date)
		case "http":
			return d.ReadTime(s, &e.HTTP)
		case "doc":
			return d.ReadDocument(s, &e.Doc)
		case "union":
			return e.readUnion(d, s)
		case "nested":
			e.Nested = map[string]string{}
			return smithy.ReadMap(d, s, func(key string) error {
				var value string
				err := d.ReadString(s.MapValue(), &value)
				e.Nested[key] = value
				return err
			})
		}
		return nil
	})
}

func (e *everything) readUnion(d smithy.ShapeDeserializer, s *smithy.Schema) error {
	return smithy.ReadUnion(d, s, func(m *smithy.Schema) error {
		if m.MemberName() == "left" {
			return d.ReadString(m, &e.Union)
		}
		return e.readUnion(d, m)
	})
}

func TestReadsEveryKindOfShape(t *testing.T) {
	t.Parallel()
	const text = `{"i8": -128, "i16": 32767, "i64": -9223372036854775808, "f32": 1.5e2, "f64": "-Infinity",
		"bigI": 123456789012345678901234567890, "bigF": 0.5, "blob": "aGk=", "epoch": 1700000000.123,
		"date": "2023-11-14T22:13:20Z", "http": "Tue, 14 Nov 2023 22:13:20 GMT",
		"union": {"left": null, "right": {"right": {"left": "deep"}}}, "doc": {"a": [1.50, null, true, "x", {}]}, "nested": {"k": "v"}}`
	e := newEverything()
	if _, err := awsjson.Decode([]byte(text), e, awsjson.Options{}); err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1700000000, 0).UTC()
	got := fmt.Sprint(e.I8, e.I16, e.I64, e.F32, e.F64, &e.BigI, &e.BigF, string(e.Blob), e.Epoch, e.Date.Equal(at), e.HTTP.Equal(at), e.Union, e.Nested)
	want := fmt.Sprint(-128, 32767, -9223372036854775808, 150, "-Inf", "123456789012345678901234567890", "0.5", "hi", at.Add(123*time.Millisecond), true, true, "deep", map[string]string{"k": "v"})
	if strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := fmt.Sprint(e.Doc), "{map[a:[1.50 <nil> true x map[]]]}"; got != want {
		t.Errorf("document is %s, want %s", got, want)
	}
}

func TestRefusesEveryKindOfShape(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"i8": 128}`:                              "line 1, column 8 ($.i8): wants a whole number from -128 to 127, has one outside",
		`{"i64": 9223372036854775808}`:             "line 1, column 9 ($.i64): wants a whole number from -9223372036854775808 to 9223372036854775807, has one outside",
		`{"f32": 1e39}`:                            "line 1, column 9 ($.f32): wants a number that fits in 32 bits, has a greater one",
		`{"f64": "x"}`:                             "line 1, column 9 ($.f64): wants a number, has a string",
		`{"bigI": 1.5}`:                            "line 1, column 10 ($.bigI): wants a whole number, has one with a fraction or an exponent",
		`{"bigI": []}`:                             "line 1, column 10 ($.bigI): wants a whole number, has a list",
		`{"bigF": 1e99999999999}`:                  "line 1, column 10 ($.bigF): has a number that is out of range",
		`{"bigF": "1"}`:                            "line 1, column 10 ($.bigF): wants a number, has a string; remove the quotes",
		`{"blob": "?"}`:                            "line 1, column 10 ($.blob): wants a string of Base64, has another string",
		`{"blob": 1}`:                              "line 1, column 10 ($.blob): wants a string of Base64, has a number; write it in quotes",
		`{"epoch": 1e300}`:                         "line 1, column 11 ($.epoch): wants a time in the years 1 to 9999 as seconds since 1970, has a number outside",
		`{"epoch": -1e300}`:                        "line 1, column 11 ($.epoch): wants a time in the years 1 to 9999 as seconds since 1970, has a number outside",
		`{"epoch": "NaN"}`:                         "line 1, column 11 ($.epoch): wants a time as a number of seconds since 1970, has a string",
		`{"date": "noon"}`:                         "line 1, column 10 ($.date): wants a date and time such as 2006-01-02T15:04:05Z, has another string",
		`{"http": 5}`:                              "line 1, column 10 ($.http): wants a date and time such as Mon, 02 Jan 2006 15:04:05 GMT, has a number; write it in quotes",
		`{"union": {}}`:                            "line 1, column 11 ($.union): wants one member of Choice, has none",
		`{"union": {"zebra": 1}}`:                  "line 1, column 11 ($.union): wants one member of Choice, has none\nline 1, column 12 ($.union.zebra): is not a member of Choice",
		`{"union": "left"}`:                        "line 1, column 11 ($.union): wants an object, has a string",
		`{"union": {"left": "a", "left2": 1}}`:     "line 1, column 25 ($.union.left2): is not a member of Choice; the nearest is left",
		`{"union": {"left": "a", "right": {}}}`:    "line 1, column 25 ($.union.right): Choice takes one member only; remove this one or the one before it",
		`{"doc": {"a": 1, "a": 2}}`:                "line 1, column 18 ($.doc.a): is here a second time; the first is at line 1, column 10",
		`{"nested": {"k": "v", "k": "w"}, "i8":1}`: "line 1, column 23 ($.nested.k): is here a second time; the first is at line 1, column 13",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			_, err := awsjson.Decode([]byte(text), newEverything(), awsjson.Options{})
			if fmt.Sprint(err) != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}
