# Two commands do everything: `make run` and `make test`. Both begin with `make setup`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Files of tests run side by side; two Spark sessions are the most that 8 GiB of memory hold.
TEST_WORKERS ?= 2
STAMP := $(VENV)/.installed

.PHONY: help setup run test test-postgresql lint types imports check docs screenshots bench peers lock messages translations samples clean

help: ## what each command does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 17

setup: $(STAMP) ## .venv with the `tenring` command, from pinned and hashed requirements

$(STAMP): requirements/develop.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Tenring needs Python 3.11 or later; set PYTHON=python3.11 (or later)" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/develop.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: setup ## register snapshot, screening of the sample purchases, report; then, on a terminal, the web application
	$(BIN)/tenring demo
	@if [ -t 0 ] && [ -t 1 ]; then $(BIN)/tenring serve; fi

test: setup ## the tests, on two cores (TEST_WORKERS=0: on one, in order)
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile

test-postgresql: setup ## what of the web application's tests asks the database, on a PostgreSQL of its own
	$(BIN)/python tests/postgresql.py $(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile -m django_db tests/web \
	  --ignore tests/web/browser --ignore tests/web/test_api_schema.py

lint: setup ## ruff, all rules, and the format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## mypy --strict on src
	$(BIN)/mypy

imports: setup ## one-way imports
	$(BIN)/lint-imports

check: lint types imports ## all checks that are not tests
	$(BIN)/tenring catalogue check
	$(BIN)/tenring criteria check

docs: setup ## the documentation site in site/
	$(BIN)/python docs/generate.py
	$(BIN)/mkdocs build --strict --quiet

screenshots: setup ## pictures of the web application for the README, with Debian's chromium
	$(BIN)/python docs/screenshots.py

bench: setup ## the benchmarks, printed with the machine's size
	$(BIN)/python benchmarks/run.py

peers: setup ## what the benchmarks compare ours with, into .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/benchmarks.txt

messages: setup ## collect the texts to translate
	$(BIN)/pybabel -q extract --no-wrap --no-location --sort-output --omit-header -k T -k N -F babel.cfg -o src/tenring/locale/tenring.pot src/tenring
	$(BIN)/pybabel -q update --no-wrap --no-fuzzy-matching --ignore-pot-creation-date -D tenring -i src/tenring/locale/tenring.pot -d src/tenring/locale

translations: setup ## how complete each language is; TAG=ja: the texts that it lacks
	$(BIN)/python docs/translations.py $(TAG)

lock: setup ## pin the requirements again
	cd requirements && CUSTOM_COMPILE_COMMAND="make lock" ../$(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o develop.txt develop.in
	cd requirements && CUSTOM_COMPILE_COMMAND="make lock" ../$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -c develop.txt -o runtime.txt runtime.in
	cd requirements && CUSTOM_COMPILE_COMMAND="make lock" ../$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o benchmarks.txt benchmarks.in

samples: setup ## make the bundled samples again (same output every time)
	$(BIN)/python catalog/samples/make_samples.py

clean: ## remove what the commands above made
	rm -rf $(VENV) site .pytest_cache .mypy_cache .ruff_cache
