package web

import "net/http"

func (s *server) enquiriesCSV(w http.ResponseWriter, r *http.Request) error { panic("not built") }
func (s *server) transitionsCSV(w http.ResponseWriter, r *http.Request) error { panic("not built") }
