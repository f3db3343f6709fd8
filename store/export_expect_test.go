package store_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/store"
)

// Counting that takes too long is given up: about how many there are must do.
func TestRowsThatCannotBeCountedAreEstimated(t *testing.T) {
	s, db := withConn(t)
	es, of := fillHistory(t, db)
	run(t, db, `ANALYZE`)
	lock, err := db.Begin(t.Context())
	must(t, err)
	run(t, db, `LOCK TABLE transitions`) // so counting them waits
	other, err := pgx.ConnectConfig(t.Context(), db.Config())
	must(t, err)
	defer other.Close(context.Background())
	var begun store.Begun
	var written store.Written
	ended := make(chan error, 1)
	go func() {
		var err error
		written, err = s.Export(t.Context(), store.Export{What: store.Transitions, Format: store.CSV, Count: true}, func(b store.Begun) io.Writer {
			begun = b
			return io.Discard
		})
		ended <- err
	}()
	waitFor(t, "the file after the count", func() bool { return running(t, other, "LATERAL") == 1 })
	must(t, lock.Rollback(t.Context()))
	must(t, <-ended)
	var n int64
	for _, e := range es {
		n += int64(len(of[e.Key]))
	}
	if written.Rows != n || !begun.About || begun.Expected < n/2 || begun.Expected > 2*n {
		t.Errorf("%d rows, %+v written, %+v expected", n, written, begun)
	}
}

func TestTimesForSpreadsheetsStandAtTheEnd(t *testing.T) {
	s, db := withConn(t)
	e := plain("s", "1")
	e.StartedAt = monday
	e.OpenedAt = monday
	insert(t, db, e)
	kolkata, err := time.LoadLocation("Asia/Kolkata")
	must(t, err)
	var b bytes.Buffer
	for _, given := range []bool{false, true} {
		b.Reset()
		f := store.Export{What: store.Enquiries, Format: store.CSV, Local: true}
		f.Filter.Zone, f.Filter.ZoneGiven = kolkata, given
		_, err := s.Export(t.Context(), f, func(store.Begun) io.Writer { return &b })
		must(t, err)
		rows := cells(t, b.String())
		if got := strings.Join(rows[0], ","); got != enquiryHeader+",opened_at_local,handling_at_local,closed_at_local,missed_at_local" {
			t.Errorf("the header is %s", got)
		}
		want := monday.In(kolkata).Format("2006-01-02 15:04:05")
		if got := rows[1][16:]; got[0] != want || got[1] != "" || len(got) != 4 {
			t.Errorf("the times are %q, not %s", got, want)
		}
	}
}
