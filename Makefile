# Everything runs in a virtual environment of its own, made on first use; each Python that is named has its own.
PYTHON ?= python3
ifeq ($(origin PYTHON),file)
VENV ?= .venv
else
VENV ?= .venv-$(shell $(PYTHON) -c 'import sys; print("{}.{}".format(*sys.version_info))')
endif
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
# A thousand processes import the same modules: what Python compiled once it keeps, whatever the user has set.
unexport PYTHONDONTWRITEBYTECODE
TESTS ?= tests
# Tests wait for processes and sockets as often as they compute: three fill two cores.
JOBS  ?= 3
# The Pythons that are promised, and the tests that a change of Python can break: no service, no database, no process.
PYTHONS ?= 3.11 3.12 3.13 3.14
PURE := $(wildcard $(addprefix tests/,audit batch cli commands config database/test_dsn.py display library mapping media output \
	plan policy progress retries text upload) tests/test_*.py)

# The Windows bench: a CPython for Windows under Wine. Files that others wrote are there, so git ignores the folder.
WINDOWS_BENCH ?= .wine-bench
ON_WINDOWS = PYTHONPATH=tests $(BIN)/python -m windows
# Exit code 75 says that there can be no bench on this machine, and why.
OR_NOT_RUN = code=$$?; if [ $$code -eq 75 ]; then echo "tests/windows not run"; else exit $$code; fi

.PHONY: demo test test-all test-browser test-interop test-pythons test-windows test-windows-all sabotage check pictures pictures-check coverage bench bench-jobs bench-peers wheel format clean

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

$(VENV)/.browser: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[browser]"
	touch $@ $(VENV)/.dev $(VENV)/.demo

demo: $(VENV)/.demo          ## the whole thing on this machine, nothing to configure
	$(BIN)/kupload demo

test: $(VENV)/.dev           ## the tests but the slow ones: some minutes
	$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal $(TESTS)

# Elsewhere tests fork kupload from a process that has imported it already (tests/support/kupload.py).
test-all coverage: export KUPLOAD_TESTS_FORK = 0

test-all: $(VENV)/.dev       ## every test that needs no credentials, the slow ones, too
	$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal -m "not live and not interop" --hypothesis-profile=thorough $(TESTS)

test-pythons:                ## the pure and file tests, on every other promised Python that this machine has
	@own=$$($(PYTHON) -c 'import sys; print("{}.{}".format(*sys.version_info))'); \
	for version in $(PYTHONS); do \
		if [ $$version = $$own ]; then continue; fi; \
		if ! python$$version -c "" 2>/dev/null; then echo "python$$version is not on this machine"; continue; fi; \
		echo "python$$version:"; \
		$(MAKE) --no-print-directory test PYTHON=python$$version TESTS="$(PURE)" || exit 1; \
	done

test-windows: $(VENV)/.dev   ## the pure and file tests and the Windows cases, by a Windows Python under Wine
	@$(ON_WINDOWS).bench $(WINDOWS_BENCH) && \
		$(ON_WINDOWS).run $(WINDOWS_BENCH) -n $(JOBS) --dist worksteal $(PURE) tests/windows; $(OR_NOT_RUN)

test-windows-all: $(VENV)/.dev  ## every test that `make test` runs, in the same way: half an hour
	@$(ON_WINDOWS).bench $(WINDOWS_BENCH) && \
		$(ON_WINDOWS).run $(WINDOWS_BENCH) -n $(JOBS) --dist worksteal --least-passed 97 $(TESTS); $(OR_NOT_RUN)

test-interop: $(VENV)/.interop  ## against Tus servers that others wrote: needs node and npm, and nginx for most
	$(BIN)/python -m pytest -q -n 0 -m interop tests/interop

test-browser: $(VENV)/.browser  ## the page in a real Chromium, which has to be on this machine: two minutes
	$(BIN)/python -m pytest -q -n 0 -m slow tests/monitor/web tests/commands/report

# Does a test turn red for each check of the upload driver? It removes them one at a time, in a copy; a few minutes.
sabotage: $(VENV)/.dev       ## one check after the other; CHECK=mark tries those with that word in their name
	$(BIN)/python .ci/sabotage.py $(CHECK)

check: $(VENV)/.dev          ## lint, format, types, layers, and the wheel in a clean environment
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python .ci/check_wheel.py

pictures: $(VENV)/.dev        ## the pictures of the README, from the demo: half a minute
	$(BIN)/python .ci/pictures.py

pictures-check: $(VENV)/.dev  ## are they what kupload shows now?
	$(BIN)/python .ci/pictures.py --check

coverage: $(VENV)/.dev       ## branch coverage: all of the pure core, 95 % in total
	$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal -m "not live and not interop" --cov --cov-report=term $(TESTS)

bench: $(VENV)/.bench        ## every figure beside its bar; takes a quarter of an hour and curl; BENCH=lines is four machines
	-$(BIN)/python -m benchmarks.bench $(BENCH)

bench-peers: $(VENV)/.bench  ## kupload beside curl, tuspy, aiotus, tus-js-client and one PATCH a file: an hour
	-$(BIN)/python -m benchmarks.peers $(PEERS)

bench-jobs: $(VENV)/.bench   ## --jobs auto beside fixed numbers on three lines of real sockets: ten minutes
	-$(BIN)/python -m benchmarks.jobs

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv .venv-* $(WINDOWS_BENCH) build dist .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis
