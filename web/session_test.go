package web_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// signedIn is a browser with a session, and how to look at that beside the program.
func signedIn(t *testing.T, identity store.Identity) (b *browser, token string, db *pgx.Conn) {
	t.Helper()
	url := storetest.URL(t)
	st, err := store.New(t.Context(), store.Config{URL: url})
	must(t, err)
	t.Cleanup(st.Close)
	db, err = pgx.Connect(t.Context(), url)
	must(t, err)
	t.Cleanup(func() { _ = db.Close(t.Context()) })
	s := newSiteOn(t, st)
	u := s.account("ann@example.com", access.Viewer)
	_, err = db.Exec(t.Context(), `UPDATE users SET issuer = $1, subject = $2`, identity.Issuer, identity.Subject)
	must(t, err)
	b = s.browser()
	b.signIn("ann@example.com")
	list, err := st.UserSessions(t.Context(), u.ID)
	must(t, err)
	return b, list[0].Token, db
}

// hasSession is a browser with a session that was not begun here.
func (s *site) hasSession(u store.User) *browser {
	s.t.Helper()
	const token = "as good as a random one"
	hash := sha256.Sum256([]byte(token))
	name := base64.RawURLEncoding.EncodeToString(hash[:])
	data, err := scs.GobCodec{}.Encode(time.Now().Add(time.Hour), map[string]any{})
	must(s.t, err)
	must(s.t, s.store.Sessions().CommitCtx(s.t.Context(), name, data, time.Now().Add(time.Hour)))
	must(s.t, s.store.AddSession(s.t.Context(), name, u.ID, "", ""))
	b := s.browser()
	b.Jar.SetCookies(s.address(), []*http.Cookie{{Name: "enquiryboard", Value: token}})
	return b
}

func expires(t *testing.T, db *pgx.Conn) (in time.Duration) {
	t.Helper()
	must(t, db.QueryRow(t.Context(), `SELECT extract(epoch FROM expiry - now()) * 1e9 FROM sessions`).Scan(&in))
	return in
}

func about(got, want time.Duration) bool { return got > want-time.Minute && got <= want }

// A session that nobody uses ends after twelve hours; use moves that.
func TestSessionEndsWhenItIsNotUsed(t *testing.T) {
	t.Parallel()
	b, _, db := signedIn(t, store.Identity{})
	if in := expires(t, db); !about(in, 12*time.Hour) {
		t.Errorf("a new session ends in %v", in)
	}
	_, err := db.Exec(t.Context(), `UPDATE sessions SET expiry = now() + interval '1 minute'`)
	must(t, err)
	b.wants("/", http.StatusOK)
	if in := expires(t, db); !about(in, 12*time.Hour) {
		t.Errorf("after it was used it ends in %v", in)
	}
	_, err = db.Exec(t.Context(), `UPDATE sessions SET expiry = now()`)
	must(t, err)
	eventually(t, "the session ends", func() bool {
		resp, _ := b.open("/")
		return resp.StatusCode == http.StatusSeeOther
	})
}

// No use moves a session beyond thirty days, or one day where a sign-in provider
// vouched for it.
func TestSessionEndsHoweverMuchItIsUsed(t *testing.T) {
	t.Parallel()
	for whole, identity := range map[time.Duration]store.Identity{
		30 * 24 * time.Hour: {},
		24 * time.Hour:      {Issuer: "https://login.example.com", Subject: "1"},
	} {
		b, token, db := signedIn(t, identity)
		data, found, err := b.s.store.Sessions().FindCtx(t.Context(), token)
		if err != nil || !found {
			t.Fatal(found, err)
		}
		deadline, values, err := scs.GobCodec{}.Decode(data)
		must(t, err)
		if in := time.Until(deadline); !about(in, whole) {
			t.Errorf("a new session ends for good in %v, want %v", in, whole)
		}
		data, err = scs.GobCodec{}.Encode(time.Now().Add(time.Hour), values) // most of it is over
		must(t, err)
		must(t, b.s.store.Sessions().CommitCtx(t.Context(), token, data, time.Now().Add(time.Minute)))
		b.wants("/", http.StatusOK)
		if in := expires(t, db); !about(in, time.Hour) {
			t.Errorf("use moved the end to %v from now", in)
		}
	}
}
