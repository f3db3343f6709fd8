package web

import "net/http"

func (s *server) apiEnquiries(w http.ResponseWriter, r *http.Request) error { panic("not built") }
func (s *server) apiEnquiry(w http.ResponseWriter, r *http.Request) error { panic("not built") }
