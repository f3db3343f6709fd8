package web

import "net/http"

func (s *server) enquiriesPage(w http.ResponseWriter, r *http.Request) error { panic("not built") }
