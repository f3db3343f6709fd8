package storetest

// abandoned: there is no private server on Windows.
func abandoned(string) bool { return false }
