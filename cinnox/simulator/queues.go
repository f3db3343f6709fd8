package simulator

import "time"

// Destination is a service group of the made-up world. CINNOX sends its id only.
type Destination struct{ ID, Name string }

var (
	sales     = Destination{"62a0c1d7e4b0f9001c3a5e01", "Sales"}
	support   = Destination{"62a0c1d7e4b0f9001c3a5e02", "Customer service"}
	technical = Destination{"62a0c1d7e4b0f9001c3a5e03", "Technical support"}
	billing   = Destination{"62a0c1d7e4b0f9001c3a5e04", "Billing"}
	bookings  = Destination{"62a0c1d7e4b0f9001c3a5e05", "Bookings"}
)

// Destinations are those of every made-up world, for naming them.
var Destinations = []Destination{sales, support, technical, billing, bookings}

type socialForm int

// socialId is documented for Messenger, LINE, WhatsApp, WOZTELL and Instagram,
// and empty for the others.
const (
	socialNone socialForm = iota
	socialPhone
	socialUser
	socialNumber
)

// A spread is a log-normal distribution: a median, and how wide it is.
type spread struct {
	median time.Duration
	sigma  float64
}

// A queue is one channel and origin with its own habits.
type queue struct {
	share           float64 // of all enquiries
	channel, origin string
	destinations    []Destination
	destinationType string
	social          socialForm

	pickUp   spread
	limit    time.Duration // waiting time after which an enquiry is missed
	patience time.Duration // mean time after which a visitor would leave
	auto     float64       // share that is picked up by itself
	handle   spread
	followUp float64 // share of the missed ones that staff come back to
	after    spread  // when they do
}

// queues are the mix. The limits go with what CINNOX documents: 30 s and 90 s for
// broadcast and direct calls, 60 s for chats, up to minutes with a queue.
var queues = []queue{
	{
		share: .34, channel: "CINNOX", origin: "VirtualNumber", destinationType: "STAFF",
		destinations: []Destination{support, support, billing, sales},
		pickUp:       spread{19 * time.Second, .8}, limit: 90 * time.Second, patience: 4 * time.Minute,
		handle: spread{2 * time.Minute, .6}, followUp: .6, after: spread{7 * time.Minute, .7},
	},
	{
		share: .20, channel: "CINNOX", origin: "Weblink", destinationType: "STAFF",
		destinations: []Destination{sales, support, technical},
		pickUp:       spread{22 * time.Second, .7}, limit: time.Minute, patience: 6 * time.Minute, auto: .15,
		handle: spread{160 * time.Second, .6}, followUp: .45, after: spread{9 * time.Minute, .8},
	},
	{
		share: .19, channel: "WHATSAPP", origin: "Channel", destinationType: "STAFF", social: socialPhone,
		destinations: []Destination{support, sales, bookings},
		pickUp:       spread{70 * time.Second, .8}, limit: 5 * time.Minute, patience: 40 * time.Minute, auto: .1,
		handle: spread{190 * time.Second, .6}, followUp: .7, after: spread{12 * time.Minute, .8},
	},
	{
		share: .08, channel: "LINE", origin: "Channel", destinationType: "STAFF", social: socialUser,
		destinations: []Destination{support, bookings},
		pickUp:       spread{80 * time.Second, .8}, limit: 5 * time.Minute, patience: 40 * time.Minute, auto: .1,
		handle: spread{170 * time.Second, .6}, followUp: .6, after: spread{15 * time.Minute, .8},
	},
	{
		share: .06, channel: "FACEBOOK", origin: "Channel", destinationType: "STAFF", social: socialNumber,
		destinations: []Destination{sales, support},
		pickUp:       spread{100 * time.Second, .9}, limit: 5 * time.Minute, patience: time.Hour,
		handle: spread{3 * time.Minute, .6}, followUp: .5, after: spread{20 * time.Minute, .8},
	},
	{
		share: .04, channel: "WECHAT", origin: "Channel", destinationType: "STAFF",
		destinations: []Destination{sales, bookings},
		pickUp:       spread{90 * time.Second, .8}, limit: 5 * time.Minute, patience: time.Hour,
		handle: spread{150 * time.Second, .6}, followUp: .5, after: spread{15 * time.Minute, .8},
	},
	{
		share: .03, channel: "INSTAGRAM", origin: "Channel", destinationType: "STAFF", social: socialNumber,
		destinations: []Destination{sales},
		pickUp:       spread{2 * time.Minute, .8}, limit: 5 * time.Minute, patience: time.Hour,
		handle: spread{150 * time.Second, .6}, followUp: .4, after: spread{20 * time.Minute, .8},
	},
	{
		share: .04, channel: "EMAIL", origin: "Channel", destinationType: "STAFF",
		destinations: []Destination{support, billing},
		pickUp:       spread{3 * time.Minute, .8}, limit: 20 * time.Minute, patience: 100 * time.Hour,
		handle: spread{4 * time.Minute, .6}, followUp: .9, after: spread{40 * time.Minute, .6},
	},
	{
		share: .02, channel: "CINNOX", origin: "Campaign", destinationType: "PHONE",
		destinations: []Destination{sales},
		pickUp:       spread{25 * time.Second, .7}, limit: 90 * time.Second, patience: 3 * time.Minute,
		handle: spread{100 * time.Second, .6}, followUp: .3, after: spread{15 * time.Minute, .7},
	},
}

// pickQueue draws one by its share.
func (g *generator) pickQueue() *queue {
	whole := 0.0
	for i := range queues {
		whole += queues[i].share
	}
	at := g.random.Float64() * whole
	for i := range queues {
		if at -= queues[i].share; at < 0 {
			return &queues[i]
		}
	}
	return &queues[len(queues)-1]
}
