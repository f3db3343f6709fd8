package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/subscription"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

func (s *server) cinnoxRoutes() []route {
	return []route{
		{"GET " + cinnoxPath, access.Admin, s.cinnoxPage},
		{"POST " + cinnoxPath + "/app", access.Admin, s.saveApp},
		{"POST " + cinnoxPath + "/forget", access.Admin, s.forgetApp},
		{"POST " + cinnoxPath + "/subscribe", access.Admin, s.subscribe},
		{"POST " + cinnoxPath + "/unsubscribe", access.Admin, s.unsubscribe},
		{"POST " + cinnoxPath + "/finish", access.Admin, s.finishMove},
		{"POST " + cinnoxPath + "/by-hand", access.Admin, s.subscribeByHand},
	}
}

// cinnoxPatience is how long a page waits for CINNOX: less than a page may take.
const cinnoxPatience = 45 * time.Second

// saveApp keeps the App. Only an administrator comes here, and yet the address
// may lead no further than cinnox.Client says: see there.
func (s *server) saveApp(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	given := s.Cinnox.Given
	a := subscription.App{BaseURL: f.line("base_url", longestID), AppID: f.line("app_id", longestID), Token: f.line("token", 4<<10)}
	if given.BaseURL != "" {
		a.BaseURL = given.BaseURL // the field only shows it
	}
	if given.AppID != "" {
		a.AppID = given.AppID
	}
	if f.ok() {
		if err := f.refuseApp(s.Cinnox.Save(r.Context(), a)); err != nil {
			return err
		}
	}
	if !f.ok() {
		return s.showCinnox(w, r, http.StatusUnprocessableEntity, f.view(), "")
	}
	return s.changed(w, r, cinnoxPath, "The App is saved.")
}

// refuseApp puts what is wrong with an App beside its field; it gives back what
// is no field's.
func (f *form) refuseApp(err error) error {
	var p *cinnox.Problem
	switch {
	case errors.Is(err, subscription.ErrTokenNeeded):
		f.refuse("token", "Enter the App Token: a saved one goes to no other address or App than it was entered for.")
	case errors.As(err, &p) && p.Kind == cinnox.BadAppID:
		f.refuse("app_id", "Copy it from the App’s page in CINNOX.")
	case errors.As(err, &p) && p.Kind == cinnox.BadToken:
		f.refuse("token", "Copy it from the App’s page in CINNOX.")
	case errors.As(err, &p) && p.Kind == cinnox.InsideBaseURL:
		f.refuse("base_url", "This leads to %s, which is not on the internet. If CINNOX is really there, set CINNOX_BASE_URL in the program’s environment.", p.Said)
	case errors.As(err, &p):
		f.refuse("base_url", "Copy it from the App’s page in CINNOX: it begins with https://, and has no ? and no #.")
	default:
		return err
	}
	return nil
}

func (s *server) forgetApp(w http.ResponseWriter, r *http.Request) error {
	if err := s.Cinnox.Forget(r.Context()); err != nil {
		return err
	}
	return s.changed(w, r, cinnoxPath, "The App is forgotten.")
}

// subscribe has CINNOX send here, by a new key where that was asked for.
func (s *server) subscribe(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	return s.atCinnox(w, r, "CINNOX is subscribed. What happens from now on comes here.", func(ctx context.Context) error {
		_, err := s.Cinnox.Subscribe(ctx, subscription.Wish{NewKey: f.Get("new") != "", SkipCheck: f.Get("skip") != ""})
		return err
	})
}

func (s *server) unsubscribe(w http.ResponseWriter, r *http.Request) error {
	return s.atCinnox(w, r, "CINNOX is unsubscribed, and sends nothing any more.", func(ctx context.Context) error {
		_, err := s.Cinnox.Unsubscribe(ctx, "")
		return err
	})
}

// finishMove revokes the old key after a move to a new one.
func (s *server) finishMove(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	return s.atCinnox(w, r, "The old key is revoked, and the move is done.", func(ctx context.Context) error {
		if err := s.Cinnox.RevokeOld(ctx, f.Get("key")); err != nil {
			return err
		}
		return s.Keys.Refresh(ctx)
	})
}

// atCinnox makes a change at CINNOX and shows the page: what CINNOX refused is
// noted, and stands there; what was not even tried is said once.
func (s *server) atCinnox(w http.ResponseWriter, r *http.Request, done lang.Text, change func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(r.Context(), cinnoxPatience)
	defer cancel()
	err := change(ctx)
	var p *cinnox.Problem
	switch {
	case err == nil:
		return s.changed(w, r, cinnoxPath, done)
	case errors.As(err, &p) && p.Untried():
		return s.showCinnox(w, r, http.StatusConflict, views.Form{}, views.ProblemText(r.Context(), problemOf(p)))
	case errors.As(err, &p):
		http.Redirect(w, r, cinnoxPath, http.StatusSeeOther)
		return nil
	}
	return s.showNotTried(w, r, err)
}

// showNotTried shows the page with why something was not tried; it gives back
// what is no such reason.
func (s *server) showNotTried(w http.ResponseWriter, r *http.Request, err error) error {
	if text := notTried(err); text != "" {
		return s.showCinnox(w, r, http.StatusConflict, views.Form{}, lang.From(r.Context()).T(text))
	}
	return err
}

func notTried(err error) lang.Text {
	switch {
	case errors.Is(err, subscription.ErrTurn):
		return "Somebody else is changing the subscription at the moment. Try again when they are done."
	case errors.Is(err, subscription.ErrNotMoved):
		return "The last move to a new key is not finished: revoke the old key first."
	case errors.Is(err, subscription.ErrNothingToRevoke):
		return "There is no old key to revoke any more."
	case errors.Is(err, subscription.ErrNotSubscribed):
		return "Nothing was subscribed from here."
	case errors.Is(err, access.ErrSealed), errors.Is(err, subscription.ErrNoSealKey):
		return sealedText(err)
	}
	return ""
}

// subscribeByHand shows a command that subscribes.
func (s *server) subscribeByHand(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	command, err := s.Cinnox.Curl(r.Context(), f.Get("new") != "")
	if err != nil {
		return s.showNotTried(w, r, err)
	}
	l := lang.From(r.Context())
	return s.done(w, r, cinnoxPath, views.Notice{
		Text: l.T("This command subscribes:"), Secret: command,
		Hint: l.T("Copy it now: it is shown this once. Set CINNOX_APP_TOKEN in the shell where you run it. CINNOX answers with enabled: true; the first delivery then shows below."),
	})
}
