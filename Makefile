# Everything runs in a virtual environment of its own, made on first use.
PYTHON ?= python3
VENV   ?= .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
TESTS ?= tests
# Tests wait for processes and sockets as often as they compute: three fill two cores.
JOBS  ?= 3

.PHONY: demo test test-all test-interop sabotage check coverage bench wheel format clean

$(VENV)/.demo: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[demo]"
	touch $@

$(VENV)/.dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@ $(VENV)/.demo

$(VENV)/.bench: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[bench]"
	touch $@ $(VENV)/.demo

$(VENV)/.interop: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[interop]"
	touch $@ $(VENV)/.dev $(VENV)/.demo

demo: $(VENV)/.demo          ## the whole thing on this machine, nothing to configure
	$(BIN)/kupload demo

test: $(VENV)/.dev           ## the tests but the slow ones: some minutes
	$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal $(TESTS)

test-all: $(VENV)/.dev       ## every test that needs no credentials, the slow ones, too
	$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal -m "not live and not interop" $(TESTS)

test-interop: $(VENV)/.interop  ## against Tus servers that others wrote: needs node and npm, and nginx for most
	$(BIN)/python -m pytest -q -n 0 -m interop tests/interop

# Does a test turn red for each check of the upload driver? It removes them one at a time, in a copy; a few minutes.
sabotage: $(VENV)/.dev       ## one check after the other; CHECK=mark tries those with that word in their name
	$(BIN)/python .ci/sabotage.py $(CHECK)

check: $(VENV)/.dev          ## lint, format, types, layers, and the wheel in a clean environment
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python .ci/check_wheel.py

coverage: $(VENV)/.dev       ## branch coverage: all of the pure core, 95 % in total
	$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal -m "not live and not interop" --cov --cov-report=term $(TESTS)

bench: $(VENV)/.bench        ## every figure beside its bar; takes a quarter of an hour and curl
	-$(BIN)/python -m benchmarks.bench $(BENCH)

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis
