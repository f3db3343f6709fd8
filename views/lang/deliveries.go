package lang

// What the page of deliveries that were kept apart says.
var deliveryEntries = []entry{
	{English: "Deliveries kept apart", Traditional: "另行保存的接收記錄", Simplified: "另行保存的接收记录"},
	{English: "What CINNOX sent with a good key and could not be understood, byte for byte. Each was answered 200; none is on the board or in the numbers.",
		Traditional: "CINNOX 以有效金鑰傳送、但無法理解的內容，逐位元組保存。每項均已回覆 200；全部不在看板或數字之內。",
		Simplified:  "CINNOX 用有效密钥发送、但无法理解的内容，逐字节保存。每项均已回复 200；全部不在看板或数字之内。"},
	{English: "Put all through again", Traditional: "全部重新處理", Simplified: "全部重新处理"},
	{English: "After an upgrade, or a change of the services that are taken, more may be understood. Nothing is lost by trying.",
		Traditional: "升級後，或更改所接收的服務後，可能有更多內容可以理解。嘗試不會遺失任何資料。",
		Simplified:  "升级后，或更改所接收的服务后，可能有更多内容可以理解。尝试不会丢失任何数据。"},
	{English: "There was nothing to put through again.", Traditional: "沒有需要重新處理的內容。", Simplified: "没有需要重新处理的内容。"},
	{English: "Put through again: %d. Understood now: %d. Still kept apart: %d.", Traditional: "已重新處理：%d。現可理解：%d。仍另行保存：%d。", Simplified: "已重新处理：%d。现可理解：%d。仍另行保存：%d。"},
	{English: "Nothing was kept apart", Traditional: "沒有另行保存的內容", Simplified: "没有另行保存的内容"},
	{English: "Nothing matches these filters.", Traditional: "沒有符合這些篩選條件的內容。", Simplified: "没有符合这些筛选条件的内容。"},
	{English: "Every delivery so far was understood.", Traditional: "至今所有接收內容均可理解。", Simplified: "至今所有接收内容均可理解。"},
	{English: "Received", Traditional: "接收時間", Simplified: "接收时间"},
	{English: "Reason", Traditional: "原因", Simplified: "原因"},
	{English: "Detail", Traditional: "詳情", Simplified: "详情"},
	{English: "Key", Traditional: "金鑰", Simplified: "密钥"},
	{English: "Understood since", Traditional: "其後解讀時間", Simplified: "其后解读时间"},
	{English: "Body", Traditional: "內容", Simplified: "内容"},
	{English: "%d bytes", One: "1 byte", Traditional: "%d 位元組", Simplified: "%d 字节"},
	{English: "By day and reason", Traditional: "按日期及原因", Simplified: "按日期及原因"},
	{English: "Deliveries kept apart by day and reason", Traditional: "按日期及原因另行保存的接收記錄", Simplified: "按日期及原因另行保存的接收记录"},
	{English: "Kept apart", Traditional: "另行保存", Simplified: "另行保存"},
	{English: "Not yet understood", Traditional: "仍未能理解", Simplified: "仍未能理解"},
}
