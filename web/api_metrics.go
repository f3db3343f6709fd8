package web

import "net/http"

func (s *server) apiMetrics(w http.ResponseWriter, r *http.Request) error { panic("not built") }
