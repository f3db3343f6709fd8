package web

import "net/http"

// who is the visitor of a request that came through the route table: by token
// or by session. On a route that needs no role it may be nobody (Role "").
func who(r *http.Request) visitor { panic("not built") }
