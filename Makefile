# Two commands do all their set-up on a fresh machine with Python 3.10 or newer and make:
#   make demo    start a real Directus server on SQLite and run the SDK against it
#   make test    run the checks and the tests
# So do make example-django and make example-flask, which start a site with a real Directus server.
# Packages are installed again only when setup.cfg changes, so a second run needs no network.

.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
# The first of these that runs, is new enough and can create a virtual environment; `make PYTHON=...` chooses another.
PYTHONS := $(PYTHON) python3 python3.13 python3.12 python3.11 python3.10 python3.14 python
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
# setuptools is installed in the environment, so that a build downloads nothing.
BUILD_TOOLS := pip>=23.1 setuptools>=77 wheel
export PYTHONUTF8 := 1

.PHONY: help
help:
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

# ---------------------------------------------------------------- environment

$(BIN)/python:
	@for python in $(PYTHONS); do \
	    if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then \
	        echo "Creating $(VENV) with $$python ($$($$python --version))" >&2; \
	        exec "$$python" -m venv $(VENV); \
	    fi; \
	done; \
	echo "No Python 3.10 or newer with the module venv was found (Debian: apt-get install python3-venv); name one with make PYTHON=/path/to/python3" >&2; \
	exit 1

$(VENV)/.tools: | $(BIN)/python
	@$(PIP) install $(foreach tool,$(BUILD_TOOLS),'$(tool)')
	@touch $@

# The packages for the demo; the full environment contains them too.
$(VENV)/.demo: setup.cfg setup.py | $(VENV)/.tools
	@if [ ! $(VENV)/.full -nt setup.cfg ]; then \
	    echo "Installing the package and Node.js into $(VENV)" >&2; \
	    $(PIP) install --no-build-isolation --editable '.[server]'; \
	fi
	@touch $@

# The packages for the example sites; the full environment contains them too.
$(VENV)/.examples: setup.cfg setup.py | $(VENV)/.tools
	@if [ ! $(VENV)/.full -nt setup.cfg ]; then \
	    echo "Installing the package, Django, Flask and Node.js into $(VENV)" >&2; \
	    $(PIP) install --no-build-isolation --editable '.[examples]'; \
	fi
	@touch $@

$(VENV)/.full: setup.cfg setup.py | $(VENV)/.tools
	@echo "Installing the package and its development tools into $(VENV)" >&2
	@$(PIP) install --no-build-isolation --editable '.[test,docs,dev]'
	@touch $@

.PHONY: venv
venv: $(VENV)/.full ## create the development environment, with every extra

.PHONY: system
system:
	@sh scripts/system-packages.sh

# ----------------------------------------------------------------- main jobs

.PHONY: demo
demo: $(VENV)/.demo ## start a real Directus server and run the SDK against it
	@$(BIN)/python examples/quickstart.py

# The recipe is one command, so that it gets make's signals itself.
.PHONY: example-django example-flask
example-django: $(VENV)/.examples ## start the Django example, with a real Directus server; Ctrl-C ends both
	@$(BIN)/python -m examples.magazine.start django

example-flask: $(VENV)/.examples ## start the Flask example, with a real Directus server; Ctrl-C ends both
	@$(BIN)/python -m examples.magazine.start flask

.PHONY: test
test: $(VENV)/.full system ## run the checks and the tests, but not those of soak and test-web
	@sh scripts/test.sh

.PHONY: test-fast
test-fast: $(VENV)/.full ## run the fast tests, which need no server
	@$(BIN)/python -m pytest -m "not live and not slow and not soak and not web" tests

# -------------------------------------------------------------------- checks

CHECKS := lint mypy imports docs build bare

.PHONY: checks types coverage-doc $(CHECKS)
checks: $(CHECKS) ## run every check of make test, but not the tests

lint: $(VENV)/.full ## run ruff and codespell
	@$(BIN)/ruff check .
	@$(BIN)/codespell README.md CONTRIBUTING.md SECURITY.md CHANGELOG.md docs directus_sdk
	@$(BIN)/ruff format --quiet --check . || { echo "Not formatted: run make fix" >&2; exit 1; }

mypy: $(VENV)/.full ## run mypy --strict for the oldest and the newest Python
	@$(BIN)/mypy --python-version 3.10 --cache-dir build/mypy/oldest
	@$(BIN)/mypy --python-version 3.14 --cache-dir build/mypy/newest

types: mypy ## run mypy --strict on the package, mypy and pyright on tests/typing
	@$(BIN)/python -m pytest -q tests/typing

imports: $(VENV)/.full ## run import-linter: layers, and no import cycles
	@$(BIN)/lint-imports --no-logo --config setup.cfg --cache-dir build/import-linter

docs: $(VENV)/.full ## build the documentation: build/docs/index.html
	@$(BIN)/sphinx-build -W --keep-going -q -d build/doctrees -b html docs build/docs
	@$(BIN)/python scripts/check_site.py build/docs

coverage-doc: $(VENV)/.full ## write docs/coverage.md from the table of endpoints
	@$(BIN)/python scripts/coverage_doc.py

build: $(VENV)/.full ## build and check the wheel and the sdist in dist/
	@$(BIN)/python scripts/build.py

# Install the package as a user does, without extras or development tools, and use it.
bare: build
	@$(BIN)/python scripts/bare_install.py

# --------------------------------------------------------------------- others

.PHONY: fix
fix: $(VENV)/.full ## format the code, and fix what ruff can fix
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: soak
soak: $(VENV)/.full ## run the tests that take minutes, against a real server
	@$(BIN)/python -m pytest -m soak tests

.PHONY: test-web
test-web: $(VENV)/.full ## run the example sites in a browser (Chromium) and under load; screenshots in build/web
	@SYSTEM_PACKAGES="chromium chromium" sh scripts/system-packages.sh
	@$(BIN)/python -m pytest -q -rs -p no:randomly -m web tests/web

.PHONY: bench
bench: $(VENV)/.full ## run the benchmarks, compared with plain requests
	@set -e; for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python "$$file"; done

.PHONY: test-servers
test-servers: $(VENV)/.full system ## run the live tests on every supported version of Directus and database
	@$(BIN)/python -m scripts.test_servers

.PHONY: test-strict
test-strict: $(VENV)/.full system ## run the live tests with clients that check every call against the schema
	@DIRECTUS_STRICT=1 $(BIN)/python -m pytest -q -rs -m "live and not soak" tests/live

# PySpark is large and pins pandas, so it has an environment of its own.
.PHONY: test-spark
test-spark: $(VENV)/.full ## run the data source for Spark on a real Spark (installs PySpark and Debian's Java)
	@sh scripts/test-spark.sh

.PHONY: test-lowest
test-lowest: $(VENV)/.full ## run the fast tests with the lowest versions in setup.cfg, on the oldest Python
	@$(BIN)/python -m scripts.test_lowest

.PHONY: clean
clean: ## remove everything that make has created; servers in the user's cache are kept
	@rm -rf $(VENV) build dist *.egg-info .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
