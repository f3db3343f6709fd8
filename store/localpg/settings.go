//go:build unix

package localpg

import (
	"maps"
	"runtime"
	"slices"
)

// settings are the server's, as name=value. Durability is PostgreSQL's
// default: fsync, full_page_writes and synchronous_commit are on.
func settings(sock string, extra map[string]string) []string {
	all := map[string]string{
		"listen_addresses":        "",
		"unix_socket_directories": `"` + sock + `"`,
		"unix_socket_permissions": "0700",

		"max_connections":                     "100",
		"shared_buffers":                      "256MB",
		"max_wal_size":                        "2GB", // fewer checkpoints, so fewer full pages in the log
		"checkpoint_timeout":                  "15min",
		"random_page_cost":                    "1.1", // solid-state disks
		"jit":                                 "off", // compiling costs more than our queries take
		"idle_in_transaction_session_timeout": "5min",
		"timezone":                            "UTC",

		// The log must hold no personal data: no statements, no key values.
		"log_timezone":            "UTC",
		"log_min_error_statement": "panic",
		"log_error_verbosity":     "terse",
		"log_checkpoints":         "off",
	}
	if runtime.GOOS == "linux" {
		all["effective_io_concurrency"] = "32" // rows that an index finds all over a table are read from disk in a third of the time
	}
	maps.Copy(all, extra)
	var list []string
	for _, k := range slices.Sorted(maps.Keys(all)) {
		list = append(list, k+"="+all[k])
	}
	return list
}
