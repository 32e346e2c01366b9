package sqlstore

import "strings"

// conditions collects the parts of a WHERE clause; an empty value adds none.
type conditions struct {
	parts []string
	args  []any
}

func (c *conditions) add(part string, arg any) {
	c.parts, c.args = append(c.parts, part), append(c.args, arg)
}

func (c *conditions) eq(column, value string) {
	if value != "" {
		c.add(column+" = ?", value)
	}
}

func (c *conditions) in(column string, values []string) {
	if len(values) == 0 {
		return
	}
	c.parts = append(c.parts, column+" IN (?"+strings.Repeat(",?", len(values)-1)+")")
	for _, v := range values {
		c.args = append(c.args, v)
	}
}

func (c *conditions) where() string {
	if len(c.parts) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.parts, " AND ")
}
