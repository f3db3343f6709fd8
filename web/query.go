package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// query reads a request's query. Unlike URL.Query it drops nothing.
func query(r *http.Request) (url.Values, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, &fault{status: http.StatusBadRequest, message: "The address's query cannot be read: escape % as %25 and ; as %3B."}
	}
	return q, nil
}

// filter reads a request's filter; dates in it are in the zone of the services
// that it chooses. Names in also are left to the caller, who may give each once.
func (s *server) filter(r *http.Request, also ...string) (enquiry.Filter, url.Values, error) {
	q, err := query(r)
	if err != nil {
		return enquiry.Filter{}, nil, err
	}
	f, err := enquiry.ParseFilter(q, s.settings.get(r.Context()).zone(q["service"]), also...)
	return f, q, err
}

// single is the value of a parameter that may be given once; "" where it is not given.
func single(q url.Values, name string) (string, error) {
	switch values := q[name]; {
	case len(values) == 0:
		return "", nil
	case len(values) > 1:
		return "", &enquiry.BadParameter{Name: name, Reason: "is given more than once: give one"}
	case values[0] == "":
		return "", &enquiry.BadParameter{Name: name, Reason: "is empty: leave it out"}
	default:
		return values[0], nil
	}
}

// number reads a parameter between lowest and highest.
func number(q url.Values, name string, lowest, highest, byDefault int) (int, error) {
	value, err := single(q, name)
	if err != nil || value == "" {
		return byDefault, err
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < lowest || n > highest {
		return 0, &enquiry.BadParameter{Name: name, Reason: "must be a number from " + strconv.Itoa(lowest) + " to " + strconv.Itoa(highest)}
	}
	return n, nil
}

// words reads a parameter whose values may be repeated or joined by commas;
// each must be one of the allowed.
func words(q url.Values, name string, allowed []string) ([]string, error) {
	var out []string
	for _, value := range q[name] {
		for word := range strings.SplitSeq(value, ",") {
			if !slices.Contains(allowed, word) {
				return nil, &enquiry.BadParameter{Name: name, Reason: strconv.Quote(word) + " is not one of " + strings.Join(allowed, ", ")}
			}
			if !slices.Contains(out, word) {
				out = append(out, word)
			}
		}
	}
	return out, nil
}
