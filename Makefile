# `make help` lists what can be made. Everything runs in .venv, which is built from requirements/dev.txt.

SHELL := /bin/bash
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
BIN := .venv/bin
WORKERS ?= 2
ARGS ?=
PACKAGES := config streams ingest processors alerts console
PYTHON_FILES := $(PACKAGES) tests benchmarks scripts

.DEFAULT_GOAL := help
.PHONY: help demo test check format lock bench kafka postgres ci clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

demo: .venv/installed ## watch made-up articles become alerts, without network
	$(BIN)/tocsin demo $(ARGS)

test: .venv/installed ## run the whole test suite (ARGS="-k loader" narrows it)
	$(BIN)/pytest -n $(WORKERS) -q -rfE $(ARGS)

check: .venv/installed ## lint, types, import layers, documentation and hygiene
	$(BIN)/ruff check $(PYTHON_FILES)
	$(BIN)/ruff format --check $(PYTHON_FILES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/hygiene.py
	$(BIN)/pytest -q -p no:cacheprovider tests/docs tests/packaging

format: .venv/installed ## format the code and apply the safe fixes
	$(BIN)/ruff format $(PYTHON_FILES)
	$(BIN)/ruff check --fix $(PYTHON_FILES)

lock: .venv/installed ## pin every dependency again, with hashes
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet --upgrade \
		pyproject.toml -o requirements/runtime.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet --upgrade \
		pyproject.toml --group dev -c requirements/runtime.txt -o requirements/dev.txt

bench: .venv/installed ## run the benchmarks (tables with ratios to a baseline of the same run)
	@for program in benchmarks/[a-z]*.py; do \
		grep -q '__main__' $$program || continue; echo "== $$program"; $(BIN)/python $$program $(ARGS) || exit 1; done

kafka: .venv/installed ## start Apache Kafka on loopback (needs Java 17 and Maven); stop: scripts/kafka down
	scripts/kafka up

postgres: .venv/installed ## start a throw-away PostgreSQL on loopback; stop: scripts/postgres down
	scripts/postgres up

ci: ## what continuous integration runs, from nothing
	.ci/run

clean: ## remove the virtual environment, caches and the demo's data
	rm -rf .venv .demo .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage* dist build
	find $(PYTHON_FILES) -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/installed: requirements/dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Tocsin needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/python3" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "could not make a virtual environment (on Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
