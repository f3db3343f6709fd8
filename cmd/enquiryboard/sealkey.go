package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/subscription"
)

// The key that a saved App Token is sealed under comes from the environment,
// which replicas must share, or is a file in the data directory.
const (
	envSealKey  = "ENQUIRYBOARD_SECRET_KEY"
	sealKeyFile = "secret.key"
)

// sealKey gives it; with make the file is made where there is none.
func sealKey(getenv func(string) string, dir string) func(make bool) (access.SealKey, error) {
	return func(make bool) (access.SealKey, error) {
		if text := getenv(envSealKey); text != "" {
			key, err := access.ParseSealKey(text)
			if err != nil {
				return key, fmt.Errorf("%s cannot be used: %w", envSealKey, err)
			}
			return key, nil
		}
		path := filepath.Join(dir, sealKeyFile)
		key, err := readSealKey(path)
		if !errors.Is(err, subscription.ErrNoSealKey) || !make {
			return key, err
		}
		if err := makeSealKey(path); err != nil {
			return key, fmt.Errorf("cannot make a key in the data directory: %w", err)
		}
		return readSealKey(path)
	}
}

// checkSealKey says at the start what would be noticed late.
func checkSealKey(getenv func(string) string) error {
	if getenv(envSealKey) == "" {
		return nil
	}
	if _, err := sealKey(getenv, "")(false); err != nil {
		return usageError{err.Error()}
	}
	return nil
}

func readSealKey(path string) (key access.SealKey, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return key, subscription.ErrNoSealKey
	}
	if err != nil {
		return key, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return key, fmt.Errorf("%s can be read by others: chmod 600 it, and think about a new App Token", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return key, err
	}
	if key, err = access.ParseSealKey(string(text)); err != nil {
		return key, fmt.Errorf("%s cannot be used: %w", path, err)
	}
	return key, nil
}

// makeSealKey makes the file whole, or leaves the one that somebody else has
// made meanwhile.
func makeSealKey(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), sealKeyFile+".*") // 0600 by itself
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = fmt.Fprintln(f, access.NewSealKey())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err = os.Link(f.Name(), path); errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}
