# The commands of firstdose. `make help` lists them. Needs: Python >= 3.11, make, a package index.
.DEFAULT_GOAL := help
.PHONY: help run test test-postgres thorough lint words bench demo screens evidence sbom audit clean browser \
	postgres

PORT ?=
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $$p && break; done)
UV ?= $(shell uv --version >/dev/null 2>&1 && echo uv || echo .uv/bin/uv)
PY := .venv/bin/python
# a lake whose catalogue is a database needs two more extensions of the engine
SCALE := $(if $(filter ducklake:%,$(FIRSTDOSE_LAKE)),.venv/.scale)
export UV_PROJECT_ENVIRONMENT := .venv
unexport VIRTUAL_ENV

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

run: .venv/.run $(SCALE) ## start the dashboard and say its address (PORT=8600 for another port)
	@.venv/bin/firstdose serve $(if $(PORT),--port $(PORT))

# Two processes side by side, a file at a time; the browser has the machine to itself, since its tests wait for what
# they see.
test: lint browser postgres ## everything: format, lint, types, architecture, all tests with a real browser
	@$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/app tests/corpus tests/unit
	@$(PY) -m pytest tests/scale
	@$(PY) -m pytest tests/browser

# The same tests of the store, its catalogue in a PostgreSQL: on demand, since they take as long again.
test-postgres: .venv/.dev postgres ## the tests of the store with its catalogue in PostgreSQL
	@FIRSTDOSE_TEST_LAKE=postgres $(PY) -m pytest -n 2 --dist loadfile $(ON_POSTGRES)

ON_POSTGRES := $(addprefix tests/unit/test_,$(addsuffix .py,lake lake_damage lake_derived lake_full lake_together \
	four_eyes saved_views drafts cli tamperings scope partner_links))

thorough: ## the same with 100 examples of every property and 100 kills of a publisher; takes longer
	@FIRSTDOSE_EXAMPLES=100 FIRSTDOSE_KILLS=100 $(MAKE) --no-print-directory test

lint: .venv/.dev ## format, lint, types, architecture
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@$(PY) -m mypy --strict firstdose
	@.venv/bin/lint-imports

browser: .venv/.dev ## find a Chromium for the browser tests, or install one
	@$(PY) -m tests.browser.chromium --install

postgres: .venv/.dev ## find a PostgreSQL for the tests of several servers, or install one
	@$(PY) -m tests.scale.postgres_and_s3 --install

words: .venv/.dev ## collect every message into the English and Japanese catalogues
	@$(PY) -m tests.catalogues

bench: browser .venv/.bench ## measure speed against bare Streamlit and Dash; writes docs/performance.md
	@$(PY) -m tests.bench

screens: browser ## photograph every page into .screens/: two widths, light and dark, both languages
	@$(PY) -m tests.browser.screens

demo: .venv/.run ## write the demo alliance anew into data/
	@.venv/bin/firstdose demo data

evidence: .venv/.dev sbom ## requirements, the tests that show them and how they ended, as .evidence/evidence.html
	@$(PY) -m tests.evidence

sbom: .venv/.run ## every dependency as locked, as CycloneDX in .evidence/sbom.json
	@mkdir -p .evidence
	@$(UV) export --quiet --frozen --no-dev --format cyclonedx1.5 --output-file .evidence/sbom.json
	@echo "Written: .evidence/sbom.json"

audit: .venv/.run ## known vulnerabilities of the locked dependencies (asks osv.dev)
	@$(UV) audit --frozen --no-dev

clean: ## remove what was installed and measured; data and lake stay
	rm -rf .venv .uv .screens .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache tests/bench/.data .evidence

# --- private environment, exactly as locked -----------------------------------------------------------------
.venv/.run: uv.lock pyproject.toml
	@echo "Installing into .venv (first start only)"
	@PYTHON="$(PYTHON)" UV="$(UV)" sh .ci/install --no-dev
	@touch $@

.venv/.scale: uv.lock pyproject.toml
	@PYTHON="$(PYTHON)" UV="$(UV)" sh .ci/install --no-dev --extra scale
	@touch $@ .venv/.run

.venv/.bench: uv.lock pyproject.toml
	@PYTHON="$(PYTHON)" UV="$(UV)" sh .ci/install --group bench
	@touch $@ .venv/.run .venv/.dev

.venv/.dev: uv.lock pyproject.toml
	@echo "Installing into .venv with the tools for tests"
	@PYTHON="$(PYTHON)" UV="$(UV)" sh .ci/install
	@touch $@ .venv/.run
