package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// query reads a request's query. Unlike URL.Query it drops nothing.
func query(r *http.Request) (url.Values, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, &fault{status: http.StatusBadRequest, message: "The address's query cannot be read: escape %% as %%25 and ; as %%3B."}
	}
	return q, nil
}

// filter reads a request's filter; dates in it are days of the services that it
// chooses. Names in also are left to the caller, who may give each once.
func (s *server) filter(r *http.Request, also ...string) (enquiry.Filter, url.Values, error) {
	q, err := query(r)
	if err != nil {
		return enquiry.Filter{}, nil, err
	}
	f, err := parseFilter(r, q, s.days(r, q), also...)
	return f, q, err
}

// parseFilter is enquiry.ParseFilter within what the request's visitor may see.
// No handler makes a filter in another way: a test sees to it.
func parseFilter(r *http.Request, q url.Values, days enquiry.Days, also ...string) (enquiry.Filter, error) {
	f, err := enquiry.ParseFilter(q, days, also...)
	f.Scope = who(r).Scope
	return f, err
}

// everything is the filter that selects all that the request's visitor may see.
func everything(r *http.Request) enquiry.Filter {
	return enquiry.Filter{By: enquiry.ByOpened, Zone: time.UTC, Scope: who(r).Scope}
}

// days are those of the services that a query chooses, or else of those that
// the visitor may see.
func (s *server) days(r *http.Request, q url.Values) enquiry.Days {
	services := q["service"]
	if len(services) == 0 {
		services = who(r).Scope.Services
	}
	return s.settings.get(r.Context()).days(services)
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
		return 0, &enquiry.BadParameter{Name: name, Reason: "must be a number from %d to %d", Args: []any{lowest, highest}}
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
				return nil, &enquiry.BadParameter{Name: name, Reason: "%q is not one of %s", Args: []any{word, strings.Join(allowed, ", ")}}
			}
			if !slices.Contains(out, word) {
				out = append(out, word)
			}
		}
	}
	return out, nil
}
