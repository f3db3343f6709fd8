//go:build unix && !linux

package localpg

func leaveOrphans() {}
