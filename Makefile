# Everything a newcomer needs is `make run` and `make test`; `make help` lists the rest.
# Works with GNU make 3.81 (macOS) and later; recipes use relative paths only, so the folder's name may contain spaces.

PORT ?= 8000
ARGS ?=
PY := .venv/bin/python
PIP := $(PY) -m pip install --disable-pip-version-check --progress-bar off -qq

export PORT

.DEFAULT_GOAL := help
.PHONY: help setup dev run test check format bench lock migration screenshots clean

help: ## List these commands
	@grep -E '^[a-z-]+:.*## ' Makefile | sort | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

setup: .venv/installed ## Create .venv, install pinned dependencies, build the UI (only what changed)
	@$(PY) -m dashboard.built

run: setup ## Start the demo network on http://localhost:$PORT (8000)
	@echo "Starting Pickwatch with its demo network. Open http://localhost:$(PORT); the sign-in page offers the demo accounts."
	@exec $(PY) -m backend.cli up --demo $(ARGS)

test: dev ## Check the code, then run every test, fast ones first (installs browser, PostgreSQL, Redis if missing)
	@$(PY) -m tests $(ARGS)

check: dev ## Formatting, lint, types, layers, size limits, documentation
	@$(PY) -m tests.checks

format: dev ## Format the code and fix what ruff can fix
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

bench: dev ## Run every bench and print its figures as ratios (ARGS="sla start" picks some)
	@$(PY) -m tests.support.services $(PY) -m bench $(ARGS)

lock: dev ## Pin all dependencies again (after editing pyproject.toml)
	@sh .ci/lock.sh $(ARGS)

migration: dev ## Write a migration from the models: make migration ARGS="what changed"
	@$(PY) .ci/new_migration.py "$(ARGS)"
	@$(PY) -m ruff format --quiet backend/persistence/migrations/versions

screenshots: dev ## Take the screenshots of every page into var/screenshots
	@$(PY) -m tests -k screenshot $(ARGS)

clean: ## Remove what setup made (.venv, .web); the data in var/ stays
	rm -rf .venv .web build pickwatch.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

dev: setup .venv/installed-dev

.venv/made:
	@sh .ci/venv.sh .venv
	@touch $@

# The project itself is installed editable and without looking at its dependencies: the lock has them all.
.venv/installed: .venv/made requirements.lock pyproject.toml
	@echo "Installing the pinned dependencies of requirements.lock"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	@echo "Installing the pinned development dependencies of requirements-dev.lock"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@
