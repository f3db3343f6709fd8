package lang

// What is said about files.
var exportEntries = []entry{
	{English: "This takes no parameters.", Traditional: "此處不接受任何參數。", Simplified: "此处不接受任何参数。"},
	{English: "You have no whole file of this name: it was cut, is still being written, or is older than a month.", Traditional: "你沒有此名稱的完整檔案：檔案已中斷、仍在寫入，或已超過一個月。", Simplified: "你没有此名称的完整文件：文件已中断、仍在写入，或已超过一个月。"},

	{English: "Export", Traditional: "匯出", Simplified: "导出"},
	{English: "Transitions", Traditional: "狀態變更", Simplified: "状态变更"},
	{English: "One row for each enquiry, as it is now.", Traditional: "每個查詢一行，以現時狀態為準。", Simplified: "每个咨询一行，以现在状态为准。"},
	{English: "One row for each notification of these enquiries, duplicates included.", Traditional: "這些查詢的每個通知一行，包括重複的通知。", Simplified: "这些咨询的每个通知一行，包括重复的通知。"},
	{English: "CSV", Traditional: "CSV", Simplified: "CSV"},
	{English: "CSV for Excel", Traditional: "Excel 適用 CSV", Simplified: "Excel 适用 CSV"},
	{English: "NDJSON", Traditional: "NDJSON", Simplified: "NDJSON"},
	{English: "For Excel: Chinese as it should be, and each time once more in local time, in columns at the end.", Traditional: "Excel 適用：中文可正確顯示，並在末端各欄以當地時間重複列出每個時間。", Simplified: "Excel 适用：中文可正确显示，并在末尾各列以当地时间重复列出每个时间。"},
	{English: "Download", Traditional: "下載", Simplified: "下载"},
	{English: "Progress of the download", Traditional: "下載進度", Simplified: "下载进度"},
	{English: "Cancel", Traditional: "取消", Simplified: "取消"},
	{English: "Try again", Traditional: "再試一次", Simplified: "再试一次"},
	{English: "Close", Traditional: "關閉", Simplified: "关闭"},

	{English: "%s rows", Traditional: "%s 行", Simplified: "%s 行"},
	{English: "about %s rows", Traditional: "約 %s 行", Simplified: "约 %s 行"},
	{English: "one row", Traditional: "1 行", Simplified: "1 行"},
	{English: "%s of %s rows · %s", Traditional: "%s／%s 行 · %s", Simplified: "%s/%s 行 · %s"},
	{English: "%s of about %s rows · %s", Traditional: "%s／約 %s 行 · %s", Simplified: "%s/约 %s 行 · %s"},
	{English: "Downloading…", Traditional: "正在下載…", Simplified: "正在下载…"},
	{English: "Saved. It is whole: its rows and its SHA-256 are those that were sent.", Traditional: "已儲存，檔案完整：行數及 SHA-256 均與傳送的一致。", Simplified: "已保存，文件完整：行数及 SHA-256 均与发送的一致。"},
	{English: "Cancelled. Nothing was saved.", Traditional: "已取消，沒有儲存任何內容。", Simplified: "已取消，没有保存任何内容。"},
	{English: "It broke off. Nothing was saved.", Traditional: "下載中斷，沒有儲存任何內容。", Simplified: "下载中断，没有保存任何内容。"},
}
