package views

import (
	"maps"
	"net/url"

	"github.com/enquiryboard/enquiryboard/views/lang"
)

// Files is what can be downloaded of what a filter selects.
type Files []FileGroup

// FileGroup is one content, in each of its formats.
type FileGroup struct {
	Name, Note lang.Text
	Counted    string // whose head says how many rows there are
	Formats    []FileLink
}

// FileLink is a file.
type FileLink struct {
	Text lang.Text
	Href string
}

// FilesOf are the files of what a query selects.
func FilesOf(query url.Values) Files {
	group := func(name, note lang.Text, path string) FileGroup {
		link := func(text lang.Text, format string, options ...string) FileLink {
			q := maps.Clone(query)
			for _, o := range options {
				q.Set(o, "1")
			}
			return FileLink{text, path + format + "?" + q.Encode()}
		}
		return FileGroup{name, note, link("", ".csv", "count").Href, []FileLink{
			link("CSV", ".csv"), link("CSV for Excel", ".csv", "bom", "local"), link("NDJSON", ".ndjson"),
		}}
	}
	return Files{
		group("Enquiries", "One row for each enquiry, as it is now.", "/enquiries"),
		group("Transitions", "One row for each notification of these enquiries, duplicates included.", "/transitions"),
	}
}
