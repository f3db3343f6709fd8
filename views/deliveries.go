package views

import "net/url"

// ReasonHref is the list of deliveries that were kept apart for a reason.
func ReasonHref(reason string) string {
	return href("/deliveries", url.Values{"reason": {reason}})
}
