package ckan

import (
	"fmt"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/account"
	"trio.example/catalog/schema"
)

// emailPattern is what an e-mail address looks like to CKAN.
var emailPattern = schema.EmailPattern

const (
	minPassword = 8
	maxPassword = 1000 // hashing a longer one would be work for nothing
	maxAbout    = 20_000
)

// draftUser takes the arguments over into the account. What is left out is kept;
// whole means that the address must be given all the same (user_create,
// user_update).
func (s *Service) draftUser(tx catalog.WriteTx, c *Call, u *catalog.User, whole bool) error {
	f := faults{}
	isNew := u.Name == ""
	if err := draftUserName(tx, c, u, isNew, f); err != nil {
		return err
	}
	draftUserEmail(tx, c.Args, u, whole, f)
	hashed := c.Args.String("password_hash")
	if hashed != "" && c.Actor.Sysadmin {
		if !account.Takeable(hashed) {
			f.add("password_hash", "Only hashes of argon2id and CKAN's of pbkdf2-sha512 can be taken over")
		}
		u.Password = hashed
	} else if err := draftPassword(c.Args, u, isNew, f); err != nil {
		return err
	}
	text := func(key string, to *string, max int) {
		if c.Args[key] == nil {
			return
		}
		v := c.Args.String(key)
		if len([]rune(v)) > max {
			f.add(key, fmt.Sprintf("Must be a maximum of %d characters long", max))
			return
		}
		*to = v
	}
	text("fullname", &u.FullName, 300)
	text("about", &u.About, maxAbout)
	before := u.ImageURL
	text("image_url", &u.ImageURL, 2000)
	switch name, changes, err := draftPicture(tx, c, u.ID, before, isNew, f); {
	case err != nil:
		return err
	case changes:
		u.ImageURL = name
	}
	if strings.Contains(u.About, "http://") || strings.Contains(u.About, "https://") {
		f.add("about", "Edit not allowed as it looks like spam. Please avoid links in your description.")
	}
	draftPluginExtras(c.Args, f)
	if c.Actor.Sysadmin {
		s.draftUserRights(c, u, f)
	}
	return f.err()
}

func draftUserName(tx catalog.Tx, c *Call, u *catalog.User, isNew bool, f faults) error {
	name := c.Args["name"]
	if name == nil && !isNew {
		return nil
	}
	text, isText := name.(string)
	switch {
	case name == nil, isNew && name == "":
		f.add("name", "Missing value")
		return nil
	case !isText:
		f.add("name", "Names must be strings", "User names must be strings")
		return nil
	case !isNew && text == u.Name:
		return nil
	}
	if message := nameFault(text); message != "" {
		f.add("name", message)
	}
	other, err := tx.User(text)
	switch {
	case err == nil && other.ID != u.ID:
		f.add("name", "The username is already associated with another account. Please use a different username.")
	case err != nil && catalog.KindOf(err) != catalog.KindNotFound:
		return err
	case !isNew && !c.Actor.Sysadmin:
		f.add("name", "That login name can not be modified.")
	}
	if f["name"] == nil {
		u.Name = text
	}
	return nil
}

// nameFault is the first thing that is wrong with a name, in CKAN's words.
func nameFault(name string) string {
	if name == "" {
		return "Must be at least 2 characters long"
	}
	if found := catalog.CheckName(name); len(found) > 0 {
		return found[0].Message.In("en")
	}
	return ""
}

func draftUserEmail(tx catalog.Tx, args Args, u *catalog.User, whole bool, f faults) {
	if !args.Has("email") && !whole {
		return
	}
	email := strings.TrimSpace(args.String("email"))
	if email == "" {
		f.add("email", "Missing value")
		return
	}
	if !emailPattern.MatchString(email) || len(email) > 254 {
		f.add("email", fmt.Sprintf("Email %s is not a valid format", email))
		return
	}
	users, err := tx.Users()
	if err != nil {
		f.add("email", "could not be checked")
		return
	}
	for _, o := range users {
		if o.ID != u.ID && o.State != catalog.StateDeleted && strings.EqualFold(o.Email, email) {
			f.add("email", fmt.Sprintf("The email address '%s' belongs to a registered user.", strings.ToLower(email)))
			return
		}
	}
	u.Email = email
}

func draftPassword(args Args, u *catalog.User, isNew bool, f faults) error {
	value, given := args["password"]
	text, isText := value.(string)
	switch {
	case !given || (isText && text == ""):
		if isNew {
			f.add("password", "Missing value")
		}
		return nil
	case !isText:
		f.add("password", "Passwords must be strings")
		if isNew && value == nil {
			f.add("password", "Missing value")
		}
		return nil
	case len([]rune(text)) < minPassword:
		f.add("password", "Your password must be 8 characters or longer")
		return nil
	case len(text) > maxPassword:
		f.add("password", fmt.Sprintf("Your password must be at most %d characters long", maxPassword))
		return nil
	}
	if len(f) > 0 {
		return nil // hashing costs; not for an account that is refused anyway
	}
	hash, err := account.Hash(text)
	u.Password = hash
	return err
}

// draftPluginExtras refuses plugin_extras that are no object, whoever sends them.
func draftPluginExtras(args Args, f faults) {
	if _, isObject := args["plugin_extras"].(map[string]any); !isObject && !args.Empty("plugin_extras") {
		f.add("plugin_extras", "The value should be a valid JSON object")
	}
}

// draftUserRights takes what only system administrators may set.
func (s *Service) draftUserRights(c *Call, u *catalog.User, f faults) {
	if c.Args.Has("sysadmin") {
		if want := c.Args.Bool("sysadmin", false); want != u.Sysadmin {
			switch {
			case u.ID == c.Actor.UserID:
				f.add("sysadmin", "Cannot modify your own sysadmin privileges")
			case s.isSiteUser(u):
				f.add("sysadmin", "Cannot modify sysadmin privileges for system user")
			default:
				u.Sysadmin = want
			}
		}
	}
	if st := c.Args.String("state"); st != "" {
		switch st {
		case "active", "deleted", "pending":
			u.State = catalog.State(st)
		default:
			f.add("state", "State must be active, pending or deleted")
		}
	}
	if extras, ok := c.Args["plugin_extras"].(map[string]any); ok {
		u.PluginExtras = plain(extras)
	}
}
