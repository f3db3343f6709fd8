package views

import (
	"context"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// t says a text to whom a page is rendered for.
func t(ctx context.Context, text lang.Text, args ...any) string {
	return lang.From(ctx).T(text, args...)
}

// scriptTexts are what the scripts in static/js say.
var scriptTexts = []lang.Text{
	"Play", "Stop", "This moment could not be read. Trying again…",
	"Board", "%s waiting", "Connecting…", "Live · %d s", "Last event %s", "Live again.", "Paused", "Pause", "Resume · %d changes",
	"Not live", "Not live since %s", "%s. Connecting again…", "You are signed out, so this board is no longer live.", "Sign in again",
	"This wall link is not valid, or no longer. Ask an administrator for another.",
	"Alerts on", "Alerts off", "Muted", "Snoozed until %s", "This browser has not been asked yet.",
	"This browser refuses notifications. Allow them in its settings for this site.", "Breach", "Warning", "%d enquiries",
	"This could not be saved. It counts for this page only.",
	"%s waiting, longest %s, %s", "%d in breach", "Nobody is waiting.", "Copied", "Try again", "%d new", "%d gone", ", ", "%s d %s",
	"%s rows", "about %s rows", "one row", "%s of %s rows · %s", "%s of about %s rows · %s", "Downloading…",
	"Saved. It is whole: its rows and its SHA-256 are those that were sent.",
	"Cancelled. Nothing was saved.", "It broke off. Nothing was saved.",
}

// scriptWords are those in the page's language, by their English.
func scriptWords(ctx context.Context) map[lang.Text]any {
	words := make(map[lang.Text]any, len(scriptTexts))
	for _, text := range scriptTexts {
		words[text] = lang.From(ctx).Script(text)
	}
	return words
}

func roleName(r access.Role) lang.Text {
	switch r {
	case access.Admin:
		return "Administrator"
	case access.Supervisor:
		return "Supervisor"
	}
	return "Viewer"
}
