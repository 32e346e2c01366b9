# `make` alone prints what there is. `make test` prepares what it needs.
SHELL := /bin/bash
CACHE := $(CURDIR)/.cache
GOLANGCI := $(CACHE)/bin/golangci-lint
GOLANGCI_VERSION := v2.15.0
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GOFLAGS_BUILD := -trimpath -ldflags "-s -w -X main.version=$(VERSION)"

.DEFAULT_GOAL := help
.PHONY: help build demo test prepare browser judge peers lint unit e2e bench officers relevance fuzz golden conformance clean

help: ## print this list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build ./trio
	go build $(GOFLAGS_BUILD) -o trio ./cmd/trio

demo: ## import the sample survey and serve it
	go run ./cmd/trio demo

test: prepare lint unit e2e ## everything CI runs: format, vet, linter, race-enabled tests, end to end
	@echo "make test: all passed"

prepare: browser judge peers $(GOLANGCI) ## install what the tests need and say so
	@echo "prepare: modules"; go mod download

browser:
	@if ! command -v chromium >/dev/null; then \
	  echo "prepare: the end-to-end test needs a browser; installing Debian's package 'chromium'"; \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; \
	  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo apt-get update -qq && sudo apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; \
	  else echo "prepare: not allowed to install; please install the Debian package 'chromium' and run make test again"; exit 1; fi; \
	fi
	@echo "prepare: $$(chromium --version 2>/dev/null | tail -1)"

# The independent judge of RDF: the official validator's libraries, pinned. Only
# where the shapes and real catalogues lie beside the checkout.
JUDGE := pyshacl==0.30.1 rdflib==7.6.0 pyoxigraph==0.5.2
judge:
	@if [ -d ../shared/conformance ] && [ ! -x $(CACHE)/judge/bin/python ]; then \
	  echo "prepare: installing $(JUDGE) from the package index into .cache/judge"; \
	  python3 -m venv $(CACHE)/judge.new && $(CACHE)/judge.new/bin/pip install -q $(JUDGE) && rm -rf $(CACHE)/judge && mv $(CACHE)/judge.new $(CACHE)/judge; \
	fi

# The harvesters of CKAN, which must be able to read us; CKAN itself is not needed.
PEERS := ckanext-dcat==2.4.4 ckanext-harvest==1.6.3 rdflib==7.6.0 python-dateutil simplejson
peers:
	@if [ ! -x $(CACHE)/peers/bin/python ]; then \
	  echo "prepare: installing $(PEERS) from the package index into .cache/peers"; \
	  mkdir -p $(CACHE) && python3 -m venv $(CACHE)/peers.new && $(CACHE)/peers.new/bin/pip install -q $(PEERS) && rm -rf $(CACHE)/peers && mv $(CACHE)/peers.new $(CACHE)/peers; \
	fi

$(GOLANGCI):
	@echo "prepare: building golangci-lint $(GOLANGCI_VERSION) into .cache/bin (a few minutes, once)"
	@GOFLAGS= GOBIN=$(CACHE)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)

lint: $(GOLANGCI) ## formatting, vet and linter
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "not formatted:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	$(GOLANGCI) run ./...

unit: ## all tests but the end-to-end test, with the race detector
	go test -race -shuffle=on -timeout 15m $$(go list ./... | grep -v '/cmd/trio/e2e')

e2e: peers ## built binary, demo, API, feed, pages in the browser
	go test -count=1 -timeout 18m ./cmd/trio/e2e

bench: ## benchmarks, ratios in one run
	go test -run '^$$' -bench . -benchmem ./...

officers: ## 300 officers answer at once, the program is killed half-way
	go test -run '^$$' -bench Officers -benchtime 6000x ./cmd/trio/e2e

relevance: ## how well Trio ranks, beside bare Bleve and SQLite FTS5
	go test -tags sqlite_fts5 -count=1 -run Relevance -v ./cmd/trio

fuzz: ## fuzz every border for a minute each
	@for pkg in $$(go list ./...); do for f in $$(go test -list '^Fuzz' $$pkg 2>/dev/null | grep '^Fuzz'); do \
	  echo "== $$pkg $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime 60s -fuzzminimizetime 1x $$pkg || exit 1; done; done

golden: ## rewrite golden files
	go test ./... -update

# The runner and the list of tests lie beside the checkout; datastore tests are
# left out until there are tables.
CKAN_TESTS ?= ../shared/conformance
conformance: build ## CKAN's own tests over HTTP against a test server
	@set -e; work=$$(mktemp -d); ./trio serve --conformance --listen 127.0.0.1:0 >$$work/line & pid=$$!; trap 'kill $$pid; rm -rf '$$work EXIT; \
	for i in $$(seq 100); do [ -s $$work/line ] && break; sleep 0.1; done; \
	field() { sed 's/.*"'$$1'":"\([^"]*\)".*/\1/' $$work/line; }; \
	grep -v '^ckanext.datastore' $(CKAN_TESTS)/applicable-open.txt >$$work/list; \
	CKAN_REMOTE_URL=$$(field url) CKAN_REMOTE_TOKEN=$$(field token) CKAN_REMOTE_RESET=$$(field reset) \
	CKAN_REMOTE_VENV=$(CACHE)/ckan-venv bash $(CKAN_TESTS)/run_ckan_tests.sh --list $$work/list --results $$work/results || [ -s $$work/results ]; \
	grep -q '"passed"' $$work/results || { echo "conformance: no test ran"; exit 1; }; \
	sed -n 's/^"\(.*\)": "\(.*\)",*$$/\2 \1/p' $$work/results | { grep -v '^passed ' || :; } | cut -d' ' -f2- | sort >$$work/failed; \
	sed -n 's/^- `\(ckan.*::[^`]*\)`.*/\1/p' docs/ckan-compatibility.md | sort >$$work/known; \
	comm -23 $$work/failed $$work/known | sed 's/^/conformance: fails and is not known: /' >$$work/report; \
	comm -13 $$work/failed $$work/known | sed 's/^/conformance: known to fail but does not: /' >>$$work/report; \
	cat $$work/report; [ ! -s $$work/report ] || exit 1; \
	echo "conformance: passed but for the $$(wc -l <$$work/known) of docs/ckan-compatibility.md"

clean: ## remove what the build made
	rm -rf trio .cache
