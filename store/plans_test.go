package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// planNode is a part of what EXPLAIN says.
type planNode struct {
	Type      string     `json:"Node Type"`
	Table     string     `json:"Relation Name"`
	Index     string     `json:"Index Name"`
	Condition string     `json:"Index Cond"`
	Plans     []planNode `json:"Plans"`
}

// What a commit does must not take longer the more is stored: its plans, made
// once and maybe of empty tables, read no table whole, and no index but from
// its first column on.
func TestCommitsFindRowsByTheirKeys(t *testing.T) {
	conn, statements, err := store.WriterConn(t.Context(), open(t, storetest.URL(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	explained := 0
	for _, sd := range statements {
		nulls := strings.Repeat(", NULL", len(sd.ParamOIDs))
		if nulls != "" {
			nulls = "(" + nulls[2:] + ")"
		}
		var plans []struct{ Plan planNode }
		err := conn.QueryRow(t.Context(), fmt.Sprintf("EXPLAIN (FORMAT json) EXECUTE %q%s", sd.Name, nulls), pgx.QueryExecModeSimpleProtocol).Scan(&plans)
		if err != nil {
			continue // BEGIN and COMMIT have no plan
		}
		explained++
		checkPlan(t, conn, sd.Name, plans[0].Plan)
	}
	if explained < len(statements)-4 {
		t.Errorf("only %d of %d statements are explained", explained, len(statements))
	}
}

func checkPlan(t *testing.T, conn *pgx.Conn, name string, n planNode) {
	t.Helper()
	if strings.HasSuffix(n.Type, "Seq Scan") && n.Table != "installation" { // which has one row
		t.Errorf("%s reads all of %s", name, n.Table)
	}
	if n.Index != "" {
		var first string
		if err := conn.QueryRow(t.Context(), `SELECT pg_get_indexdef($1::regclass, 1, true)`, n.Index).Scan(&first); err != nil {
			t.Fatal(err)
		}
		if n.Table != "installation" && !strings.Contains(n.Condition, "("+first+" ") {
			t.Errorf("%s reads all of %s for %s", name, n.Index, n.Condition)
		}
	}
	for _, child := range n.Plans {
		checkPlan(t, conn, name, child)
	}
}
