//go:build !linux

package main

import "testing"

const fileLimits = false

func limitFiles(tb testing.TB, _ string, _ ...int) { tb.Fatal("limits of files are Linux's") }

func family(_ testing.TB, pid int) []int { return []int{pid} }
