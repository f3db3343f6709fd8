package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
)

func (s *server) thresholdsPage(w http.ResponseWriter, r *http.Request) error {
	return s.showThresholds(w, r, http.StatusOK, nil)
}

// showThresholds shows the page, with the form that was refused where there is one.
func (s *server) showThresholds(w http.ResponseWriter, r *http.Request, status int, refused *form) error {
	frame, err := s.settingsFrame(w, r, "/settings/thresholds", "Thresholds")
	if err != nil {
		return err
	}
	targets, err := s.Store.Targets(r.Context())
	if err != nil {
		return err
	}
	seen, err := s.Store.Facets(r.Context(), everything(r).Scope)
	if err != nil {
		return err
	}
	page := views.Thresholds{Settings: frame, Channels: seen.Channels, Origins: seen.Origins}
	if refused != nil && refused.Get("new") != "" {
		page.New = refused.view()
	}
	for _, t := range targets {
		line := views.TargetForm{Channel: t.Channel, Origin: t.Origin, Warn: t.Warn, Breach: t.Breach, Within: t.Within, ShortEnd: t.ShortEnd,
			LostWaiting: t.Lost.Waiting, LostHandling: t.Lost.Handling}
		if refused != nil && refused.Get("new") == "" && refused.Get("channel") == t.Channel && refused.Get("origin") == t.Origin {
			line.Form = refused.view()
		}
		page.Targets = append(page.Targets, line)
	}
	return render(w, r, status, views.ThresholdsPage(page))
}

func (s *server) setThresholds(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	t := store.Target{
		Channel: f.line("channel", longestID), Origin: f.line("origin", longestID),
		Warn: f.seconds("warn"), Breach: f.seconds("breach"), Within: f.seconds("within"), ShortEnd: f.seconds("short_end"),
		Lost: enquiry.LostAfter{Waiting: f.minutes("lost_waiting"), Handling: f.minutes("lost_handling")},
	}
	if f.ok() && t.Breach < t.Warn {
		f.refuse("breach", "A breach comes no sooner than the warning, which is after %s seconds.", f.Get("warn"))
	}
	if f.Get("new") != "" && t.Channel == "" && t.Origin == "" {
		f.refuse("channel", "Name a channel, an origin or both: every one has its line above.")
	}
	if !f.ok() {
		return s.showThresholds(w, r, http.StatusUnprocessableEntity, f)
	}
	if err := s.Store.SetTarget(r.Context(), t); err != nil {
		return err
	}
	return s.changed(w, r, "/settings/thresholds", "Saved. Open boards follow within seconds.")
}

func (s *server) removeThresholds(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	channel, origin := f.line("channel", longestID), f.line("origin", longestID)
	if !f.ok() || channel == "" && origin == "" {
		return &fault{status: http.StatusBadRequest, message: "The line of every channel and origin stays. Change its numbers instead."}
	}
	if err := s.Store.DeleteTarget(r.Context(), channel, origin); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return s.changed(w, r, "/settings/thresholds", "Removed. The less specific line counts again.")
}

func (s *server) servicesPage(w http.ResponseWriter, r *http.Request) error {
	return s.showServices(w, r, http.StatusOK, nil)
}

// commonZones are offered; any other that there is can be written.
var commonZones = []string{
	"Asia/Hong_Kong", "Asia/Taipei", "Asia/Shanghai", "Asia/Singapore", "Asia/Tokyo", "Asia/Kolkata", "Asia/Dubai", "Asia/Jerusalem",
	"Australia/Sydney", "Europe/London", "Europe/Berlin", "America/New_York", "America/Chicago", "America/Los_Angeles", "America/Sao_Paulo", "UTC",
}

func (s *server) showServices(w http.ResponseWriter, r *http.Request, status int, refused *form) error {
	frame, err := s.settingsFrame(w, r, "/settings/services", "Services")
	if err != nil {
		return err
	}
	services, err := s.Store.Services(r.Context())
	if err != nil {
		return err
	}
	page := views.Services{Settings: frame, Zones: commonZones}
	for _, v := range services {
		line := views.ServiceForm{ID: v.ID, Zone: v.Zone, DayStarts: v.DayStarts}
		if refused != nil && refused.Get("service") == v.ID {
			line.Form = refused.view()
		}
		page.Services = append(page.Services, line)
	}
	return render(w, r, status, views.ServicesPage(page))
}

func (s *server) setService(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	v := store.Service{ID: f.Get("service"), Zone: f.line("zone", 64)}
	f.checkText("service", v.ID, longestID)
	if _, err := time.LoadLocation(v.Zone); err != nil || v.Zone == "" || v.Zone == "Local" {
		f.refuse("zone", "There is no such time zone. It looks like Asia/Hong_Kong.")
	}
	starts, err := time.Parse("15:04", f.Get("starts"))
	if err != nil {
		f.refuse("starts", "Write a time of day, such as 06:00.")
	}
	if err := s.knowsService(r, f, v.ID); err != nil {
		return err
	}
	if !f.ok() {
		return s.showServices(w, r, http.StatusUnprocessableEntity, f)
	}
	v.DayStarts = time.Duration(starts.Hour())*time.Hour + time.Duration(starts.Minute())*time.Minute
	if err := s.Store.SetService(r.Context(), v); err != nil {
		return err
	}
	return s.changed(w, r, "/settings/services", "Saved.")
}

// knowsService refuses a service that was never heard of: a slip, or made up.
func (s *server) knowsService(r *http.Request, f *form, id string) error {
	services, err := s.Store.Services(r.Context())
	if err != nil {
		return err
	}
	for _, v := range services {
		if v.ID == id {
			return nil
		}
	}
	f.refuse("service", "There is no such service.")
	return nil
}
