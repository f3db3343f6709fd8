package lang

// What stands around every page.
var frameEntries = []entry{
	{English: "Skip to content", Traditional: "跳至內容", Simplified: "跳转到内容"},
	{English: "Main", Traditional: "主選單", Simplified: "主菜单"},
	{English: "Board", Traditional: "看板", Simplified: "看板"},
	{English: "Enquiries", Traditional: "查詢", Simplified: "咨询"},
	{English: "Deliveries", Traditional: "接收記錄", Simplified: "接收记录"},
	{English: "Settings", Traditional: "設定", Simplified: "设置"},
	{English: "Case number", Traditional: "個案編號", Simplified: "个案编号"},
	{English: "Search by case number", Traditional: "按個案編號搜尋", Simplified: "按个案编号搜索"},
	{English: "Demo", Traditional: "示範", Simplified: "演示"},
	{English: "The traffic is made up, and nobody has to sign in.", Traditional: "流量是虛構的，無需登入。", Simplified: "流量是虚构的，无需登录。"},
	{English: "Your account: %s, %s", Traditional: "你的帳戶：%s，%s", Simplified: "你的账户：%s，%s"},
	{English: "Sign out", Traditional: "登出", Simplified: "退出登录"},
	{English: "Go to the board", Traditional: "前往看板", Simplified: "前往看板"},
	{English: "Viewer", Traditional: "檢視者", Simplified: "查看者"},
	{English: "Supervisor", Traditional: "主管", Simplified: "主管"},
	{English: "Administrator", Traditional: "管理員", Simplified: "管理员"},
}
