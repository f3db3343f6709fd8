package web

import "net/http"

func (s *server) deliveriesPage(w http.ResponseWriter, r *http.Request) error { panic("not built") }
