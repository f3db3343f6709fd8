package views

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Matrix counts who waits and who is being handled by channel and origin. It
// has every queue that the board knows of, also those the filter leaves out
// by its channel or origin: they are one click away.
func Matrix(ctx context.Context, seen map[enquiry.Key]Seen, f enquiry.Filter) []Group {
	cells := map[[2]string]*Cell{}
	bits := selects(f)
	for _, s := range seen {
		id := [2]string{s.Channel, s.Origin}
		c := cells[id]
		if c == nil {
			c = &Cell{Name: channelName(ctx, s.Origin), Key: s.Channel + "/" + s.Origin}
			cells[id] = c
		}
		const channelAndOrigin = 1<<0 | 1<<1
		if s.Rest && bits(s)|channelAndOrigin == allFields {
			c.count(s)
		}
	}
	query := f.Values()
	groups := map[string]*Group{}
	for id, c := range cells {
		channel, origin := id[0], id[1]
		g := groups[channel]
		if g == nil {
			g = &Group{Cell: Cell{Name: channelName(ctx, channel), Key: channel}}
			g.Chosen, g.Href = choose(query, channel, nil)
			groups[channel] = g
		}
		c.Chosen, c.Href = choose(query, channel, &origin)
		g.Origins = append(g.Origins, *c)
		g.add(*c)
	}
	return sorted(groups)
}

// sorted puts channels and their origins in the order of their names. A
// channel whose only origin says nothing stands alone.
func sorted(groups map[string]*Group) []Group {
	list := make([]Group, 0, len(groups))
	for _, g := range groups {
		if len(g.Origins) == 1 && (g.Origins[0].Key == g.Key+"/"+noOrigin || g.Origins[0].Key == g.Key+"/") {
			g.Chosen = g.Chosen || g.Origins[0].Chosen
			g.Origins = nil
		}
		slices.SortFunc(g.Origins, func(a, b Cell) int { return strings.Compare(a.Name, b.Name) })
		list = append(list, *g)
	}
	slices.SortFunc(list, func(a, b Group) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Key, b.Key))
	})
	return list
}

// choose says whether the query is filtered by exactly this channel and
// origin (nil: any), and where a click leads: there, or back.
func choose(query url.Values, channel string, origin *string) (chosen bool, to string) {
	if slices.Equal(query["channel"], []string{channel}) &&
		(origin == nil && !query.Has("origin") || origin != nil && slices.Equal(query["origin"], []string{*origin})) {
		q := with(query, nil)
		q.Del("channel")
		q.Del("origin")
		return true, href("/", q)
	}
	q := with(query, map[string]string{"channel": channel})
	q.Del("origin")
	if origin != nil {
		q.Set("origin", *origin)
	}
	return false, href("/", q)
}

func (c *Cell) count(s Seen) {
	switch s.Status {
	case enquiry.Opened:
		c.add(Cell{Waiting: 1, LongestSince: s.WaitingSince, Limits: s.Limits})
	case enquiry.Handling:
		c.Handling++
	}
}

func (c *Cell) add(o Cell) {
	c.Waiting += o.Waiting
	c.Handling += o.Handling
	if c.LongestSince.IsZero() || !o.LongestSince.IsZero() && o.LongestSince.Before(c.LongestSince) {
		c.LongestSince, c.Limits = o.LongestSince, o.Limits
	}
}
