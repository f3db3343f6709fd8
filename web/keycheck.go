package web

// KeyCheck says whether a webhook key is a living one.
type KeyCheck struct{}
