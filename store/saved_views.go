package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// MaxSavedViews is how many views one user may keep.
const MaxSavedViews = 50

// SavedView is a filter of the board that somebody has given a name.
type SavedView struct {
	ID, Name string
	Query    string // of the board's address; empty: everything
}

func scanSavedView(row pgx.CollectableRow) (v SavedView, err error) {
	err = row.Scan(&v.ID, &v.Name, &v.Query)
	return v, err
}

// SavedViews are a user's, by name; "" is the user of a demonstration.
func (s *Store) SavedViews(ctx context.Context, userID string) ([]SavedView, error) {
	return all(ctx, s.pool, scanSavedView, `
		SELECT id::text, name, query FROM saved_views
		WHERE user_id IS NOT DISTINCT FROM nullif($1, '')::uuid ORDER BY lower(name), name`, userID)
}

// SaveView keeps a view. One of the same name is replaced if that is wanted;
// else, unless it is the same view, that is [ErrExists]. [ErrTooMany] when the
// user has [MaxSavedViews] already.
func (s *Store) SaveView(ctx context.Context, userID string, v SavedView, replace bool) error {
	return known(pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			INSERT INTO saved_views AS kept (user_id, name, query)
			SELECT nullif($1, '')::uuid, $2, $3
			WHERE (SELECT count(*) FROM saved_views WHERE user_id IS NOT DISTINCT FROM nullif($1, '')::uuid AND name <> $2) < $4
			ON CONFLICT (user_id, name) DO UPDATE SET query = excluded.query WHERE $5 OR kept.query = excluded.query`,
			userID, v.Name, v.Query, MaxSavedViews, replace)
		if err != nil || tag.RowsAffected() > 0 {
			return err
		}
		used, err := one(ctx, tx, pgx.RowTo[bool], `
			SELECT EXISTS (SELECT FROM saved_views WHERE user_id IS NOT DISTINCT FROM nullif($1, '')::uuid AND name = $2)`, userID, v.Name)
		switch {
		case err != nil:
			return err
		case used:
			return ErrExists
		}
		return ErrTooMany
	}))
}

// DropView forgets one of a user's views; ErrNotFound where there is none.
func (s *Store) DropView(ctx context.Context, userID, id string) error {
	return s.exec(ctx, `DELETE FROM saved_views WHERE user_id IS NOT DISTINCT FROM nullif($1, '')::uuid AND id::text = $2`, userID, id)
}

// namesAndQueries are views side by side, as they are stored with a wall.
func namesAndQueries(views []SavedView) (names, queries []string) {
	names, queries = []string{}, []string{}
	for _, v := range views {
		names, queries = append(names, v.Name), append(queries, v.Query)
	}
	return names, queries
}
