package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Create a token and print it, once."`
	List   tokenListCmd   `cmd:"" help:"List all tokens."`
	Revoke tokenRevokeCmd `cmd:"" help:"End a token."`
}

// naming is the name of what is being created.
type naming struct {
	Name string `required:"" help:"What it is for, in your words."`
}

func (n naming) check() error {
	if strings.TrimSpace(n.Name) == "" || strings.ContainsFunc(n.Name, func(r rune) bool { return r < ' ' }) {
		return usagef("--name: give it a name in one line")
	}
	return nil
}

// named is one of those that exist.
type named struct {
	Which string `arg:"" name:"name-or-id" optional:"" help:"Which one."`
	Name  string `help:"The same, as a flag."`
}

func (n named) which() (string, error) {
	if (n.Which == "") == (n.Name == "") {
		return "", usagef("which one? Give its name or id")
	}
	return n.Which + n.Name, nil
}

type tokenCreateCmd struct {
	naming
	Role string `required:"" enum:"viewer,supervisor,admin" help:"What the token may do: viewer, supervisor or admin."`
}

func (c tokenCreateCmd) Run(in *invocation) error {
	if err := c.check(); err != nil {
		return err
	}
	return in.settingUp(func(ctx context.Context, db *database) error {
		token := access.NewToken()
		_, err := db.CreateToken(ctx, c.Name, access.Role(c.Role), access.HashToken(token))
		if errors.Is(err, store.ErrExists) {
			return fmt.Errorf("there is a token called %q already: revoke it, or choose another name", c.Name)
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(in.stdout, token)
		return nil
	})
}

type tokenListCmd struct{}

func (tokenListCmd) Run(in *invocation) error {
	return in.with(func(ctx context.Context, db *database) error {
		tokens, err := db.Tokens(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(in.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tROLE\tCREATED\tLAST USED\tREVOKED\tID")
		for _, t := range tokens {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", t.Name, t.Role, when(t.CreatedAt), when(t.LastUsedAt), when(t.RevokedAt), t.ID)
		}
		return w.Flush()
	})
}

type tokenRevokeCmd struct{ named }

func (c tokenRevokeCmd) Run(in *invocation) error {
	which, err := c.which()
	if err != nil {
		return err
	}
	return in.with(func(ctx context.Context, db *database) error {
		err := db.RevokeToken(ctx, which)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("no living token is called %q: token list shows them", which)
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(in.stdout, "revoked", which)
		return nil
	})
}
