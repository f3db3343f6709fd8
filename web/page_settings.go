package web

import "net/http"

func (s *server) settingsPage(w http.ResponseWriter, r *http.Request) error { panic("not built") }
