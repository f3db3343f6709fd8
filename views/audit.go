package views

import (
	"context"
	"slices"

	"github.com/enquiryboard/enquiryboard/views/lang"
)

// auditWords are what the audit log is about, and what it says was done.
var auditWords = []lang.Text{
	"sign-in", "export", "users", "tokens", "keys", "walls", "thresholds", "destinations", "services", "deliveries", "enquiries", "connection",

	"signed in", "signed out", "was refused", "ended a session", "signed out everywhere", "gave a wrong password for a change",
	"invited", "uninvited", "created", "created by invitation", "created by the first administrator's link", "created at the first sign-in",
	"given a link for the first administrator", "given a link for a new password", "given a new password", "given a new password by link",
	"given a role", "disabled", "enabled", "connected with a sign-in provider", "disconnected from the sign-in provider",
	"revoked", "set", "taken back", "named", "left without a name", "imported", "exported", "exported a part of", "retried",
	"entered the App", "forgot the App", "subscribed", "unsubscribed", "was refused by CINNOX", "heard no answer from CINNOX", "did not get as far as CINNOX", "finished the move to a new key", "was shown how to subscribe by hand",
	"acknowledged", "noted", "ended", "dropped",
}

// auditText is a word that the log holds, in the reader's language.
func auditText(ctx context.Context, word string) string {
	if !slices.Contains(auditWords, lang.Text(word)) {
		return word // of another version of this program
	}
	return t(ctx, lang.Text(word))
}

// named is what an entry is about, by its name where that is another than its id.
func (e Entry) named() string {
	if e.Area == "destinations" && e.Details != "" {
		return e.Details
	}
	return e.Subject
}
