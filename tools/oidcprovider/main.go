// Command oidcprovider is an OpenID Connect provider for tests: zitadel/oidc's,
// with its login page, and people who stand in a file. The file is read at each
// sign-in, so that a test can change somebody.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// user is one person in the file.
type user struct {
	ID, Username, Password, Email string
	EmailVerified                 bool
	Groups                        []string
}

// people are the file.
type people struct{ path string }

func (p people) find(match func(user) bool) (found user, err error) {
	text, err := os.ReadFile(p.path)
	if err != nil {
		return found, err
	}
	var all []user
	if err := json.Unmarshal(text, &all); err != nil {
		return found, err
	}
	for _, u := range all {
		if match(u) {
			return u, nil
		}
	}
	return found, errors.New("there is no such user")
}

func (p people) get(match func(user) bool) *storage.User {
	u, err := p.find(match)
	if err != nil {
		return nil
	}
	return &storage.User{ID: u.ID, Username: u.Username, Password: u.Password, Email: u.Email, EmailVerified: u.EmailVerified}
}

// GetUserByID is for storage.UserStore.
func (p people) GetUserByID(id string) *storage.User {
	return p.get(func(u user) bool { return u.ID == id })
}

// GetUserByUsername is for storage.UserStore.
func (p people) GetUserByUsername(name string) *storage.User {
	return p.get(func(u user) bool { return u.Username == name })
}

// ExampleClientID is for storage.UserStore.
func (people) ExampleClientID() string { return storage.ServiceUserID }

// store is the library's, which knows no groups.
type store struct {
	*storage.Storage
	people
}

// SetUserinfoFromToken is what the userinfo endpoint says: groups too.
func (s store) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, tokenID, subject, origin string) error {
	if err := s.Storage.SetUserinfoFromToken(ctx, info, tokenID, subject, origin); err != nil {
		return err
	}
	u, err := s.find(func(u user) bool { return u.ID == subject })
	info.AppendClaims("groups", u.Groups)
	return err
}

var _ op.Storage = store{}

func main() {
	file := flag.String("users", "", "the people: a JSON array of objects with ID, Username, Password, Email, EmailVerified and Groups")
	client := flag.String("client", "board", "the client's id")
	secret := flag.String("secret", "", "the client's secret")
	redirect := flag.String("redirect", "", "where it sends people back to")
	flag.Parse()
	if err := serve(*file, *client, *secret, *redirect); err != nil {
		fmt.Fprintln(os.Stderr, "oidcprovider:", err)
		os.Exit(1)
	}
}

// serve prints the issuer, then serves until standard input ends.
func serve(file, client, secret, redirect string) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	issuer := "http://" + ln.Addr().String()
	storage.RegisterClients(storage.WebClient(client, secret, redirect))
	p := people{file}
	handler := exampleop.SetupServer(issuer, store{storage.NewStorage(p), p}, slog.New(slog.NewTextHandler(os.Stderr, nil)), false)
	fmt.Println(issuer)
	server := &http.Server{Handler: handler}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // it ends with whoever started this
		_ = server.Close()
	}()
	if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
