package web

import "net/http"

func (s *server) liveHTML(w http.ResponseWriter, r *http.Request) error { panic("not built") }
