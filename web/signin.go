package web

import "net/http"

func (s *server) signInPage(w http.ResponseWriter, r *http.Request) error { panic("not built") }
func (s *server) signIn(w http.ResponseWriter, r *http.Request) error { panic("not built") }
func (s *server) signOut(w http.ResponseWriter, r *http.Request) error { panic("not built") }
func (s *server) setupPage(w http.ResponseWriter, r *http.Request) error { panic("not built") }
func (s *server) setup(w http.ResponseWriter, r *http.Request) error { panic("not built") }
