package web

import "net/http"

func (s *server) apiBoard(w http.ResponseWriter, r *http.Request) error { panic("not built") }
