package access

import (
	"reflect"
	"strings"
	"testing"
)

// Looking for an account that does not exist, or has no password, is the same
// work as for one that does: so the time says nothing.
func TestEveryCheckIsTheSameWork(t *testing.T) {
	hash, err := HashPassword("seven herons wade")
	if err != nil {
		t.Fatal(err)
	}
	nobody() // made once, when it is first needed
	type work struct {
		passes, memory uint32
		lanes          uint8
		password, salt int
		key            uint32
	}
	real := idKey
	defer func() { idKey = real }()
	var done []work
	idKey = func(password, salt []byte, passes, memory uint32, lanes uint8, key uint32) []byte {
		done = append(done, work{passes, memory, lanes, len(password), len(salt), key})
		return real(password, salt, passes, memory, lanes, key)
	}
	CheckPassword(hash, "seven herons wade")
	CheckPassword(hash, "seven herons Wade")
	CheckPassword("", "seven herons wade")
	CheckPassword(hash, strings.Repeat("x", 17))
	if len(done) != 4 {
		t.Fatalf("%d hashes for 4 checks", len(done))
	}
	for _, w := range done {
		if !reflect.DeepEqual(w, done[0]) {
			t.Errorf("another work: %+v, not %+v", w, done[0])
		}
	}
}

func BenchmarkCheckPassword(b *testing.B) {
	hash, err := HashPassword("seven herons wade")
	if err != nil {
		b.Fatal(err)
	}
	for name, h := range map[string]string{"known": hash, "unknown": ""} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				CheckPassword(h, "seven herons Wade")
			}
		})
	}
}
