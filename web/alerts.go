package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
)

// alertRoutes are how one is told of long waits, and who has seen them.
func (s *server) alertRoutes() []route {
	return []route{
		{"GET /alerts", access.Viewer, s.alerts},
		{"POST /alerts", access.Viewer, s.setAlerts},
		{"POST /enquiries/{serviceId}/{eid}/acknowledge", access.Supervisor, s.acknowledge},
	}
}

// alerts is the panel alone, for pages that have been open for long.
func (s *server) alerts(w http.ResponseWriter, r *http.Request) error {
	a, err := s.Store.Alerts(r.Context(), who(r).UserID)
	if err != nil {
		return err
	}
	return render(w, r, http.StatusOK, views.AlertsPanel(a))
}

// alertsNow is for the board, which is shown without the database, too.
func (s *server) alertsNow(r *http.Request) store.Alerts {
	ctx, cancel := context.WithTimeout(r.Context(), figuresWait)
	defer cancel()
	a, err := s.Store.Alerts(ctx, who(r).UserID)
	if err != nil {
		s.Log.Warn("how a viewer is told of long waits could not be read", "err", err)
	}
	return a
}

// setAlerts keeps what the panel says, and answers with it.
func (s *server) setAlerts(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	before, err := s.Store.Alerts(r.Context(), who(r).UserID)
	if err != nil {
		return err
	}
	a, err := alertsOf(f.Values, before, time.Now())
	if err != nil {
		return err
	}
	if err := s.Store.SetAlerts(r.Context(), who(r).UserID, a); err != nil {
		return err
	}
	return render(w, r, http.StatusOK, views.AlertsPanel(a))
}

// longestSnooze bounds what is better done by muting.
const longestSnooze = 24 * 60 // minutes

// alertsOf is what a form chooses. Mute and snooze are buttons: what is not
// pressed stays as it was before.
func alertsOf(form url.Values, before store.Alerts, now time.Time) (store.Alerts, error) {
	a := store.Alerts{
		Sound: form.Has("sound"), Notify: form.Has("notify"), Warn: form.Get("level") == "warn",
		Muted: before.Muted, SnoozedUntil: before.SnoozedUntil,
	}
	var err error
	if a.Volume, err = strconv.Atoi(form.Get("volume")); err != nil || a.Volume < 1 || a.Volume > 3 {
		return a, &enquiry.BadParameter{Name: "volume", Reason: "must be 1, 2 or 3"}
	}
	if form.Has("mute") {
		a.Muted = form.Get("mute") == "on"
	}
	if form.Has("snooze") {
		minutes, err := strconv.Atoi(form.Get("snooze"))
		if err != nil || minutes < 0 || minutes > longestSnooze {
			return a, &enquiry.BadParameter{Name: "snooze", Reason: "must be a number of minutes, from 0 to %d", Args: []any{longestSnooze}}
		}
		a.SnoozedUntil = now.Add(time.Duration(minutes) * time.Minute)
	}
	if !a.SnoozedUntil.After(now) {
		a.SnoozedUntil = time.Time{}
	}
	return a, nil
}

var (
	errNotWaiting  = &fault{status: http.StatusConflict, message: "Nobody waits in this enquiry any more."}
	errNotBreached = &fault{status: http.StatusConflict, message: "This wait is still within its limit, so there is nothing to acknowledge."}
)

// acknowledge notes that the visitor has seen a wait that is too long.
func (s *server) acknowledge(w http.ResponseWriter, r *http.Request) error {
	k := enquiry.Key{ServiceID: r.PathValue("serviceId"), EID: r.PathValue("eid")}
	settings, now := s.settings.get(r.Context()), time.Now()
	err := s.Store.Acknowledge(r.Context(), who(r).Scope, k, func(e *enquiry.Enquiry) error {
		if !settings.limits(e.Channel, e.Origin).Breached(e.WaitingSince, now) {
			return errNotBreached
		}
		return nil
	})
	if errors.Is(err, store.ErrNotWaiting) {
		return errNotWaiting
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, boardBefore(r), http.StatusSeeOther)
	return nil
}

// boardBefore is the board that a request was sent from, with its filter.
func boardBefore(r *http.Request) string {
	from, err := url.Parse(r.Referer())
	if err != nil || from.Host != r.Host || from.Path != "/" {
		return "/"
	}
	return from.RequestURI()
}
