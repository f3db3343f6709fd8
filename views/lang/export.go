package lang

// What is said about files.
var exportEntries = []entry{
	{English: "This takes no parameters.", Traditional: "此處不接受任何參數。", Simplified: "此处不接受任何参数。"},
	{English: "You have no whole file of this name: it was cut, is still being written, or is older than a month.", Traditional: "你沒有此名稱的完整檔案：檔案已中斷、仍在寫入，或已超過一個月。", Simplified: "你没有此名称的完整文件：文件已中断、仍在写入，或已超过一个月。"},
}
