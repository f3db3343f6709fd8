package web

import "net/http"

func (s *server) enquiryPage(w http.ResponseWriter, r *http.Request) error { panic("not built") }
