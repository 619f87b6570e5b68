# The environment is made once in .venv and remade when the lock or pyproject.toml changes.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: help demo test promises lint bench bench-extraction bench-cadence soak test-fleet test-browser lock clean
help:           ## show this list
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "presswatch needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25'
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	$(BIN)/python -m compileall -q presswatch scheduler scraper
	@touch $@

demo: $(STAMP)  ## play the bundled news site end to end: baseline, news, edit, withdrawal, redesign
	@$(BIN)/presswatch demo

test: $(STAMP)  ## run all tests, offline
	$(BIN)/python -m pytest -n 5 --dist worksteal -rs

test-fleet: $(STAMP)  ## run the tests that need RabbitMQ (Debian's rabbitmq-server), which they start themselves
	$(BIN)/python -m pytest -m fleet -n 2 tests/fleet

test-browser: $(STAMP)  ## run the tests that need Chromium (Debian's chromium): pages that scripts fill
	$(BIN)/python -m pytest -m browser -n 2 --dist loadfile -rs tests/browser

lint: $(STAMP)  ## ruff and mypy (strict)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(STAMP) ## speed and quality, as ratios side by side in one run
	$(BIN)/python -m bench

bench-extraction: $(STAMP) ## how well listings are understood, on the pages that lie beside the checkout (five minutes)
	$(BIN)/python -m bench.extraction ../shared/corpus

bench-cadence: $(STAMP) ## delay at equal requests against fixed intervals, on publication times that lie beside the checkout
	$(BIN)/python -m bench.cadence_figures

promises: $(STAMP) ## run the test of each promise: a table of promise, tests, result
	@$(BIN)/python -m tests.promises -n 2

soak: $(STAMP)  ## long seeded runs; not part of the tests
	HYPOTHESIS_PROFILE=wide $(BIN)/python -m pytest -m soak -n 0 -rP tests

lock:           ## resolve the pins anew
	uv pip compile --universal --python-version 3.11 --generate-hashes --group dev --all-extras pyproject.toml -o requirements.lock

clean:          ## remove the environment and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
