package subscription

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/store"
)

// turnLasts is how long one change may take; longer than all it waits for.
const turnLasts = 3 * time.Minute

var (
	// ErrTurn means that somebody else is changing the subscription.
	ErrTurn = errors.New("somebody else is changing the subscription at the moment: try again when they are done")
	// ErrNotMoved means that the last move to a new key has not been finished.
	ErrNotMoved = errors.New("the last move to a new key is not finished: revoke the old key first")
	// ErrNothingToRevoke means that there is no old key.
	ErrNothingToRevoke = errors.New("there is no old key to revoke")
	// ErrNotSubscribed means that nothing is known to be subscribed.
	ErrNotSubscribed = errors.New("nothing was subscribed from here: give the webhook URL with --url")
)

// Wish is how to subscribe.
type Wish struct {
	URL       string // the whole webhook's; empty: the public URL and a key of this installation
	NewKey    bool   // leave the key that is in use for a new one
	SkipCheck bool   // do not look at the webhook from outside first
}

// Subscribe has CINNOX send its enquiry events to the webhook, once that
// answers from outside. What could not be done is a [*cinnox.Problem], and noted.
func (c *Connection) Subscribe(ctx context.Context, w Wish) (s store.Subscription, err error) {
	err = c.inTurn(ctx, func(ctx context.Context) error {
		s, err = c.subscribe(ctx, w)
		return err
	})
	return s, err
}

func (c *Connection) subscribe(ctx context.Context, w Wish) (store.Subscription, error) {
	was, err := c.Store.Subscription(ctx)
	if err != nil {
		return was, err
	}
	known, err := c.App(ctx)
	if err != nil {
		return was, err
	}
	client, err := c.client(known)
	if err != nil {
		return was, c.failed(ctx, was, err)
	}
	next := was
	next.BaseURL, next.AppID = known.BaseURL, known.AppID
	made, err := c.choose(ctx, was, &next, w)
	if err != nil {
		return was, err
	}
	if !w.SkipCheck {
		err = c.check(ctx, known.BaseURL, next.URL)
	}
	if err == nil {
		var said cinnox.Subscription
		if said, err = client.Set(ctx, true, next.URL); err == nil {
			return next, c.done(ctx, &next, store.SubscriptionEnabled, said.UpdatedAt)
		}
	}
	return c.notDone(ctx, was, next, made, err)
}

// notDone notes why CINNOX was not subscribed. Where that may have happened all
// the same, the new key stays: CINNOX may be sending by it.
func (c *Connection) notDone(ctx context.Context, was, next store.Subscription, made string, why error) (store.Subscription, error) {
	ctx = context.WithoutCancel(ctx) // what is noted now must not depend on who still waits
	var p *cinnox.Problem
	if known := errors.As(why, &p); !known || p.Maybe {
		next.State = store.SubscriptionUnknown
		return next, c.failed(ctx, next, why)
	}
	switch {
	case made == "":
	case was.KeyID == "": // the next try takes this key again
		was.KeyID, was.URL = next.KeyID, next.URL
	default:
		why = errors.Join(why, c.Store.RevokeWebhookKey(ctx, made))
	}
	if p.Kind == cinnox.NotVerified && was.State == store.SubscriptionEnabled {
		was.State = store.SubscriptionUnknown // whether the old URL stays is not documented
	}
	return was, c.failed(ctx, was, why)
}

// choose decides which URL to subscribe, and gives the id of a key that was
// made for it.
func (c *Connection) choose(ctx context.Context, was store.Subscription, next *store.Subscription, w Wish) (made string, err error) {
	living, ring, err := c.keys(ctx)
	if err != nil {
		return "", err
	}
	if w.URL != "" {
		next.URL, next.KeyID = w.URL, ""
		if _, key, found := strings.Cut(w.URL, WebhookPath); found {
			next.KeyID, _ = ring.Check(key)
		}
		return "", nil
	}
	inUse := living[was.KeyID] != nil
	anotherApp := was.BaseURL != "" && (was.BaseURL != next.BaseURL || was.AppID != next.AppID)
	moves := w.NewKey || anotherApp // so that what comes by a key comes from one App
	switch {
	case moves && inUse && living[was.OldKeyID] != nil:
		return "", ErrNotMoved
	case inUse && !moves:
		next.URL = c.PublicURL + WebhookPath + ring.Key(was.KeyID)
		return "", nil
	case inUse:
		next.OldKeyID = was.KeyID
	}
	id, key := ring.Mint()
	if err := c.Store.CreateWebhookKey(ctx, id, keyName(living, time.Now())); err != nil {
		return "", err
	}
	next.KeyID, next.URL = id, c.PublicURL+WebhookPath+key
	return id, nil
}

