package web_test

import (
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// lostAre says, in JavaScript, how many stand in the part of the lost.
const lostHidden, lostIsOne = `document.querySelector("#lost").hidden`,
	`!document.querySelector("#lost").hidden && document.querySelector("#lost .count").textContent === "1" && document.querySelector("#lost li > a").textContent === "A-1"`

func TestBoardSetsTheLostApart(t *testing.T) {
	s := newSite(t, asDemo)
	s.limit(4*time.Second, 0)
	p := openBoard(t, s.URL, "/")
	browsertest.Eval[bool](p, `window.same = true`)
	p.Poll(inList("Opened") + " && " + lostHidden)

	s.state("1", "Opened", time.Now())
	p.Poll(inList("Opened", "A-1") + ` && document.querySelector("#tiles").dataset.waiting === "1"`)
	p.Poll(inList("Opened") + ` && document.querySelector("#tiles").dataset.waiting === "0" && ` + lostIsOne) // with no event
	p.Accessible()
	p.Viewport(375, 800)
	p.Accessible()

	p.Click(`#lost li button`)
	p.Poll(lostHidden + " && " + inList("Opened"))
	s.state("1", "Handling", time.Now())
	p.Poll(lostHidden + " && " + inList("Handling", "A-1"))
	if !browsertest.Eval[bool](p, `window.same === true`) {
		t.Error("the page was loaded again")
	}
}
