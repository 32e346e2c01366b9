package main

import (
	"context"

	"trio.example/catalog"
	"trio.example/web/ckan"
)

// surveyActions are the rows that the survey adds to the action table.
func surveyActions(k *core) []ckan.Action {
	return append(roundActions(k), ckan.Action{
		Name: "survey_approve", Auth: ckan.AuthAdmin,
		Doc: catalog.DE("Gibt alle veröffentlichbaren Datenbestände einer Stadt frei und veröffentlicht die mit öffentlicher Adresse.",
			"Approves all publishable holdings of a city and publishes those with a public address."),
		Params: []ckan.Param{
			{Name: "city", Kind: "string", Required: true, Doc: catalog.DE("muenchen, augsburg oder nuernberg", "muenchen, augsburg or nuernberg")},
			{Name: "all_publishable", Kind: "boolean", Required: true, Doc: catalog.DE("muss true sein", "must be true")},
		},
		Run: func(ctx context.Context, c *ckan.Call) (any, error) {
			name, err := c.Args.Required("city")
			if err != nil {
				return nil, err
			}
			city, err := cityByName(name)
			if err != nil {
				return nil, ckan.Invalid("city", "must be one of muenchen, augsburg, nuernberg")
			}
			if !c.Args.Bool("all_publishable", false) {
				return nil, ckan.Invalid("all_publishable", "must be true")
			}
			a, err := k.desk.ApproveAll(ctx, c.Actor, city, nil)
			if err != nil {
				return nil, err
			}
			last, err := lastChange(ctx, k)
			c.Wrote(last.Seq)
			return a, err
		},
	})
}

func lastChange(ctx context.Context, k *core) (catalog.Change, error) {
	var last catalog.Change
	err := k.store.View(ctx, func(tx catalog.Tx) error {
		var err error
		last, err = tx.LastChange()
		return err
	})
	return last, err
}
