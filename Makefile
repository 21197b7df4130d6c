# Only Python 3.11 (or newer) and make are needed; everything else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test test-fast lint bench torture screenshots resolve clean

demo: $(VENV)/.installed
	$(BIN)/sdtui demo $(DIR)

test: $(VENV)/.test
	$(BIN)/pytest -n 2 -m "not torture and not bench"

test-fast: $(VENV)/.test
	$(BIN)/pytest -n 2 -m "not slow and not torture and not bench"

# Hundreds of kills and launches.
torture: $(VENV)/.test
	$(BIN)/pytest -m torture --timeout=3600

bench: $(VENV)/.test
	$(BIN)/pytest -m bench tests/bench -q

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --python-version 3.10

# Would the dependencies resolve for the Python that many trainers' environments have? Nothing is installed.
resolve: $(VENV)/.installed
	$(PIP) install --dry-run --ignore-installed --quiet --python-version 3.10 --only-binary=:all: \
	  --target $(VENV)/resolve-3.10 -c constraints.txt $$($(BIN)/python tests/dependencies.py)

screenshots: $(VENV)/.test
	$(BIN)/python -m tests.screenshots

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "sdtui needs Python 3.10 or newer; try: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install -q -c constraints.txt -e .
	touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install -q -c constraints.txt -e ".[test]"
	touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
