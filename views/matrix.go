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
func Matrix(ctx context.Context, census *Census, f enquiry.Filter) []Group {
	query := f.Values()
	groups := map[string]*Group{}
	for id, q := range census.queues {
		channel, origin := id[0], id[1]
		c := q.cell()
		c.Name, c.Key = channelName(ctx, origin), channel+"/"+origin
		g := groups[channel]
		if g == nil {
			g = &Group{Cell: Cell{Name: channelName(ctx, channel), Key: channel}}
			g.Chosen, g.Href = choose(query, channel, nil)
			groups[channel] = g
		}
		c.Chosen, c.Href = choose(query, channel, &origin)
		g.Origins = append(g.Origins, c)
		g.add(c)
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

func (c *Cell) add(o Cell) {
	c.Waiting += o.Waiting
	c.Handling += o.Handling
	if c.LongestSince.IsZero() || !o.LongestSince.IsZero() && o.LongestSince.Before(c.LongestSince) {
		c.LongestSince, c.Limits = o.LongestSince, o.Limits
	}
}
