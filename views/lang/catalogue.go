package lang

import (
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message/catalog"
)

// entry is one text in every language. One is its English for exactly one,
// where its first argument is a count that English inflects by.
type entry struct {
	English, Traditional, Simplified string
	One                              string
}

// entries are all texts: a list for each room of the pages, in a file of its own.
var entries = [][]entry{
	reportEntries,
	badEntries,
	wallEntries,
	pastEntries,
	frameEntries,
	textEntries,
	boardEntries,
	lostEntries,
	aliveEntries,
	faultEntries,
	exportEntries,
	doorEntries,
	accountEntries,
	settingsEntries,
	rulesEntries,
	auditEntries,
	deliveryEntries,
	numbersEntries,
	cinnoxEntries,
	problemEntries,
	enquiriesEntries,
	enquiryEntries,
}

func catalogue() catalog.Catalog {
	b := catalog.NewBuilder(catalog.Fallback(language.English))
	for _, list := range entries {
		for _, e := range list {
			set(b, English, e.English, catalog.String(e.English))
			if e.One != "" {
				set(b, English, e.English, plural.Selectf(1, "%d", "=1", e.One, plural.Other, e.English))
			}
			set(b, Traditional, e.English, catalog.String(e.Traditional))
			set(b, Simplified, e.English, catalog.String(e.Simplified))
		}
	}
	return b
}

func set(b *catalog.Builder, l Lang, key string, m catalog.Message) {
	if err := b.Set(language.MustParse(string(l)), key, m); err != nil {
		panic(err) // a text of ours that is not well formed
	}
}
