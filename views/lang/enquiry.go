package lang

// What the page of one enquiry says.
var enquiryEntries = []entry{
	{English: "Enquiry %s", Traditional: "查詢 %s", Simplified: "咨询 %s"},
	{English: "List", Traditional: "清單", Simplified: "列表"},
	{English: "Back to the list", Traditional: "返回清單", Simplified: "返回列表"},
	{English: "Previous", Traditional: "上一個", Simplified: "上一个"},
	{English: "Next", Traditional: "下一個", Simplified: "下一个"},
	{English: "Waiting now", Traditional: "現時等候", Simplified: "当前等待"},
	{English: "Since it last came into Opened.", Traditional: "由最近一次成為「待處理」起計。", Simplified: "从最近一次成为“待处理”起计。"},
	{English: "Handling now", Traditional: "現時處理", Simplified: "当前处理"},
	{English: "Since its last transition.", Traditional: "由最近一次狀態轉變起計。", Simplified: "从最近一次状态变化起计。"},
	{English: "From the first Missed to the Handling after it.", Traditional: "由首次「未接」至其後的「處理中」。", Simplified: "从首次“未接”到之后的“处理中”。"},

	// Its course.
	{English: "Timeline", Traditional: "時間線", Simplified: "时间线"},
	{English: "Follow-up", Traditional: "跟進", Simplified: "跟进"},
	{English: "Lasted", Traditional: "歷時", Simplified: "历时"},
	{English: "%s %s", Traditional: "%s %s", Simplified: "%s %s"},
	{English: "%s so far", Traditional: "至今 %s", Simplified: "至今 %s"},
	{English: "the end", Traditional: "完結", Simplified: "结束"},
	{English: "now", Traditional: "現在", Simplified: "现在"},
	{English: "then", Traditional: "轉到", Simplified: "转到"},
	{English: "By", Traditional: "作者", Simplified: "作者"},

	// What is unusual.
	{English: "Unusual", Traditional: "異常之處", Simplified: "异常之处"},
	{English: "Never opened: its first notification was probably lost, or sent before the subscription began.",
		Traditional: "從未進線：首個通知可能已遺失，或在訂閱開始之前已傳送。", Simplified: "从未进线：首个通知可能已丢失，或在订阅开始之前已发送。"},
	{English: "%s arrived %s before %s, which happened first.",
		Traditional: "「%[1]s」比「%[3]s」早 %[2]s送達，但後者發生在先。", Simplified: "“%[1]s”比“%[3]s”早 %[2]s送达，但后者发生在先。"},
	{English: "%s came after Closed, with no opening between: that notification was probably lost.",
		Traditional: "結束後出現「%s」，其間沒有重新進線：該通知可能已遺失。", Simplified: "结束后出现“%s”，其间没有重新进线：该通知可能已丢失。"},
	{English: "%d notifications were repeated. They are kept, and not counted.", One: "One notification was repeated. It is kept, and not counted.",
		Traditional: "有 %d 個重複的通知，已保存但不計算。", Simplified: "有 %d 个重复的通知，已保存但不计算。"},
	{English: "%d notifications have no date that can be used. The time of their receipt stands for it.", One: "One notification has no date that can be used. The time of its receipt stands for it.",
		Traditional: "有 %d 個通知沒有可用的日期，以接收時間代替。", Simplified: "有 %d 个通知没有可用的日期，以接收时间代替。"},
	{English: "%d dates are later than their receipt, by up to %s: CINNOX's clock or ours is wrong.", One: "One date is later than its receipt, by %[2]s: CINNOX's clock or ours is wrong.",
		Traditional: "有 %d 個日期比接收時間還要晚，最多相差 %s：CINNOX 或我們的時鐘有誤。", Simplified: "有 %d 个日期比接收时间还要晚，最多相差 %s：CINNOX 或我们的时钟有误。"},
	{English: "%d notifications were received long after their dates, by up to %s.", One: "One notification was received long after its date, by %[2]s.",
		Traditional: "有 %d 個通知在其日期之後很久才收到，最多相差 %s。", Simplified: "有 %d 个通知在其日期之后很久才收到，最多相差 %s。"},
	{English: "%s ms", Traditional: "%s 毫秒", Simplified: "%s 毫秒"},
	{English: "%s s", Traditional: "%s 秒", Simplified: "%s 秒"},

	// Facts, and the clock.
	{English: "About it", Traditional: "基本資料", Simplified: "基本资料"},
	{English: "Clock: CINNOX", Traditional: "時鐘：CINNOX", Simplified: "时钟：CINNOX"},
	{English: "Clock: receipt", Traditional: "時鐘：接收時間", Simplified: "时钟：接收时间"},
	{English: "Its times are the dates that CINNOX sent.", Traditional: "時間以 CINNOX 傳送的日期為準。", Simplified: "时间以 CINNOX 发送的日期为准。"},
	{English: "Every notification of this enquiry bears the same date, so how much later each was received than the first says how much later it happened.",
		Traditional: "此查詢的所有通知日期均相同，因此以各則通知比首則遲收到多久，作為遲發生多久。", Simplified: "此咨询的所有通知日期均相同，因此以各条通知比首条迟收到多久，作为迟发生多久。"},
	{English: "Where all notifications up to a reopening bear the same date, times are taken from when they were received here; elsewhere they are the dates that CINNOX sent.",
		Traditional: "如截至重新進線為止的所有通知日期均相同，則改用在此接收的時間；其餘以 CINNOX 傳送的日期為準。",
		Simplified:  "如截至重新进线为止的所有通知日期均相同，则改用在此接收的时间；其余以 CINNOX 发送的日期为准。"},

	// Notes.
	{English: "Notes", Traditional: "備註", Simplified: "备注"},
	{English: "Note by %s", Traditional: "%s 的備註", Simplified: "%s 的备注"},
	{English: "Nobody has noted anything.", Traditional: "暫時沒有備註。", Simplified: "暂时没有备注。"},
	{English: "Add a note", Traditional: "新增備註", Simplified: "新增备注"},
	{English: "Add note", Traditional: "新增備註", Simplified: "新增备注"},
	{English: "Everybody who may see this enquiry reads it. A note cannot be changed or deleted.",
		Traditional: "所有可檢視此查詢的人均可閱讀。備註不能更改或刪除。", Simplified: "所有可查看此咨询的人均可阅读。备注不能更改或删除。"},
	{English: "Write something first.", Traditional: "請先輸入內容。", Simplified: "请先输入内容。"},
	{English: "Write this in plain text.", Traditional: "請輸入純文字。", Simplified: "请输入纯文本。"},
	{English: "This is too long: it has %d characters, %d are the most.", Traditional: "太長：共 %d 個字元，上限為 %d 個。", Simplified: "太长：共 %d 个字符，上限为 %d 个。"},

	// What came in.
	{English: "Notifications received", Traditional: "收到的通知", Simplified: "收到的通知"},
	{English: "Happened", Traditional: "發生時間", Simplified: "发生时间"},
	{English: "Date as sent", Traditional: "原始日期", Simplified: "原始日期"},
	{English: "Delay", Traditional: "延遲", Simplified: "延迟"},
	{English: "From the date to the receipt", Traditional: "由日期至接收", Simplified: "从日期到接收"},
	{English: "Remark", Traditional: "註記", Simplified: "注记"},
	{English: "Late, after %s", Traditional: "遲到，在「%s」之後", Simplified: "迟到，在“%s”之后"},
	{English: "Payload", Traditional: "原始內容", Simplified: "原始内容"},
}
