GO   ?= go
TOOL := $(GO) tool -modfile=tools/go.mod
export GO

BENCH    ?= .
COUNT    ?= 5
FUZZTIME ?= 60s
FAULT_SEEDS ?= 20

.PHONY: run build test race faults bench outages fuzz hostile generate check vulncheck vendor

run: ## build it and show it with made-up traffic
	@tools/need.sh npm-or-postgresql
	@$(GO) build -o bin/enquiryboard ./cmd/enquiryboard
	@exec bin/enquiryboard serve --demo

build: ## bin/enquiryboard
	$(GO) build -o bin/enquiryboard ./cmd/enquiryboard

test: ## all tests: each package that needs one has its own PostgreSQL, in memory
	@tools/need.sh postgresql chromium nginx libreoffice
	$(GO) test -timeout 20m ./...

race:
	@tools/need.sh postgresql chromium nginx libreoffice
	$(GO) test -race -timeout 40m ./...

faults: ## FAULT_SEEDS long runs of faults: whatever was answered 200 is kept, once
	@tools/need.sh postgresql
	FAULT_SEEDS=$(FAULT_SEEDS) $(GO) test -run TestFaults -v -timeout 60m ./cmd/enquiryboard

bench: ## COUNT rounds of the benchmarks that match BENCH
	@tools/need.sh postgresql
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) -timeout 0 ./...
	cd tools/feedbench && $(GO) test -run '^$$' -bench '$(BENCH)' -count $(COUNT) -timeout 0 .

outages: ## cut outages into FILE, a table of enquiries, and say how soon they are heard of
	OUTAGES_FILE='$(abspath $(FILE))' $(GO) test -count 1 -run TestOutagesInAFile -v ./pulse

fuzz: ## every fuzz target for FUZZTIME
	@tools/need.sh postgresql
	tools/fuzz.sh $(FUZZTIME)

hostile: ## 10,000 mutated requests over all routes
	@tools/need.sh postgresql chromium
	HOSTILE_REQUESTS=10000 $(GO) test -count 1 -run TestHostileClient ./web

generate: ## Go out of the templates
	$(GO) tool templ generate

check: ## formatting, generated files, vet, staticcheck
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt -w $$unformatted"; exit 1; }
	$(GO) tool templ fmt -fail .
	tools/fresh.sh
	$(GO) vet ./...
	cd tools/feedbench && $(GO) vet .
	$(TOOL) staticcheck ./...

vulncheck: ## known vulnerabilities that the program can reach
	$(TOOL) govulncheck ./...

vendor: ## fetch what is carried of others
	tools/vendor.sh
