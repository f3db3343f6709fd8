package lang

// What the board of a past moment says.
var pastEntries = []entry{
	{English: "A past moment", Traditional: "過往時刻", Simplified: "过去时刻"},
	{English: "The board as it was an hour ago, and from there at any moment", Traditional: "一小時前的看板，可再轉到任何時刻", Simplified: "一小时前的看板，可再转到任何时刻"},
	{English: "Moment", Traditional: "時刻", Simplified: "时刻"},
	{English: "Play", Traditional: "播放", Simplified: "播放"},
	{English: "Stop", Traditional: "停止", Simplified: "停止"},
	{English: "Speed", Traditional: "速度", Simplified: "速度"},
	{English: "The minute in which most were waiting", Traditional: "等候中的查詢最多的一分鐘", Simplified: "等待中的咨询最多的一分钟"},
	{English: "Worst minute of this day", Traditional: "當日最差的一分鐘", Simplified: "当天最差的一分钟"},
	{English: "As known then", Traditional: "按當時所知", Simplified: "按当时所知"},
	{English: "As known now", Traditional: "按現時所知", Simplified: "按现在所知"},
	{English: "To the live board", Traditional: "返回即時看板", Simplified: "返回实时看板"},
	{English: "As it was known at %s.", Traditional: "按 %s 時所知。", Simplified: "按 %s 时所知。"},
	{English: "not on the board", Traditional: "不在看板上", Simplified: "不在看板上"},
	{English: "%s since %s", Traditional: "%s（自 %s）", Simplified: "%s（自 %s）"},
	{English: "then: %s; now: %s", Traditional: "當時：%s；現在：%s", Simplified: "当时：%s；现在：%s"},
	{English: "Numbers of this day", Traditional: "當日數字", Simplified: "当天数字"},
	{English: "−1 h", Traditional: "−1 小時", Simplified: "−1 小时"},
	{English: "−10 min", Traditional: "−10 分鐘", Simplified: "−10 分钟"},
	{English: "−1 min", Traditional: "−1 分鐘", Simplified: "−1 分钟"},
	{English: "+1 min", Traditional: "+1 分鐘", Simplified: "+1 分钟"},
	{English: "+10 min", Traditional: "+10 分鐘", Simplified: "+10 分钟"},
	{English: "+1 h", Traditional: "+1 小時", Simplified: "+1 小时"},
	{English: "This moment could not be read. Trying again…", Traditional: "讀取失敗，正在重試…", Simplified: "读取失败，正在重试…"},
	{English: "%d enquiries are known otherwise now.", One: "1 enquiry is known otherwise now.", Traditional: "現時有 %d 個查詢所知不同。", Simplified: "现在有 %d 个咨询所知不同。"},
}
