# The verbs.  Each sets up what it needs in .venv and only calls tools.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTEST := $(BIN)/python -m pytest
WORKERS ?= auto

# The hot modules compiled, in an environment of their own, which must not see
# src; and the tests that go through them, those of all digests included.
COMPILED := $(VENV)-compiled
HOT_TESTS := tests/engines tests/properties tests/test_events.py \
  tests/test_golden.py tests/test_wheel.py tests/unit/kernel tests/unit/system tests/unit/testing \
  tests/unit/trace

.DEFAULT_GOAL := help
.PHONY: help demo check test compiled nightly conformance golden bench peers guests docs clean

help:  ## list the verbs
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1|\2/p' Makefile | tr '|' '\t' | expand -t 20

demo: $(VENV)/.demo  ## run the demo system
	@$(BIN)/vpok demo

check: $(VENV)/.check  ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(VENV)/.test  ## the test suite (under 10 minutes on 2 processors)
	$(PYTEST) -n $(WORKERS) -m "not nightly"

compiled: $(COMPILED)/.test  ## compiled with mypyc (needs a C compiler): kernel, models, digests
	$(COMPILED)/bin/vpok engines | grep '^vpok .*: compiled$$'
	$(COMPILED)/bin/python -m pytest -o pythonpath=. -n $(WORKERS) -m "not nightly" $(HOT_TESTS)

nightly: $(VENV)/.test  ## the long campaigns, with random seeds
	HYPOTHESIS_PROFILE=nightly $(PYTEST) -n $(WORKERS)

conformance: $(VENV)/.test  ## POK=DIR [COUNT=TEXT=NUMBER]: DIR's systems against what they should print
	$(if $(POK),,$(error say where the systems are: make conformance POK=DIR))
	$(PYTEST) -n $(WORKERS) tests/conformance/test_tree.py --pok "$(POK)" $(if $(COUNT),--pok-count "$(COUNT)")

bench: $(VENV)/.bench  ## benchmarks [POK=DIR QEMU=FILE: POK's tests too, against QEMU]
	$(PYTEST) benchmarks

peers:  ## modelled tasks in vpok and in SimSo, side by side (needs a C compiler)
	$(PYTHON) -m benchmarks.peers

golden: $(VENV)/.demo  ## compare what vpok makes of itself: pages, digests, traces of the examples [UPDATE=1: write it]
	$(BIN)/python -m tests.golden $(if $(UPDATE),--update)

guests: $(VENV)/.guests  ## build the guest images anew
	$(BIN)/python guests/build.py

docs: $(VENV)/.docs  ## the documentation as a site, in build/site; warnings are errors
	$(BIN)/sphinx-build --quiet --fail-on-warning --fresh-env -c docs -d build/doctrees . build/site
	@echo "open build/site/index.html"

clean:  ## remove all that the other verbs made
	rm -rf $(VENV) $(COMPILED) .venv-peers build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .benchmarks .hypothesis

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "vpok needs Python 3.11 or newer: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# A stamp per extra of pyproject.toml, and one for none.
$(VENV)/.demo: pyproject.toml | $(VENV)/bin/pip
	$(PIP) install --editable .
	@touch $@

$(VENV)/.%: pyproject.toml | $(VENV)/bin/pip
	$(PIP) install --editable ".[$*]"
	@touch $@

$(COMPILED)/.test: pyproject.toml hatch_build.py $(shell find src -name '*.py')
	$(PYTHON) -m venv $(COMPILED)
	VPOK_COMPILE=1 $(COMPILED)/bin/python -m pip --disable-pip-version-check --quiet install ".[test]"
	@touch $@
