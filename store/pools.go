package store

import "github.com/jackc/pgx/v5/pgxpool"

// Pool is how busy a pool of connections is.
type Pool struct {
	Name       string
	Idle, Busy int
	Limit      int
}

// Pools tells of the store's pools of connections.
func (s *Store) Pools() []Pool {
	return []Pool{poolOf("main", s.pool), poolOf("exports", s.exports)}
}

func poolOf(name string, p *pgxpool.Pool) Pool {
	st := p.Stat()
	return Pool{Name: name, Idle: int(st.IdleConns()), Busy: int(st.AcquiredConns()), Limit: int(st.MaxConns())}
}
