# Two commands do all their set-up on a fresh machine with Python 3.10 or newer and make:
#   make demo    a real Directus on SQLite, and the SDK at work on it
#   make test    every check, then every test
# What was installed once is not installed again until setup.cfg changes, so a second run needs no network.

.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
# The first of these that runs, is new enough and can make a virtual environment; `make PYTHON=...` chooses another.
PYTHONS := $(PYTHON) python3 python3.13 python3.12 python3.11 python3.10 python3.14 python
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
# setuptools stands in the environment, so that a build needs no download.
BUILD_TOOLS := pip>=23.1 setuptools>=77 wheel
export PYTHONUTF8 := 1

.PHONY: help
help:
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

# ---------------------------------------------------------------- environment

$(BIN)/python:
	@for python in $(PYTHONS); do \
	    if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then \
	        echo "Making $(VENV) with $$python ($$($$python --version))" >&2; \
	        exec "$$python" -m venv $(VENV); \
	    fi; \
	done; \
	echo "No Python 3.10 or newer with the module venv was found (Debian: apt-get install python3-venv); name one with make PYTHON=/path/to/python3" >&2; \
	exit 1

$(VENV)/.tools: | $(BIN)/python
	@$(PIP) install $(foreach tool,$(BUILD_TOOLS),'$(tool)')
	@touch $@

# What the demo needs. The full environment has it too.
$(VENV)/.demo: setup.cfg setup.py | $(VENV)/.tools
	@if [ ! $(VENV)/.full -nt setup.cfg ]; then \
	    echo "Installing the package and Node.js into $(VENV)" >&2; \
	    $(PIP) install --no-build-isolation --editable '.[server]'; \
	fi
	@touch $@

$(VENV)/.full: setup.cfg setup.py | $(VENV)/.tools
	@echo "Installing the package and the tools of its development into $(VENV)" >&2
	@$(PIP) install --no-build-isolation --editable '.[test,docs,dev]'
	@touch $@

.PHONY: venv
venv: $(VENV)/.full ## the environment of the development, with every extra

.PHONY: system
system:
	@sh scripts/system-packages.sh

# ----------------------------------------------------------------- main jobs

.PHONY: demo
demo: $(VENV)/.demo ## start a real Directus and work on it with the SDK
	@$(BIN)/python examples/quickstart.py

.PHONY: test
test: $(VENV)/.full system ## every check, then every test
	@sh scripts/test.sh

.PHONY: test-fast
test-fast: $(VENV)/.full ## the tests that need no server and no long time
	@$(BIN)/python -m pytest -m "not live and not slow and not soak" tests

# -------------------------------------------------------------------- checks

CHECKS := lint mypy imports docs build bare

.PHONY: checks types coverage-doc $(CHECKS)
checks: $(CHECKS) ## everything that make test does before the tests

lint: $(VENV)/.full ## ruff
	@$(BIN)/ruff check .

mypy: $(VENV)/.full ## mypy --strict for the oldest and the newest Python
	@$(BIN)/mypy --python-version 3.10 --cache-dir build/mypy/oldest
	@$(BIN)/mypy --python-version 3.14 --cache-dir build/mypy/newest

types: mypy ## mypy --strict on the package; mypy and pyright on tests/typing
	@$(BIN)/python -m pytest -q tests/typing

imports: $(VENV)/.full ## import-linter: imports run one way
	@$(BIN)/lint-imports --no-logo --config setup.cfg --cache-dir build/import-linter

docs: $(VENV)/.full ## build/docs/index.html
	@$(BIN)/sphinx-build -W --keep-going -q -d build/doctrees -b html docs build/docs

coverage-doc: $(VENV)/.full ## docs/coverage.md from the table of endpoints
	@$(BIN)/python scripts/coverage_doc.py

build: $(VENV)/.full ## dist/: wheel and sdist, checked
	@$(BIN)/python scripts/build.py

# The package as a user installs it: three dependencies and what they need, nothing else.
bare: build
	@$(BIN)/python scripts/bare_install.py

# --------------------------------------------------------------------- others

.PHONY: soak
soak: $(VENV)/.full ## long runs against a real server
	@$(BIN)/python -m pytest -m soak tests

.PHONY: bench
bench: $(VENV)/.full ## benchmarks, side by side with plain requests
	@set -e; for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python "$$file"; done

.PHONY: test-servers
test-servers: $(VENV)/.full system ## the live tests on every supported version of the server and database
	@$(BIN)/python -m scripts.test_servers

.PHONY: test-lowest
test-lowest: $(VENV)/.full ## the fast tests with the lowest versions that setup.cfg allows, on the oldest Python
	@$(BIN)/python -m scripts.test_lowest

.PHONY: clean
clean: ## remove everything that was made here; servers installed under the user's cache stay
	@rm -rf $(VENV) build dist *.egg-info .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
