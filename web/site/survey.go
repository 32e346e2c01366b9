package site

import (
	"github.com/gin-gonic/gin"

	"trio.example/web/ui"
)

// registerSurvey adds the pages of the survey: below /survey for data officers,
// below /s for whoever holds a link.
func (s *Site) registerSurvey(r gin.IRouter) {
	for _, lang := range ui.Languages() {
		add := func(secret bool) (get, post func(string, func(*request) error)) {
			get = func(path string, f func(*request) error) {
				h := s.personalPage(lang, secret, f)
				r.GET(ui.Local(lang, path), h)
				r.HEAD(ui.Local(lang, path), h)
			}
			return get, func(path string, f func(*request) error) {
				r.POST(ui.Local(lang, path), s.personalPage(lang, secret, f))
			}
		}
		get, post := add(false)
		get("/survey", (*request).rounds)
		post("/survey", (*request).roundCreate)
		get(templatePath, (*request).templates)
		post(templatePath, (*request).templateAdopt)
		get(templatePath+"/:ref", (*request).templateShow)
		post(templatePath+"/:ref/do/:do", (*request).templateDo)
		get(templatePath+"/:ref/merge", (*request).templateMerge)
		get(templatePath+"/:ref/preview", (*request).templatePreview)
		get(templatePath+"/:ref/question/:question", (*request).templateQuestionPage)
		post(templatePath+"/:ref/question/:question", (*request).templateQuestionSave)
		r.GET(ui.Local(lang, "/survey-template/:file"), s.openPage(lang, (*request).templateFile))
		if s.cfg.Intake != nil {
			get("/survey/import", (*request).importPage)
			post("/survey/import", (*request).importTake)
		}
		get("/survey/checks", (*request).checks)
		post("/survey/checks", (*request).checkAnswer)
		get("/survey/proposals", (*request).proposals)
		post("/survey/proposals", (*request).proposalsDecide)
		post("/survey/:round/reviewers", (*request).roundReviewers)
		get("/survey/compare", (*request).compare)
		get("/survey/registers", (*request).registers)
		post("/survey/registers", (*request).registerRelease)
		for _, format := range []string{"csv", "xlsx", "json"} {
			get("/survey/compare."+format, compareFile(format))
			get("/survey/registers."+format, registersFile(format))
			get("/survey/:round/insight."+format, insightFile(format))
		}
		open := s.page(lang, func(r *request) error { r.fresh = true; return r.publicRegisters() })
		r.GET(ui.Local(lang, "/registers"), open)
		r.HEAD(ui.Local(lang, "/registers"), open)
		get("/survey/holding", (*request).singles)
		get(singlePath+":holding", (*request).single)
		post(singlePath+":holding/approve", (*request).singleApprove)
		post(singlePath+":holding/takedown", (*request).singleTakeDown)
		post(singlePath+":holding/back", (*request).singleBack)
		get("/survey/:round", (*request).round)
		post("/survey/:round/offices", (*request).roundOffices)
		post("/survey/:round/links", (*request).roundLinks)
		post("/survey/:round/mail", (*request).roundMail)
		post("/survey/:round/state", (*request).roundState)
		post("/survey/:round/remind", (*request).roundRemind)
		get("/survey/:round/office/:office", (*request).roundOffice)
		post("/survey/:round/office/:office/revoke", (*request).roundRevoke)
		post("/survey/:round/office/:office/language", (*request).roundLanguage)
		post("/survey/:round/office/:office/erase", (*request).roundErase)
		get("/survey/:round/inbox", (*request).roundInbox)
		get("/survey/:round/holding/:holding", (*request).roundReview)
		post("/survey/:round/holding/:holding/approve", (*request).roundApprove)
		post("/survey/:round/holding/:holding/takedown", (*request).roundTakeDown)
		post("/survey/:round/holding/:holding/return", (*request).roundReturn)
		post("/survey/:round/holding/:holding/ask", (*request).roundAsk)
		get("/survey/:round/insight", (*request).roundInsight)

		get, post = add(true)
		get("/s/:token", (*request).tasks)
		get("/s/:token/form.xlsx", (*request).sheet)
		post("/s/:token/form", (*request).sheetFilled)
		post("/s/:token/holding/:holding/example", (*request).takeExample)
		post("/s/:token/holding", (*request).taskAdd)
		post("/s/:token/confirm", (*request).taskConfirm)
		post("/s/:token/none", (*request).taskNone)
		post("/s/:token/delegate", (*request).taskDelegate)
		post("/s/:token/recall", (*request).taskRecall)
		post("/s/:token/remark", (*request).taskRemark)
		get("/s/:token/office/:section", (*request).step)
		post("/s/:token/office/:section", (*request).stepSave)
		get("/s/:token/holding/:holding", (*request).check)
		post("/s/:token/holding/:holding/submit", (*request).checkSubmit)
		post("/s/:token/holding/:holding/withdraw", (*request).checkWithdraw)
		post("/s/:token/holding/:holding/remove", (*request).checkRemove)
		get("/s/:token/holding/:holding/step/:section", (*request).step)
		post("/s/:token/holding/:holding/step/:section", (*request).stepSave)
	}
}
