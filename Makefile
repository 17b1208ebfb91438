# The two commands are `make demo` and `make test`; the rest are parts of them.
SHELL := /bin/sh
NODE_MODULES := node_modules/.package-lock.json
# What came of the tests of a target; FILES=... runs these files alone.
RESULTS = --reporter=default --reporter=json --outputFile.json=.cache/results/$(AGAIN)$@.json

.PHONY: help demo test run-tests test-docs test-kills test-long test-kubernetes test-kubernetes-rest chaos record-rollouts lab-tools check lint unit scenarios build setup tools bench bench-kubernetes bench-judging acceptance clean

help:
	@echo 'make demo          a release and a roll-back on this machine, live (KEEP=1 leaves it up)'
	@echo 'make test          types, lint, unit, property and scenario tests'
	@echo 'make acceptance    what is asked for and which tests show it, into docs/acceptance.md'
	@echo 'make test-kills    kills at every boundary of controller and API, one at a time (minutes)'
	@echo 'make test-long     scenarios that take minutes each'
	@echo 'make test-kubernetes   on real control planes and data planes (the first time builds them: half an hour)'
	@echo 'make test-kubernetes-rest   the cases of its long tables that it leaves out'
	@echo 'make chaos         a controller killed hundreds of times on a real control plane (CHAOS=1000: so often)'
	@echo 'make test-docs     every command of every page of the documentation (minutes)'
	@echo 'make bench         the measured tables, as ratios taken in one run'
	@echo 'make bench-kubernetes  the same on a real control plane (SCALE=1000 releases at once)'
	@echo 'make bench-judging simulations of the judge and of its peers (RUNS=50 for a quick look; ONLY=local: users hurt on a local cluster)'

demo: build
	@node dist/cli/main.js demo $(if $(KEEP),--keep)

# Lint has a core while tests wait.
test: check build tools
	@$(MAKE) --no-print-directory --jobs=2 lint run-tests

run-tests:
	@npx vitest run $(RESULTS) $(FILES); status=$$?; \
	node scripts/test-summary.mjs .cache/results/$(AGAIN)$@.json && exit $$status

test-docs: check build tools
	@SERIN_EVERY_PAGE=1 npx vitest run $(or $(FILES),test/docs) --maxConcurrency=2 --maxWorkers=3 $(RESULTS)

test-kills: check build
	@SERIN_EVERY_KILL=1 npx vitest run $(or $(FILES),test/driver/kills test/driver/api-kills test/driver/stories) --maxWorkers=3 $(RESULTS)

# Scenarios that take minutes: calibration on real requests, and every load beside every strategy. Two at once, beside the two above.
test-long: check build tools
	@SERIN_LONG=1 npx vitest run $(or $(FILES),test/scenarios/argo- test/scenarios/calibrating test/scenarios/load-matrix test/scenarios/versions-subsets) --maxWorkers=2 $(RESULTS)

# Hundreds of kills; CHAOS=1000 is a thousand.
chaos: build lab-tools
	@SERIN_CHAOS_KILLS=$(or $(CHAOS),300) sh test/kubernetes/lab/namespace.sh node_modules/.bin/vitest run --config test/kubernetes/vitest.config.ts lanes/faults -t 'killed at random'

# LANE=whole-releases runs one lane only.
test-kubernetes: build lab-tools
	@sh test/kubernetes/lab/namespace.sh node_modules/.bin/vitest run --config test/kubernetes/vitest.config.ts $(or $(FILES),$(LANE))

# The cases of long tables that the lanes' first round leaves out; SERIN_ROUND=all plays both at once.
test-kubernetes-rest: build lab-tools
	@SERIN_ROUND=rest SERIN_LAB_RESULTS=$(or $(SERIN_LAB_RESULTS),.cache/results/test-kubernetes-rest.json) sh test/kubernetes/lab/namespace.sh node_modules/.bin/vitest run --config test/kubernetes/vitest.config.ts $(or $(FILES),$(LANE))

record-rollouts: build lab-tools
	@SERIN_RECORD=1 sh test/kubernetes/lab/namespace.sh node_modules/.bin/vitest run --config test/kubernetes/vitest.config.ts

lab-tools: setup
	@sh scripts/install-lab-packages.sh
	@node scripts/lab-wheels.mjs
	@node scripts/lab-tools.mjs

check: setup
	@npx tsc --noEmit
	@npx tsc --noEmit -p dashboard

lint: setup
	@npx eslint --max-warnings 0 .

build: dist/.built dist/dashboard/.built

dist/.built: $(NODE_MODULES) package.json tsconfig.json tsconfig.build.json scripts/build.mjs $(shell find src -name '*.ts' ! -name '*.test.ts' -o -name '*.json' | sort)
	@node scripts/build.mjs
	@touch $@

# The page has a stamp of its own, in the folder that Vite empties.
dist/dashboard/.built: $(NODE_MODULES) dashboard/package.json dashboard/tsconfig.json dashboard/vite.config.ts dashboard/index.html $(shell find dashboard/src dashboard/public -type f ! -name '*.test.ts' | sort)
	@npx vite build dashboard --logLevel warn
	@touch $@

setup: $(NODE_MODULES)

$(NODE_MODULES): package.json package-lock.json
	@sh scripts/check-node.sh
	@npm ci --no-progress --loglevel=error
	@touch $@

tools: setup
	@sh scripts/install-tools.sh

bench: build
	@node bench/build.mjs
	@ONLY='$(ONLY)' node .cache/bench/bench/run.js

# On a control plane of its own; ONLY=releases measures a part, SCALE=100 a tenth of the objects.
bench-kubernetes: build
	@node scripts/lab-tools.mjs kubernetes etcd kwok
	@node bench/build.mjs
	@ONLY='$(ONLY)' SCALE='$(SCALE)' SERIN_DIST='$(CURDIR)/dist' SERIN_LAB_INDEX='$(CURDIR)/.cache/lab/programs.json' \
	sh test/kubernetes/lab/namespace.sh node .cache/bench/bench/kubernetes/run.js

# Tables and plots go to docs/judging/ when all is run, else to .cache/judging. ONLY=local measures on a local cluster instead.
bench-judging: setup $(if $(filter local,$(ONLY)),build)
	@node node_modules/tsc-native/bin/tsc -p bench/judging/tsconfig.json
	@cp package.json .cache/bench-judging/
	@RUNS='$(RUNS)' SEED='$(SEED)' ONLY='$(ONLY)' SERIN_DIST='$(CURDIR)/dist' node .cache/bench-judging/bench/judging/$(if $(filter local,$(ONLY)),local/)run.js

acceptance: build
	@node scripts/acceptance.mjs

clean:
	rm -rf dist node_modules coverage .cache
