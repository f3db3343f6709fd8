//go:build !unix

package web

const writesAtOnce = false

func (o *outlet) writeAtOnce(uintptr) bool { return true }
