package site

import (
	"github.com/gin-gonic/gin"

	"trio.example/web/ui"
)

// accountRoutes adds the pages for people with an account.
func (s *Site) accountRoutes(r gin.IRouter, lang string) {
	get := func(path string, f func(*request) error) {
		h := s.page(lang, func(r *request) error { r.personal = true; return f(r) })
		r.GET(ui.Local(lang, path), h)
		r.HEAD(ui.Local(lang, path), h)
	}
	post := func(path string, f func(*request) error) { r.POST(ui.Local(lang, path), s.action(lang, f)) }
	both := func(path string, show, take func(*request) error) {
		get(path, show)
		post(path, take)
	}
	both("/user/login", (*request).signInPage, (*request).signIn)
	both("/user/factor", (*request).factorPage, (*request).factor)
	post("/user/logout", (*request).signOut)
	both("/user/reset", (*request).resetPage, (*request).askReset)
	both("/user/reset/new", (*request).ticketPage, (*request).useTicket)
	both("/user/invite", (*request).ticketPage, (*request).useTicket)

	post("/user/passkey/begin", (*request).passkeySignInBegin)
	post("/user/passkey", (*request).passkeySignIn)

	get("/dashboard", member((*request).dashboard))
	get("/account", member((*request).account))
	post("/account/password", member((*request).changePassword))
	post("/account/sessions", member((*request).endSessions))
	both("/account/factor", member((*request).totpPage), member((*request).totp))
	post("/account/factor/off", member((*request).totpOff))
	post("/account/recovery", member((*request).recovery))
	post("/account/passkey/begin", member((*request).passkeyBegin))
	post("/account/passkey", member((*request).passkeyAdd))
	post("/account/passkey/drop", member((*request).passkeyDrop))
	post("/account/token", member((*request).newToken))
	post("/account/token/drop", member((*request).dropToken))
	both("/account/invite", member((*request).invitePage), member((*request).invite))

	both("/admin/mail", admin((*request).mails), admin((*request).mailTest))
	both("/admin/mail/:id", admin((*request).mail), admin((*request).mailAgain))
}
