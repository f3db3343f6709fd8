package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// counts is what Prometheus is told.
type counts struct {
	handler    http.Handler
	deliveries *prometheus.CounterVec
	took       prometheus.Histogram
	madeUpKeys prometheus.Counter
}

func newCounts(s *server) *counts {
	c := &counts{
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "enquiryboard_deliveries_total", Help: "POSTs to the webhook by what became of them.",
		}, []string{"outcome"}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "enquiryboard_webhook_seconds", Help: "Time from a POST's arrival to its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
		madeUpKeys: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "enquiryboard_unknown_keys_total", Help: "POSTs with a webhook key that was never made here.",
		}),
	}
	for _, outcome := range []string{outcomeStored, outcomeQuarantined, outcomeHandshake, outcomeRefused} {
		c.deliveries.WithLabelValues(outcome) // shown from the start
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(c.deliveries, c.took, c.madeUpKeys, &state{s},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	c.handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{DisableCompression: true}) // the route compresses
	return c
}

func (c *counts) delivery(outcome string, took time.Duration) {
	c.deliveries.WithLabelValues(outcome).Inc()
	c.took.Observe(took.Seconds())
}

// prometheus tells the numbers to who has a token, or is on this machine.
func (s *server) prometheus(w http.ResponseWriter, r *http.Request) error {
	if header, ok := r.Header["Authorization"]; ok {
		v, err := s.bearer(r.Context(), header)
		if err == nil && !v.Scope.All() {
			err = errLimited
		}
		if err != nil {
			return err
		}
	} else if !fromLoopback(r) || forwarded(r) {
		return errStranger
	}
	s.settings.get(r.Context()) // for the limits of what is lost
	s.counts.handler.ServeHTTP(w, r)
	return nil
}

// state collects what stands at the moment it is asked for.
type state struct{ server *server }

var (
	spoolingDesc  = describe("spool_in_use", "1 while deliveries go to the spool, since the database is away; else 0.")
	spooledDesc   = describe("spool_deliveries", "Deliveries that wait in the spool for the database.")
	oldestDesc    = describe("spool_oldest_seconds", "Age of the oldest of them.")
	queuedDesc    = describe("queued_deliveries", "Deliveries that wait for the next commit.")
	viewersDesc   = describe("feed_viewers", "Sockets that watch the board.")
	waitingDesc   = describe("waiting", "Enquiries that wait now.", "channel", "origin")
	handlingDesc  = describe("handling", "Enquiries that are being handled now.", "channel", "origin")
	lostDesc      = describe("probably_lost", "Enquiries that are Opened or Handling, and of which nothing was heard for longer than their limit.", "channel", "origin")
	longestDesc   = describe("longest_wait_seconds", "The longest wait of those that wait now.", "channel", "origin")
	poolDesc      = describe("database_connections", "Connections to the database.", "pool", "state")
	poolLimitDesc = describe("database_connections_limit", "The most connections to the database.", "pool")
)

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("enquiryboard_"+name, help, labels, nil)
}

func (s *state) Describe(to chan<- *prometheus.Desc) {
	for _, d := range slices.Concat(aliveDescs, []*prometheus.Desc{spoolingDesc, spooledDesc, oldestDesc, queuedDesc, viewersDesc, waitingDesc, handlingDesc, lostDesc, longestDesc, poolDesc, poolLimitDesc}) {
		to <- d
	}
}

func (s *state) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	spooled, oldest := s.server.Recorder.Spooled()
	age := 0.0
	if spooled > 0 {
		age = max(0, time.Since(oldest).Seconds())
	}
	spooling := 0.0
	if s.server.Recorder.Err() != nil {
		spooling = 1
	}
	gauge(spoolingDesc, spooling)
	gauge(spooledDesc, float64(spooled))
	gauge(oldestDesc, age)
	gauge(queuedDesc, float64(s.server.Recorder.Waiting()))
	gauge(viewersDesc, float64(s.server.Feed.Viewers()))
	if s.server.Feed.Ready() {
		s.collectBoard(gauge)
		s.collectAlive(gauge)
	}
	for _, p := range s.server.Store.Pools() {
		gauge(poolDesc, float64(p.Idle), p.Name, "idle")
		gauge(poolDesc, float64(p.Busy), p.Name, "busy")
		gauge(poolLimitDesc, float64(p.Limit), p.Name)
	}
}

func (s *state) collectBoard(gauge func(d *prometheus.Desc, value float64, labels ...string)) {
	board, now := s.server.Feed.Board(enquiry.Filter{})
	for _, q := range enquiry.Sum(board, now.Time).Queues {
		gauge(waitingDesc, float64(q.Waiting), q.Channel, q.Origin)
		gauge(handlingDesc, float64(q.Handling), q.Channel, q.Origin)
		gauge(lostDesc, float64(q.Lost), q.Channel, q.Origin)
		if q.LongestWait != nil {
			gauge(longestDesc, q.LongestWait.Seconds(), q.Channel, q.Origin)
		}
	}
}
