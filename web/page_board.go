package web

import "net/http"

func (s *server) boardPage(w http.ResponseWriter, r *http.Request) error { panic("not built") }
