package web

import "net/http"

func (s *server) static(w http.ResponseWriter, r *http.Request) error { panic("not built") }
