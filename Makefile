# `make demo` and `make test` install what is missing. Needed first: Python 3.11 or newer, and make; as root
# on a machine with apt all the rest comes by itself, elsewhere a message names the command to type.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
# Not `auto`: that counts physical cores, and two virtual ones of a rented machine are often a single core.
WORKERS ?= logical
# Where it is set, each of the many starts of Python would compile again all that it imports.
unexport PYTHONDONTWRITEBYTECODE

RUNTIME := $(VENV)/.runtime
TESTING := $(VENV)/.testing
# Every file comes from the lock by its digest, as a wheel: nothing is built, nothing is looked up anew.
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --root-user-action=ignore
LOCKED := $(PIP) --require-hashes --only-binary :all:
APT := DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300
PYTEST := $(BIN)/python -m pytest --quiet

.PHONY: install demo test test-long bench lint lock assets browser clean

## install: the program in .venv, and what its pages need
install: $(RUNTIME) assets

## demo: the sample district on http://127.0.0.1:$(PORT), in the foreground (PORT, GRIDSVC_HOME)
demo: install
	exec $(BIN)/gridsvc up --sample --port $(PORT)

## test: everything but what is marked long
test: $(TESTING) assets browser
	$(PYTEST) -m "not long" -n $(WORKERS) --maxprocesses=4 --dist=worksteal

## test-long: kill tests, simulations, calibration
test-long: $(TESTING) assets browser
	$(PYTEST) -m long

## bench: every speed claim beside a peer, in one run
bench: $(TESTING) assets
	$(BIN)/python -m benchmarks

## lint: style, types, floors
lint: $(TESTING)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; name it by PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  package=$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing $$package by apt"; \
	    $(APT) update >/dev/null; \
	    $(APT) install -y --no-install-recommends "$$package" >/dev/null; \
	  else \
	    echo "As root, run:  apt-get install -y $$package" >&2; exit 1; \
	  fi; }
	$(PYTHON) -m venv --clear $(VENV)

$(RUNTIME): requirements.lock requirements-build.lock pyproject.toml | $(BIN)/python
	$(LOCKED) -r requirements.lock -r requirements-build.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m gridsvc.patrol.routing.compiling
	@touch $@

$(TESTING): requirements-dev.lock $(RUNTIME)
	$(LOCKED) -r requirements-dev.lock
	@touch $@

# It looks for itself whether anything is to be done.
assets: $(RUNTIME)
	@$(BIN)/python -m gridsvc.assets.build

# For the tests that look at pages: Debian's Chromium, Chinese glyphs, and a library that Playwright's driver wants.
browser:
	@command -v chromium >/dev/null && ls /usr/share/fonts/*/noto/NotoSansCJK-Regular.ttc >/dev/null 2>&1 \
	  && ls /usr/lib/*/libatomic.so.1 >/dev/null 2>&1 || { \
	  packages="chromium fonts-noto-cjk libatomic1"; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing $$packages by apt"; \
	    $(APT) update >/dev/null; \
	    $(APT) install -y --no-install-recommends $$packages >/dev/null; \
	  else \
	    echo "As root, run:  apt-get install -y $$packages" >&2; \
	  fi; }

## lock: resolve the dependencies anew; UPGRADE=--upgrade takes the newest of each
# No registry and no address gets into these files: whoever installs asks the index that is set up there.
UPGRADE ?=
COMPILE = "$$tool/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links $(UPGRADE)
lock: $(BIN)/python
	tool=$$(mktemp -d); trap 'rm -rf "$$tool"' EXIT; \
	$(PYTHON) -m venv "$$tool"; \
	"$$tool/bin/pip" --disable-pip-version-check install --quiet uv; \
	$(COMPILE) pyproject.toml -o requirements.lock; \
	$(COMPILE) pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock; \
	$(COMPILE) --group build -c requirements-dev.lock -o requirements-build.lock

clean:
	rm -rf $(VENV) gridsvc/assets/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
