package storetest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/enquiryboard/enquiryboard/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestEveryTestHasItsOwnDatabase(t *testing.T) {
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			conn := connect(t, storetest.URL(t))
			var applied int
			if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM goose_db_version WHERE version_id > 0").Scan(&applied); err != nil || applied == 0 {
				t.Fatalf("%d migrations are applied, error %v", applied, err)
			}
			// A table that another test had made as well would be an error here.
			if _, err := conn.Exec(t.Context(), "CREATE TABLE mine AS SELECT 1 AS n"); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestDroppedAfterTheTest(t *testing.T) {
	var url string
	t.Run("uses one", func(t *testing.T) { url = storetest.URL(t); connect(t, url) })
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var pg *pgconn.PgError
	for {
		conn, err := pgx.Connect(ctx, url)
		if errors.As(err, &pg) && pg.Code == "3D000" { // no such database
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("the database is still there: %v", err)
		}
		if err == nil {
			conn.Close(ctx)
		}
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}
