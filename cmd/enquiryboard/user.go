package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"strings"
	"text/tabwriter"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
)

type userCmd struct {
	Add     userAddCmd     `cmd:"" help:"Create an account."`
	List    userListCmd    `cmd:"" help:"List all accounts."`
	Passwd  userPasswdCmd  `cmd:"" help:"Set a password, and end the account's sessions."`
	Disable userDisableCmd `cmd:"" help:"Close an account, and end its sessions."`
}

type account struct {
	Who   string `arg:"" name:"e-mail" optional:"" help:"Whose account."`
	Email string `placeholder:"E-MAIL" help:"The same, as a flag."`
}

// AfterApply takes either.
func (a *account) AfterApply() error {
	if (a.Who == "") == (a.Email == "") {
		return errors.New("whose account? Give --email name@example.com")
	}
	a.Email += a.Who
	return nil
}

// password comes on standard input only: what stands on a command line is seen
// by every user of the machine.
type password struct {
	PasswordStdin bool `help:"Read the password from the first line of standard input."`
}

func (p password) read(in *invocation, email string) (hash string, err error) {
	if !p.PasswordStdin {
		return "", usagef("where is the password? Give it on standard input, with --password-stdin")
	}
	line, err := bufio.NewReader(io.LimitReader(in.stdin, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	word := strings.TrimRight(line, "\r\n")
	if err := access.CheckNewPassword(email, word); err != nil {
		return "", err
	}
	return access.HashPassword(word)
}

type userAddCmd struct {
	account
	password
	Role string `required:"" enum:"viewer,supervisor,admin" help:"What the account may do: viewer, supervisor or admin."`
}

func (c userAddCmd) Run(in *invocation) error {
	if a, err := mail.ParseAddress(c.Email); err != nil || a.Address != c.Email {
		return usagef("%q is not an e-mail address: write it like name@example.com", c.Email)
	}
	hash, err := c.read(in, c.Email)
	if err != nil {
		return err
	}
	return in.settingUp(func(ctx context.Context, db *database) error {
		u, err := db.CreateUser(ctx, c.Email, access.Role(c.Role), hash)
		if errors.Is(err, store.ErrExists) {
			return fmt.Errorf("%s has an account already: use user passwd for a new password", c.Email)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(in.stdout, "created %s (%s)\n", u.Email, u.Role)
		return nil
	})
}

type userListCmd struct{}

func (userListCmd) Run(in *invocation) error {
	return in.with(func(ctx context.Context, db *database) error {
		users, err := db.Users(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(in.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "E-MAIL\tROLE\tCREATED\tDISABLED")
		for _, u := range users {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", u.Email, u.Role, when(u.CreatedAt), when(u.DisabledAt))
		}
		return w.Flush()
	})
}

type userPasswdCmd struct {
	account
	password
}

func (c userPasswdCmd) Run(in *invocation) error {
	hash, err := c.read(in, c.Email)
	if err != nil {
		return err
	}
	return in.with(func(ctx context.Context, db *database) error {
		if err := db.SetPassword(ctx, c.Email, hash); err != nil {
			return c.known(err)
		}
		fmt.Fprintln(in.stdout, "set the password of", c.Email)
		return nil
	})
}

type userDisableCmd struct{ account }

func (c userDisableCmd) Run(in *invocation) error {
	return in.with(func(ctx context.Context, db *database) error {
		if err := db.DisableUser(ctx, c.Email); err != nil {
			return c.known(err)
		}
		fmt.Fprintln(in.stdout, "disabled", c.Email)
		return nil
	})
}

func (a account) known(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%s has no account: user list shows who has", a.Email)
	}
	return err
}
