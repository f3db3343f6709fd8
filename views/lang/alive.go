package lang

// What is said about whether deliveries still come.
var aliveEntries = []entry{
	{English: "Events again since %s, after %s of silence", Traditional: "%s 起再有事件，此前靜默 %s", Simplified: "%s 起再有事件，此前静默 %s"},
	{English: "Quiet, as usual at %s", Traditional: "靜默，%s 一向如此", Simplified: "安静，%s 一向如此"},
	{English: "Nothing yet; by now there are usually %s enquiries. Closed today, or nothing comes through",
		Traditional: "尚無事件；平常此時已有 %s 個查詢。今日休息，或通知未能送達", Simplified: "尚无事件；平常此时已有 %s 个咨询。今天休息，或通知未能送达"},
	{English: "Silent for %s; too little is known yet to say whether that is usual (%d of 7 days)",
		Traditional: "靜默 %s；資料仍少，未能判斷是否正常（7 天中已有 %d 天）", Simplified: "静默 %s；数据尚少，无法判断是否正常（7 天中已有 %d 天）"},
	{English: "Silent for %s, which happens less than once in %s such hours",
		Traditional: "靜默 %s，同類時段中每 %s 小時不到一次", Simplified: "静默 %s，同类时段中每 %s 小时不到一次"},
	{English: "Silent for %s, which happens about once in %s such hours",
		Traditional: "靜默 %s，同類時段中約每 %s 小時一次", Simplified: "静默 %s，同类时段中约每 %s 小时一次"},
	{English: "%d s", Traditional: "%d 秒", Simplified: "%d 秒"},
	{English: "%d h", Traditional: "%d 小時", Simplified: "%d 小时"},
}
