package site

import (
	"encoding/json"
	"strings"
)

// call is a ready example in one language.
type call struct{ Language, Code string }

// datasetCalls shows how to read a dataset by program.
func (r *request) datasetCalls(name string) []call {
	return calls(r.cfg.SiteURL+"/api/3/action/package_show?id="+name, "dataset")
}

func (r *request) resourceCalls(id, file string) []call {
	out := calls(r.cfg.SiteURL+"/api/3/action/resource_show?id="+id, "resource")
	if file != "" {
		out[0].Code += "\ncurl -sSLO " + shell(file)
	}
	return out
}

func calls(url, variable string) []call {
	q := quoted(url)
	return []call{
		{"curl", "curl -sS " + shell(url)},
		{"Python", strings.Join([]string{
			"import json, urllib.request", "",
			"with urllib.request.urlopen(" + q + ") as answer:",
			"    " + variable + ` = json.load(answer)["result"]`,
			"print(" + variable + `["name"])`,
		}, "\n")},
		{"R", strings.Join([]string{"library(jsonlite)", "", variable + " <- fromJSON(" + q + ")$result", variable + "$name"}, "\n")},
		{"JavaScript", strings.Join([]string{
			"const answer = await fetch(" + q + ");",
			"const { result: " + variable + " } = await answer.json();",
			"console.log(" + variable + ".name);",
		}, "\n")},
	}
}

// quoted writes a string for Python, R and JavaScript alike.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(string(b))
}

// shell quotes a word for the command line.
func shell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