// keyName is of the day, and numbered where a living key has that name.
func keyName(living map[string]*store.WebhookKey, now time.Time) string {
	day := "cinnox-" + now.UTC().Format(time.DateOnly)
	name := day
	for n := 2; named(living, name); n++ {
		name = fmt.Sprintf("%s-%d", day, n)
	}
	return name
}

func named(keys map[string]*store.WebhookKey, name string) bool {
	for _, k := range keys {
		if k.Name == name {
			return true
		}
	}
	return false
}

// check looks at the webhook as CINNOX will.
func (c *Connection) check(ctx context.Context, baseURL, url string) error {
	if cinnox.OnlyHereAt(url) && !cinnox.OnlyHereAt(baseURL) {
		return &cinnox.Problem{Kind: cinnox.OnlyHere, Webhook: true, Name: c.PublicURL}
	}
	return cinnox.Verify(ctx, c.Outside, url)
}

// keys are the living ones by id, and the ring that they are of.
func (c *Connection) keys(ctx context.Context) (map[string]*store.WebhookKey, *access.Keyring, error) {
	inst, err := c.Store.Installation(ctx)
	if err != nil {
		return nil, nil, err
	}
	list, err := c.Store.WebhookKeys(ctx)
	if err != nil {
		return nil, nil, err
	}
	living := map[string]*store.WebhookKey{}
	for i, k := range list {
		if k.RevokedAt.IsZero() {
			living[k.ID] = &list[i]
		}
	}
	return living, access.NewKeyring(inst.Secret), nil
}

// Unsubscribe has CINNOX send nothing any more; url is empty for the one that
// was subscribed. The key stays good for what is still under way.
func (c *Connection) Unsubscribe(ctx context.Context, url string) (s store.Subscription, err error) {
	err = c.inTurn(ctx, func(ctx context.Context) error {
		s, err = c.unsubscribe(ctx, url)
		return err
	})
	return s, err
}

func (c *Connection) unsubscribe(ctx context.Context, url string) (store.Subscription, error) {
	was, err := c.Store.Subscription(ctx)
	if err != nil {
		return was, err
	}
	known, err := c.App(ctx)
	if err != nil {
		return was, err
	}
	client, err := c.client(known)
	if err != nil {
		return was, c.failed(ctx, was, err)
	}
	next := was
	if url != "" {
		next.URL = url
	}
	if next.URL == "" {
		return was, ErrNotSubscribed
	}
	said, err := client.Set(ctx, false, next.URL)
	if err != nil {
		var p *cinnox.Problem
		if !errors.As(err, &p) || p.Maybe {
			was.State = store.SubscriptionUnknown
		}
		return was, c.failed(context.WithoutCancel(ctx), was, err)
	}
	return next, c.done(ctx, &next, store.SubscriptionDisabled, said.UpdatedAt)
}

// done notes what CINNOX has said yes to.
func (c *Connection) done(ctx context.Context, s *store.Subscription, state, updatedAt string) error {
	s.State, s.UpdatedAt, s.AskedAt = state, updatedAt, time.Now()
	s.Problem, s.ProblemAt = nil, time.Time{}
	action := "subscribed"
	if state == store.SubscriptionDisabled {
		action = "unsubscribed"
	}
	if err := c.Store.SetSubscription(context.WithoutCancel(ctx), *s, action, Masked(s.URL)); err != nil {
		return fmt.Errorf("CINNOX has done it, but its answer could not be noted: %w", err)
	}
	return nil
}

// failed notes why something was not done, and gives that reason. What was not
// even tried is nothing about the connection, and is for who wished it alone.
func (c *Connection) failed(ctx context.Context, s store.Subscription, why error) error {
	var p *cinnox.Problem
	if !errors.As(why, &p) || p.Untried() {
		return why
	}
	text, err := json.Marshal(p)
	if err != nil {
		return errors.Join(why, err)
	}
	s.Problem, s.ProblemAt = text, time.Now()
	if err := c.Store.SetSubscription(ctx, s, outcome(p), p.Error()); err != nil {
		return errors.Join(why, err)
	}
	return why
}

// outcome is what the audit log says that a wish came to.
func outcome(p *cinnox.Problem) string {
	switch {
	case !p.Asked():
		return "did not get as far as CINNOX"
	case p.Maybe:
		return "heard no answer from CINNOX"
	}
	return "was refused by CINNOX"
}

// inTurn lets one at a time change the subscription.
func (c *Connection) inTurn(ctx context.Context, change func(context.Context) error) error {
	turn, err := c.Store.TakeTurn(ctx, turnLasts)
	if err != nil {
		return err
	}
	if !turn {
		return ErrTurn
	}
	err = change(ctx)
	return errors.Join(err, c.Store.EndTurn(context.WithoutCancel(ctx)))
}
