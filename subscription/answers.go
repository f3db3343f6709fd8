package subscription

import (
	"context"
	"errors"

	"github.com/enquiryboard/enquiryboard/cinnox"
)

// Answers looks at the webhook that was subscribed from outside, as CINNOX
// does: nil where it answers as it should, or why it does not. known is false
// where nobody can say, since this program was not asked to subscribe.
func (c *Connection) Answers(ctx context.Context) (why *cinnox.Problem, known bool) {
	s, err := c.Store.Subscription(ctx)
	if err != nil || s.URL == "" {
		return nil, false
	}
	err = cinnox.Verify(ctx, c.Outside, s.URL)
	if ctx.Err() != nil {
		return nil, false
	}
	errors.As(err, &why)
	return why, why != nil || err == nil
}
