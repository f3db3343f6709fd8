package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

const (
	looked   = 200                    // enquiries that each way of looking finds, before the scope
	longest  = 40                     // characters of a number that is looked for by its typos
	partTime = 100 * time.Millisecond // each, for what has a part of it
)

// nearest gives enquiries of the scope whose case numbers are nearest to a key
// that was searched for in vain, the nearest first: those a typing mistake away,
// those that have it without its hyphens and the like, those that have its end
// in them, those that begin most like it.
//
// Each way costs the same however many enquiries there are. Trigram similarity
// would not: numbers in a series share most of their trigrams, so that among ten
// million enquiries it is drawn of 300,000 rows, in 0.8 s.
func nearest(ctx context.Context, tx pgx.Tx, scope enquiry.Scope, key string, limit int) (found []enquiry.Enquiry, err error) {
	if key == "" || !isStorable(key) {
		return nil, nil
	}
	for _, look := range []func() ([]enquiry.Enquiry, error){
		func() ([]enquiry.Enquiry, error) { return typos(ctx, tx, scope, key) },
		func() ([]enquiry.Enquiry, error) { return bare(ctx, tx, scope, key, limit) },
		func() ([]enquiry.Enquiry, error) { return tails(ctx, tx, scope, key, limit) },
		func() ([]enquiry.Enquiry, error) { return beside(ctx, tx, scope, key) },
	} {
		es, err := look()
		if err != nil {
			return nil, err
		}
		for _, e := range es {
			if len(found) < limit && !slices.ContainsFunc(found, func(f enquiry.Enquiry) bool { return f.Key == e.Key }) {
				found = append(found, e)
			}
		}
	}
	return found, judge(ctx, tx, found, time.Now())
}

// near reads what a condition on enquiries e selects, and then what of that is
// in the scope: a scope that is rare must not make the search long.
func near(ctx context.Context, tx pgx.Tx, scope enquiry.Scope, a arguments, condition, order string) ([]enquiry.Enquiry, error) {
	return all(ctx, tx, scanEnquiry, `
		SELECT `+enquiryColumnsE+` FROM (
			SELECT * FROM enquiries e WHERE `+condition+` ORDER BY `+order+` LIMIT `+a.bind(looked)+`
		) e WHERE `+within(scope, &a), a...)
}

// typos are the enquiries whose numbers are one mistake away: a character too
// many, too few or wrong, or two swapped. They are some 80 numbers for each
// character of the key, each a probe of an index: 1.4 ms for 12.
func typos(ctx context.Context, tx pgx.Tx, scope enquiry.Scope, key string) ([]enquiry.Enquiry, error) {
	if utf8.RuneCountInString(key) > longest {
		return nil, nil
	}
	return near(ctx, tx, scope, arguments{mistaken(key)}, `e.case_key IN (SELECT unnest($1::text[]))`, `e.case_key, e.service_id, e.eid`)
}

// mistyped are the characters that may be missing or wrong.
const mistyped = "0123456789abcdefghijklmnopqrstuvwxyz-"

// mistaken are the keys one mistake away from key.
func mistaken(key string) []string {
	var keys []string
	r := []rune(key)
	join := func(parts ...[]rune) { keys = append(keys, string(slices.Concat(parts...))) }
	for i := range len(r) + 1 {
		before, after := r[:i], r[i:]
		for _, c := range mistyped {
			join(before, []rune{c}, after)
			if len(after) > 0 {
				join(before, []rune{c}, after[1:])
			}
		}
		if len(after) > 0 {
			join(before, after[1:])
		}
		if len(after) > 1 {
			join(before, []rune{after[1], after[0]}, after[2:])
		}
	}
	slices.Sort(keys)
	return slices.DeleteFunc(slices.Compact(keys), func(k string) bool { return k == "" || k == key })
}

// bare are the enquiries whose numbers have the letters and digits of key in them.
func bare(ctx context.Context, tx pgx.Tx, scope enquiry.Scope, key string, limit int) ([]enquiry.Enquiry, error) {
	plain := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, key)
	if plain == key || plain == "" {
		return nil, nil
	}
	return having(ctx, tx, scope, plain, limit)
}

// tails are the enquiries whose numbers have the end of key in them, the longest
// end that any has.
func tails(ctx context.Context, tx pgx.Tx, scope enquiry.Scope, key string, limit int) (es []enquiry.Enquiry, err error) {
	r := []rune(key)
	for n := min(6, len(r)-1); n >= 3 && len(es) == 0 && err == nil; n-- {
		es, err = having(ctx, tx, scope, string(r[len(r)-n:]), limit)
	}
	return es, err
}

// having are enquiries whose numbers have part in them; none where finding them
// takes too long.
func having(ctx context.Context, tx pgx.Tx, scope enquiry.Scope, part string, limit int) (es []enquiry.Enquiry, err error) {
	f := enquiry.Filter{Scope: scope, Cases: []string{part}}
	_, err = timed(ctx, tx, partTime, func(tx pgx.Tx) error {
		es, err = readPage(ctx, tx, f, Page{Sort: HighestNumber, Limit: limit}, nil, 0)
		return err
	})
	return es, err
}

// beside are the enquiries on both sides of key in the order of numbers, where
// those are that have the longest beginning in common with it; at least half.
func beside(ctx context.Context, tx pgx.Tx, scope enquiry.Scope, key string) ([]enquiry.Enquiry, error) {
	r := []rune(key)
	begins := string(r[:(len(r)+1)/2])
	below, err := near(ctx, tx, scope, arguments{begins, key}, `e.case_key >= $1 AND e.case_key < $2`, `e.case_key DESC, e.service_id DESC, e.eid DESC`)
	if err != nil {
		return nil, err
	}
	above, err := near(ctx, tx, scope, arguments{begins + beyond, key}, `e.case_key <= $1 AND e.case_key > $2`, `e.case_key, e.service_id, e.eid`)
	es := append(below, above...)
	slices.SortStableFunc(es, func(a, b enquiry.Enquiry) int {
		return cmp.Compare(inCommon(key, b.CaseNumber), inCommon(key, a.CaseNumber))
	})
	return es, err
}

// inCommon is how long a beginning a key and a case number share.
func inCommon(key, number string) int {
	other := enquiry.CaseKey(number)
	n := 0
	for n < len(key) && strings.HasPrefix(other, key[:n+1]) {
		n++
	}
	return n
}
