package web

import "net/http"

func (s *server) apiLive(w http.ResponseWriter, r *http.Request) error { panic("not built") }
