package views

import "github.com/enquiryboard/enquiryboard/views/lang"

// definition is a word on the screen and what it means.
type definition struct {
	id            string
	word, meaning lang.Text
}

type chapter struct {
	name  lang.Text
	intro lang.Text
	words []definition
}

// chapters are the words of all pages, each with its one meaning.
var chapters = []chapter{
	{
		"On the board now", "Everything here is as of the moment beside “Live”.",
		[]definition{
			{"waiting", "Waiting", "Enquiries whose state is Opened now, whatever day that began. One of yesterday that nobody picked up still waits."},
			{"longest-wait", "Longest wait", "How long the one that has waited longest has been in Opened, counted from when it last came there. Nobody waiting: –."},
			{"handling", "Handling", "Enquiries whose state is Handling now. The time beside each is since its last transition: a transfer or take-over begins it anew."},
			{"half-hour-ago", "30 min ago", "Beside the three totals: the same 30 minutes before, as it is known by now; a click shows the board of that moment. It is read twice a minute."},
			{"last-half-hour", "Answered, missed, 30 min", "Enquiries whose first Handling, or first Missed, was in the last 30 minutes, whenever they were opened; beside it those of the 30 minutes before."},
			{"today", "Today", "Of the enquiries opened since the day began: how many were answered and missed so far, their service level and waits; beside it the same of those opened yesterday until this time of day, as they stand now. They are read every few seconds."},
			{"last-hour", "Missed, Closed, last hour", "Enquiries that are Missed or Closed now, and became so within the last 60 minutes."},
			{"lost", "Probably lost", "Enquiries in Opened or Handling of which nothing was heard for longer than the limit of their channel, where one is set: they must have ended, and the notification of it was lost. They are in no number of those who wait or are handled, and in no longest wait; their state stays what CINNOX said last. Whatever is heard of one puts it back at once."},
			{"reconciled", "Noted as ended", "A supervisor can note of one that is probably lost that it has ended. It leaves the board and stays apart: it counts as probably lost, whatever the limits are, and never as closed; nothing that CINNOX sent is changed. Whatever is heard of it later ends that. Who noted it, and when, stands on its page."},
			{"silence", "Silent for …", "How rare it is that nothing comes for so long, at this hour of the week: from how many enquiries began in the same quarters of an hour of the last eight weeks, how much days differ, how lively it has been lately, and how long those in Handling usually stay there. What happens less than once in 1,000 such hours is an alarm. Hours in which the centre is usually closed are quiet as usual."},
		},
	},
	{
		"Of one enquiry", "A time or duration that does not exist is –, which is not zero.",
		[]definition{
			{"opened-at", "Opened, picked up, missed", "The first time it came into Opened, Handling and Missed."},
			{"closed-at", "Closed", "The last time it was closed; – while it is not, or was opened again."},
			{"wait", "Wait", "From the first Opened to the first Handling. One that was missed before anyone picked it up has no wait; if it was picked up later it has a recovery time instead."},
			{"handle-time", "Handle time", "Of a closed enquiry: all its time in Handling together. Time in which it waited again, as in a transfer, is left out."},
			{"time-to-miss", "Time to miss", "From the first Opened to the first Missed."},
			{"recovered", "Recovered", "Missed, and picked up after that. The recovery time is from the first Missed to that Handling. A recovered enquiry counts as missed and as answered."},
			{"duplicate", "Duplicate", "A notification that says what an earlier one said. It is kept and shown, and not counted."},
			{"clock", "Whose clock", "Times are CINNOX's dates. When all dates of an enquiry are the same, as CINNOX may send the date of the enquiry rather than of its change, they tell nothing about its course: then times are taken from when the notifications were received here. Each enquiry's page says which."},
		},
	},
	{
		"Of a period", "Lists, files and the API count the enquiries that were opened in the period; of one without Opened, its first transition decides.",
		[]definition{
			{"answered", "Answered, missed, closed", "How many reached Handling, Missed and Closed at any time. One enquiry can be in several."},
			{"missed-rate", "Missed rate", "Those missed and never picked up, out of all that were answered, missed or closed, each counted once."},
			{"service-level", "Service level", "Those picked up within the target wait (60 s unless set otherwise), out of all that were answered or missed. Those given up sooner than a set short time can be left out."},
			{"asa", "ASA", "Average speed of answer: the mean of all waits."},
			{"aht", "AHT", "Average handle time: the mean of all handle times. Means are always of all enquiries together, never of means."},
			{"percentiles", "Median, p90", "The wait that half, or nine in ten, stayed within; exact, between two neighbours by proportion."},
			{"day", "Day", "From midnight, or the set start of day, in the service's time zone. Days on which clocks change have 23 or 25 hours."},
		},
	},
	{
		"What is not here", "",
		[]definition{
			{"unknown", "Agents, customers, labels, satisfaction", "CINNOX does not send them with these notifications, so there is no panel for them, and nothing is guessed."},
		},
	},
}
