package views

import "testing"

func TestPoints(t *testing.T) {
	for difference, want := range map[float64]string{
		0: "±0", 0.0004: "±0", -0.0004: "±0", 0.0149: "+1.5", -0.0149: "−1.5", 0.0996: "+10", 0.126: "+13", -1: "−100",
	} {
		if got := points(difference); got != want {
			t.Errorf("%v is %s, want %s", difference, got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for ratio, want := range map[float64]string{
		0: "0", 0.0001: "<\u202f0.1", 0.001: "0.1", 0.0149: "1.5", 0.02: "2.0", 0.0994: "9.9", 0.0996: "10", 0.104: "10", 0.675: "68", 0.994: "99", 0.9999: ">\u202f99", 1: "100",
	} {
		if got := percent(&ratio); got != want+"\u202f%" {
			t.Errorf("%v is %s, want %s", ratio, got, want)
		}
	}
	if got := percent(nil); got != unknown {
		t.Errorf("of nothing: %s", got)
	}
}
