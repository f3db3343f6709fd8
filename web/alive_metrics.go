package web

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/pulse"
)

var (
	silenceDesc  = describe("silence_seconds", "Time since the last delivery.", "service")
	alarmDesc    = describe("silence_alarm", "1 while a silence is one that comes less than once in 1,000 such hours by chance, or the webhook does not answer from outside; else 0.", "service")
	oftenDesc    = describe("silence_per_hour", "How often so long a silence comes in such an hour by chance.", "service")
	expectedDesc = describe("arrivals_expected_per_hour", "Enquiries that usually begin in the hour around now.", "service")
	delayDesc    = describe("delivery_delay_seconds", "Median time from a notification's date to its receipt, lately and usually; only where dates are those of the notifications.", "service", "of")

	aliveDescs = []*prometheus.Desc{silenceDesc, alarmDesc, oftenDesc, expectedDesc, delayDesc}
)

func (s *state) collectAlive(gauge func(d *prometheus.Desc, value float64, labels ...string)) {
	for _, h := range s.server.alive.heard(enquiry.Filter{}) { // the whole of it is for nobody who is limited
		gauge(silenceDesc, max(0, time.Since(h.last).Seconds()), h.service)
		alarm := 0.0
		if h.level() == pulse.Alarm && !h.blind {
			alarm = 1
		}
		gauge(alarmDesc, alarm, h.service)
		gauge(oftenDesc, h.verdict.PerHour, h.service)
		gauge(expectedDesc, h.verdict.Pace, h.service)
		for of, d := range map[string]*time.Duration{"now": h.delay, "usual": h.usual} {
			if d != nil {
				gauge(delayDesc, d.Seconds(), h.service, of)
			}
		}
	}
}
