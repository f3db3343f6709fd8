package web

import (
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// badTexts are what is said to be wrong with a parameter, where people meet it on
// a page. Package enquiry and store know no languages, and say it in English.
var badTexts = []lang.Text{
	"is not a parameter here: use %s", "is given more than once: give one", "is given %d times: give at most %d", "is empty: leave it out",
	"has a value of %d bytes: %d is the most", "has a value that is not text: write it in UTF-8, without NUL",
	"%q is not a time of an enquiry: use opened, handling, missed or closed",
	"%q has nothing to look for: write a case number or a part of one", "%q is neither true nor false", "%q is not a status to ask for: use %s",
	"%q is not a time zone: use an IANA name such as Asia/Hong_Kong or UTC",
	"%q is not a time: write 2006-01-02 or 2006-01-02T15:04:05+08:00 (in an address, + is written %%2B)",
	"is before from: choose a later one", "this is not a place in a list; begin again at the first page",
	"this place belongs to a list in another order; begin again at the first page", "must be one of opened, -opened, case, -case, wait, -wait, handle and -handle", "is an order that takes too long for so many enquiries: choose a shorter period, more filters or another order",
	"begins more than 30 years before the end: days and hours are told apart in a shorter period",
	"reports count the enquiries opened in a period: leave it out", "%q is not one of %s", "must be 1, or left out", "must be a number from %d to %d",
	"is not a parameter here: a wall link shows the views that it was made with",
	"is not a moment: write 2006-01-02T15:04:05+08:00 (in an address, + is written %%2B)", "is missing: say which moment",
	"has not been yet: choose a moment that has", "is before at: nothing was known then of what had not happened",
}

// badText says in a language what is wrong with a parameter.
func badText(l lang.Lang, bad *enquiry.BadParameter) string {
	return bad.Name + ": " + l.T(lang.Text(bad.Reason), bad.Args...)
}

// fieldText says it beside a form, whose fields have names that people read.
func fieldText(l lang.Lang, bad *enquiry.BadParameter) string {
	fields := map[string]lang.Text{"q": "Case number", "tz": "Zone"}
	if field, ok := fields[bad.Name]; ok {
		return l.T(field) + ": " + l.T(lang.Text(bad.Reason), bad.Args...)
	}
	return badText(l, bad)
}
