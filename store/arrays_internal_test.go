package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5/pgtype"
	"pgregory.net/rapid"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Whatever is written as arrays is read by pgx as the same.
func TestArraysAreReadAsWritten(t *testing.T) {
	type row struct {
		Text     string
		Bytes    []byte
		ID       enquiry.ID
		Flag     bool
		Number   int64
		Duration *time.Duration
		Time     time.Time
		Maybe    time.Time
		List     []string
	}
	texts := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", `"`, `\`, `{,}`, "NULL", "線路", "\n"}))
	times := rapid.Custom(func(t *rapid.T) time.Time {
		return time.UnixMicro(rapid.Int64Range(-62_167_219_200_000_000, 253_402_300_799_999_999).Draw(t, "µs")).UTC() // years 0 to 9999
	})
	rows := rapid.Custom(func(t *rapid.T) row {
		r := row{Text: texts.Draw(t, "text"), Bytes: rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"), Flag: rapid.Bool().Draw(t, "flag"),
			Number: rapid.Int64().Draw(t, "number"), Time: times.Draw(t, "time"), List: rapid.SliceOf(texts).Draw(t, "list")}
		copy(r.ID[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		if rapid.Bool().Draw(t, "some") {
			r.Duration = new(time.Duration(rapid.Int64Range(-1e12, 1e12).Draw(t, "duration")) * time.Microsecond)
			r.Maybe = times.Draw(t, "maybe")
		}
		return r
	})
	m := pgtype.NewMap()
	var a arrays
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rows, 1, 5).Draw(t, "rows")
		a.reset()
		for _, r := range want {
			a.row().text(r.Text).bytes(r.Bytes).uuid(r.ID).bool(r.Flag).int(r.Number).duration(r.Duration).time(r.Time).maybeTime(r.Maybe).texts(r.List)
		}
		var (
			text, list []string
			bytes      [][]byte
			id         [][16]byte
			flag       []bool
			number     []int64
			duration   []*int64
			at         []time.Time
			maybe      []*time.Time
			oids, into = []uint32{pgtype.TextArrayOID, pgtype.ByteaArrayOID, pgtype.UUIDArrayOID, pgtype.BoolArrayOID, pgtype.Int8ArrayOID, pgtype.Int8ArrayOID, pgtype.TimestamptzArrayOID, pgtype.TimestamptzArrayOID, pgtype.TextArrayOID}, []any{&text, &bytes, &id, &flag, &number, &duration, &at, &maybe, &list}
		)
		for i, param := range a.params() {
			if err := m.Scan(oids[i], pgtype.BinaryFormatCode, param, into[i]); err != nil {
				t.Fatalf("array %d: %v", i, err)
			}
		}
		got := make([]row, len(want))
		for i := range got {
			got[i] = row{Text: text[i], Bytes: bytes[i], ID: id[i], Flag: flag[i], Number: number[i], Time: at[i].UTC()}
			if duration[i] != nil {
				got[i].Duration = new(time.Duration(*duration[i]) * time.Microsecond)
			}
			if maybe[i] != nil {
				got[i].Maybe = maybe[i].UTC()
			}
			if err := m.Scan(pgtype.TextArrayOID, pgtype.TextFormatCode, []byte(list[i]), &got[i].List); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}
