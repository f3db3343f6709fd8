package views

import "testing"

func TestLongIDsAreCutInTheirMiddle(t *testing.T) {
	for label, want := range map[string][2]string{
		"5f1b2c3d4e5f60718293a4b5c6d7e8f9":                 {"5f1b2c3d4e5f60718…b5c6d7e8f9", "5f1b2c3d4e5f60718293a4b5c6d7e8f9"},
		"5f1b2c3d4e5f60718293a4b5c6d7":                     {"5f1b2c3d4e5f60718293a4b5c6d7", ""},
		"Customer service, evenings and weekends, Kowloon": {"Customer service, evenings and weekends, Kowloon", ""},
		"九龍九龍九龍九龍九龍九龍九龍九龍九龍九龍九龍九龍九龍九龍九龍":                   {"九龍九龍九龍九龍九龍九龍九龍九龍九…九龍九龍九龍九龍九龍", "九龍九龍九龍九龍九龍九龍九龍九龍九龍九龍九龍九龍九龍九龍九龍"},
	} {
		if short, whole := shortened(label); short != want[0] || whole != want[1] {
			t.Errorf("%s is %s, whole %q", label, short, whole)
		}
	}
}
