# make report: from nothing but Python to the report of the suite "quick". make test: the tests;
# make test-sweeps: those with many cases of one kind; make test-faults: those that kill, damage and fill disks.

PYTHON ?= python3
SUITE ?= quick
VENV := .venv
BIN := $(VENV)/bin

# Compiled modules are kept, whatever the surroundings say: the tests start the program many times.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: report test test-sweeps test-faults test-long bench lint clean

report: $(VENV)/experiments
	$(BIN)/homework report --suite $(SUITE)

test: $(VENV)/dev
	$(BIN)/python -m pytest -n 2 --dist worksteal --ignore tests/faults

test-sweeps: $(VENV)/dev
	$(BIN)/python -m pytest -n 2 --dist worksteal --ignore tests/faults -m "sweep and not long"

test-faults: $(VENV)/dev
	$(BIN)/python -m pytest -n 2 --dist worksteal tests/faults

test-long: $(VENV)/dev
	$(BIN)/python -m pytest -m long

bench: $(VENV)/experiments
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.answers

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	test ! -x $(BIN)/python || $(BIN)/python -m report.book.clean
	rm -rf $(VENV)

# The stamps say what is installed; a changed pyproject.toml installs again.
$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/experiments: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[experiments]"
	@touch $@

$(VENV)/dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[experiments,dev]"
	@touch $(VENV)/experiments $@
