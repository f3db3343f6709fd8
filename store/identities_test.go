package store_test

import (
	"testing"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

func TestIdentities(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	ann, other := store.Identity{Issuer: "https://a.example", Subject: "1"}, store.Identity{Issuer: "https://b.example", Subject: "1"}
	u, err := s.CreateUserOf(ctx, ann, "ann@example.com", access.Viewer, enquiry.Scope{})
	must(t, err)
	if found, err := s.UserByIdentity(ctx, ann); err != nil || found.ID != u.ID || found.PasswordHash != "" || found.Identity != ann {
		t.Errorf("found %+v, %v", found, err)
	}
	_, err = s.UserByIdentity(ctx, other) // the same subject elsewhere is somebody else
	is(t, err, store.ErrNotFound)
	_, err = s.CreateUserOf(ctx, ann, "ann2@example.com", access.Viewer, enquiry.Scope{})
	is(t, err, store.ErrExists)
	_, err = s.CreateUserOf(ctx, other, "Ann@example.com", access.Viewer, enquiry.Scope{})
	is(t, err, store.ErrExists)

	_, err = s.CreateUser(ctx, "bob@example.com", access.Viewer, "hash")
	must(t, err)
	_, err = s.UserByIdentity(ctx, store.Identity{}) // nobody's
	is(t, err, store.ErrNotFound)
	is(t, s.Connect(ctx, "bob@example.com", ann), store.ErrExists)
	must(t, s.Connect(ctx, "Bob@example.com", other))
	is(t, s.Connect(ctx, "bob@example.com", store.Identity{Issuer: "https://c.example", Subject: "1"}), store.ErrNotFound)
	if found, err := s.UserByIdentity(ctx, other); err != nil || found.Email != "bob@example.com" || found.PasswordHash != "" {
		t.Errorf("bob is %+v, %v", found, err)
	}
	must(t, s.Disconnect(ctx, "bob@example.com"))
	_, err = s.UserByIdentity(ctx, other)
	is(t, err, store.ErrNotFound)
}
