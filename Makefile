# Everything a person needs to type. `make help` lists it.
SHELL := /bin/bash
PYTHON := .venv/bin/python

.PHONY: help setup setup-test run city test check bench user-guide forms lock

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: ## install what running needs
	@deploy/setup.sh run

setup-test: ## install what tests and checks need
	@deploy/setup.sh test

run: setup ## start everything and load the demo city when the database is empty (PORT=8000, ARGS=--empty)
	@exec $(PYTHON) manage.py up $(ARGS)

city: setup ## beside a running house: a city and its first administrator (CODE=131016 NAME=若葉市 LOGIN=kanri)
	@$(PYTHON) manage.py create_municipality --code "$(CODE)" --name "$(NAME)" --login-id "$(LOGIN)" $(ARGS)

test: setup-test ## run the whole test suite against its own servers and a real browser
	@$(PYTHON) -m pytest -n 2 $(ARGS)

check: setup-test ## linters, types, import contracts, migrations, deployment settings
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy .
	@.venv/bin/lint-imports
	@HAGUKUMI_ENV=test $(PYTHON) manage.py makemigrations --check --dry-run
	@$(PYTHON) deploy/check_production.py

bench: setup-test ## print one JSON object of measured figures
	@$(PYTHON) -m tests.bench

user-guide: setup-test ## write docs/user-guide anew from the help texts
	@HAGUKUMI_ENV=test $(PYTHON) manage.py build_user_guide

forms: setup-test ## draw the shipped form packs anew (deploy/forms → documents/shipped)
	@HAGUKUMI_ENV=test $(PYTHON) -m deploy.forms.build

lock: ## lock the Python packages with hashes (needs uv)
	uv pip compile -q --generate-hashes --no-emit-index-url --python-version 3.11 requirements.in -o requirements.lock
	uv pip compile -q --generate-hashes --no-emit-index-url --python-version 3.11 requirements-dev.in -o requirements-dev.lock
