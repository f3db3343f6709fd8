// Package subscription is the installation's connection to CINNOX: the App's
// credentials, the subscription, and the webhook key that CINNOX sends by. Pages
// and commands change it by the same code, and replicas share it.
package subscription

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/store"
)

// WebhookPath stands before the key in every webhook URL.
const WebhookPath = "/webhooks/cinnox/"

// Config is what a connection is made of.
type Config struct {
	Store     *store.Store
	Given     App                                     // from the environment: each of its fields wins over what was saved
	PublicURL string                                  // under which CINNOX reaches this installation, without a slash at the end
	SealKey   func(make bool) (access.SealKey, error) // what a token is sealed under; make: where there is none yet
	Outside   *http.Client                            // looks at the webhook from outside; nil: a plain one
}

// Connection is the installation's connection to CINNOX.
type Connection struct{ Config }

// New makes it.
func New(c Config) *Connection { return &Connection{c} }

// App is an App's credentials.
type App struct{ BaseURL, AppID, Token string }

// Known is what is known of the App.
type Known struct {
	App
	Saved    App   // without the token
	Sealed   error // why the saved token cannot be read; nil: it can, or there is none
	HasToken bool  // one was saved
}

// ErrNoSealKey means that there is no key to read what was sealed.
var ErrNoSealKey = errors.New("there is no key to read it by")

// App is what is known of the App: what was given, else what was saved.
func (c *Connection) App(ctx context.Context) (Known, error) {
	var k Known
	saved, err := c.Store.App(ctx)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return k, err
	default:
		k.Saved, k.HasToken = App{BaseURL: saved.BaseURL, AppID: saved.AppID}, true
		k.App = k.Saved
		if c.Given.Token == "" {
			k.Token, k.Sealed = c.open(saved)
		}
	}
	for _, f := range []struct{ given, into *string }{
		{&c.Given.BaseURL, &k.BaseURL}, {&c.Given.AppID, &k.AppID}, {&c.Given.Token, &k.Token},
	} {
		if *f.given != "" {
			*f.into = *f.given
		}
	}
	return k, nil
}

// purpose binds a sealed token to whom it was entered for: changed in the
// database, the address would get no token.
func purpose(baseURL, appID string) string {
	return fmt.Sprintf("app token\x00%s\x00%s", baseURL, appID)
}

func (c *Connection) open(a store.App) (token string, err error) {
	key, err := c.SealKey(false)
	if err == nil {
		token, err = key.Open(a.Token, purpose(a.BaseURL, a.AppID))
	}
	if err != nil {
		return "", fmt.Errorf("the saved App Token cannot be read: %w; give this program the key that it was saved under (ENQUIRYBOARD_SECRET_KEY, or secret.key in the data directory where it was saved), or save the token again", err)
	}
	return token, nil
}

// ErrTokenNeeded means that a token has to be entered: the saved one was for
// another address or App, and goes to no other.
var ErrTokenNeeded = errors.New("enter the App Token")

// Save keeps an App. Without a token the saved one stays, if the rest does.
func (c *Connection) Save(ctx context.Context, a App) error {
	a.BaseURL = strings.TrimRight(a.BaseURL, "/")
	known, err := c.App(ctx)
	if err != nil {
		return err
	}
	if a.Token == "" {
		if !known.HasToken || a.BaseURL != known.Saved.BaseURL || a.AppID != known.Saved.AppID || known.Sealed != nil {
			return ErrTokenNeeded
		}
		return nil
	}
	client := cinnox.Client{BaseURL: a.BaseURL, AppID: a.AppID, Token: a.Token}
	if err := client.Check(); err != nil {
		return err
	}
	key, err := c.SealKey(true)
	if err != nil {
		return err
	}
	return c.Store.SetApp(ctx, store.App{BaseURL: a.BaseURL, AppID: a.AppID, Token: key.Seal(a.Token, purpose(a.BaseURL, a.AppID))})
}

// Forget deletes the saved App.
func (c *Connection) Forget(ctx context.Context) error { return c.Store.DeleteApp(ctx) }

// client speaks for the App, or says why it cannot.
func (c *Connection) client(k Known) (*cinnox.Client, error) {
	if k.Token == "" && k.Sealed != nil {
		return nil, k.Sealed
	}
	client := &cinnox.Client{BaseURL: k.BaseURL, AppID: k.AppID, Token: k.Token, Trusted: c.Given.BaseURL != ""}
	return client, client.Check()
}

// Masked is a webhook URL without its key.
func Masked(url string) string {
	if before, _, found := strings.Cut(url, WebhookPath); found {
		return before + WebhookPath + "••••••••"
	}
	if url == "" {
		return ""
	}
	return "(a URL that is none of this installation's)"
}
