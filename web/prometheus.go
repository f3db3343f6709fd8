package web

import "net/http"

func (s *server) prometheus(w http.ResponseWriter, r *http.Request) error { panic("not built") }
