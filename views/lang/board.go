package lang

// What the live board says.
var boardEntries = []entry{
	{English: "Waiting for", Traditional: "已等候", Simplified: "已等待"},
	{English: "Being handled for", Traditional: "已處理", Simplified: "已处理"},
	{English: "Waited until it was missed", Traditional: "未接前的等候時間", Simplified: "未接前的等待时间"},
	{English: "longest wait first", Traditional: "等候最久者先", Simplified: "等待最久者在先"},
	{English: "longest first", Traditional: "最久者先", Simplified: "最久者在先"},
	{English: "last hour", Traditional: "過去一小時", Simplified: "过去一小时"},
	{English: "Nobody is waiting.", Traditional: "沒有人在等候。", Simplified: "没有人在等待。"},
	{English: "Nobody is being handled.", Traditional: "沒有查詢在處理中。", Simplified: "没有咨询在处理中。"},
	{English: "None missed in the last hour.", Traditional: "過去一小時沒有未接。", Simplified: "过去一小时没有未接。"},
	{English: "None closed in the last hour.", Traditional: "過去一小時沒有結束。", Simplified: "过去一小时没有结束。"},
}
