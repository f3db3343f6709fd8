package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
)

// keyFile is what is kept of the webhook keys beside the database: enough to
// check one, and not enough to make one up without the secret.
type keyFile struct {
	Epoch  string          `json:"epoch"`
	Secret []byte          `json:"secret"`
	Keys   map[string]bool `json:"keys"` // id → living
}

func readKeyFile(name string) (f keyFile, ok bool, err error) {
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return f, false, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &f)
	}
	if err == nil && len(f.Secret) != len(store.Installation{}.Secret) {
		err = errors.New("it holds no secret")
	}
	if err != nil {
		return keyFile{}, false, fmt.Errorf("cannot read the webhook keys in %s: %w (delete the file: the database has them)", name, err)
	}
	return f, true, nil
}

func (f keyFile) known() *knownKeys {
	inst := store.Installation{Epoch: f.Epoch, Secret: [32]byte(f.Secret)}
	return &knownKeys{installation: inst, ring: access.NewKeyring(inst.Secret), living: f.Keys}
}

// save writes what changed. That it cannot is no reason to refuse deliveries.
func (k *KeyCheck) save(known *knownKeys) {
	f := keyFile{known.installation.Epoch, known.installation.Secret[:], known.living}
	k.saving.Lock()
	defer k.saving.Unlock()
	if k.config.File == "" || reflect.DeepEqual(f, k.saved) {
		return
	}
	if err := f.write(k.config.File); err != nil {
		k.config.Log.Error("the webhook keys cannot be kept for when the database is away", "err", err)
		return
	}
	k.saved = f
}

// write replaces the file whole, so that a crash leaves the old one or the new.
func (f keyFile) write(name string) (err error) {
	b, err := json.Marshal(f)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".webhook-keys-*") // only its owner may read it
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(b)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}
