package localpg

// leaveOrphans makes a killed owner leave its server running, as on macOS.
func leaveOrphans() { parentDeath = 0 }
