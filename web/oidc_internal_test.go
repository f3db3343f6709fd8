package web

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
)

// liar is a provider that says whatever a test wants, which no honest one does.
type liar struct {
	*httptest.Server
	key      *ecdsa.PrivateKey
	signer   *ecdsa.PrivateKey // of id_tokens; key, if it is honest
	claims   map[string]any    // of id_tokens
	userinfo map[string]any
	noToken  bool
}

func newLiar(t *testing.T) *liar {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	l := &liar{key: key, signer: key}
	l.Server = httptest.NewServer(http.HandlerFunc(l.serve))
	t.Cleanup(l.Close)
	l.claims = map[string]any{
		"iss": l.URL, "sub": "u-17", "aud": "board", "nonce": "the nonce", "exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(),
		"email": "ann@example.com", "email_verified": true, "groups": []string{"staff"},
	}
	l.userinfo = map[string]any{"sub": "u-17", "groups": []string{"leads"}}
	return l
}

func (l *liar) serve(w http.ResponseWriter, r *http.Request) {
	var answer any
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		answer = map[string]any{"issuer": l.URL, "authorization_endpoint": l.URL + "/auth", "token_endpoint": l.URL + "/token",
			"jwks_uri": l.URL + "/keys", "userinfo_endpoint": l.URL + "/userinfo", "id_token_signing_alg_values_supported": []string{"ES256"}}
	case "/keys":
		answer = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &l.key.PublicKey, KeyID: "1", Algorithm: "ES256", Use: "sig"}}}
	case "/userinfo":
		answer = l.userinfo
	case "/token":
		token := map[string]any{"access_token": "a", "token_type": "Bearer"}
		if !l.noToken {
			token["id_token"] = l.idToken()
		}
		answer = token
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

func (l *liar) idToken() string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: l.signer, KeyID: "1"}}, nil)
	if err != nil {
		panic(err)
	}
	text, err := json.Marshal(l.claims)
	if err != nil {
		panic(err)
	}
	signed, err := signer.Sign(text)
	if err != nil {
		panic(err)
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return compact
}

func (l *liar) provider() *provider {
	return newProvider(&OIDC{Issuer: l.URL, ClientID: "board", ClientSecret: "x", Scopes: []string{"openid"}, GroupsClaim: "groups"}, "http://board.example")
}

func TestLiesOfAProvider(t *testing.T) {
	t.Parallel()
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, lie := range map[string]func(*liar){
		"another nonce":              func(l *liar) { l.claims["nonce"] = "another" },
		"no nonce":                   func(l *liar) { delete(l.claims, "nonce") },
		"for another client":         func(l *liar) { l.claims["aud"] = "another" },
		"of another issuer":          func(l *liar) { l.claims["iss"] = "https://evil.example" },
		"expired":                    func(l *liar) { l.claims["exp"] = time.Now().Add(-time.Hour).Unix() },
		"signed by a stranger":       func(l *liar) { l.signer = stranger },
		"no id_token":                func(l *liar) { l.noToken = true },
		"userinfo of somebody else":  func(l *liar) { delete(l.claims, "groups"); l.userinfo["sub"] = "u-18" },
		"userinfo without a subject": func(l *liar) { delete(l.claims, "email"); delete(l.userinfo, "sub") },
	} {
		l := newLiar(t)
		lie(l)
		if p, err := l.provider().person(t.Context(), "code", begun{Nonce: "the nonce", Verifier: strings.Repeat("v", 43)}); err == nil {
			t.Errorf("%s: it is believed that this is %+v", name, p)
		}
	}
}

func TestWhatAProviderSays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		claims, userinfo map[string]any
		want             person
	}{
		"all in the token":        {nil, nil, person{Email: "ann@example.com", Verified: true, Groups: []string{"staff"}}},
		"groups in the userinfo":  {map[string]any{"groups": nil}, nil, person{Email: "ann@example.com", Verified: true, Groups: []string{"leads"}}},
		"one group":               {map[string]any{"groups": "staff"}, nil, person{Email: "ann@example.com", Verified: true, Groups: []string{"staff"}}},
		"verified in words":       {map[string]any{"email_verified": "true"}, nil, person{Email: "ann@example.com", Verified: true, Groups: []string{"staff"}}},
		"not verified":            {map[string]any{"email_verified": false}, nil, person{Email: "ann@example.com", Groups: []string{"staff"}}},
		"nothing about it":        {map[string]any{"email_verified": nil}, nil, person{Email: "ann@example.com", Groups: []string{"staff"}}},
		"something else entirely": {map[string]any{"groups": map[string]any{"staff": true}, "email": 7, "email_verified": "yes"}, nil, person{}},
	} {
		l := newLiar(t)
		maps.Copy(l.claims, c.claims)
		maps.DeleteFunc(l.claims, func(_ string, v any) bool { return v == nil })
		got, err := l.provider().person(t.Context(), "code", begun{Nonce: "the nonce"})
		c.want.Identity = store.Identity{Issuer: l.URL, Subject: "u-17"}
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, c.want)
		}
	}
}

// The first grant that fits counts, whatever others there are.
func TestGrant(t *testing.T) {
	t.Parallel()
	p := &provider{OIDC: OIDC{Grants: []Grant{{Group: "b", Role: access.Viewer}, {Group: "a", Role: access.Admin}}}}
	for want, groups := range map[access.Role][]string{access.Viewer: {"a", "b"}, access.Admin: {"c", "a"}, "": {"A", "c", ""}} {
		if got, ok := p.grant(groups); got.Role != want || ok != (want != "") {
			t.Errorf("%v get %+v, %v", groups, got, ok)
		}
	}
}
