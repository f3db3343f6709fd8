package views

import (
	"net/url"
	"strconv"

	"github.com/enquiryboard/enquiryboard/views/lang"
)

// DeliveriesHref is the list of deliveries that were kept apart: for a reason,
// on a day, after a page of them; each may be empty.
func DeliveriesHref(reason, day, before string) string {
	q := url.Values{}
	for name, value := range map[string]string{"reason": reason, "day": day, "before": before} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return href("/deliveries", q)
}

// RetriedHref is that list, with what putting it through again has come to.
func RetriedHref(retried, understood int64) string {
	return href("/deliveries", url.Values{
		"retried": {strconv.FormatInt(retried, 10)}, "understood": {strconv.FormatInt(understood, 10)},
	})
}

// Retried says it in words.
func Retried(l lang.Lang, retried, understood int64) string {
	if retried == 0 {
		return l.T("There was nothing to put through again.")
	}
	return l.T("Put through again: %d. Understood now: %d. Still kept apart: %d.", retried, understood, retried-understood)
}
