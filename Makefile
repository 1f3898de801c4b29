# Two commands: `make run` and `make test`. Everything they need is installed into .venv from the locks.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := uv==0.13.9

.PHONY: run test lint format bench torture lock clean

run: $(VENV)/.run
	@$(BIN)/newsbot run

# More workers than cores, for the tests wait as much as they compute.
test: lint
	@$(BIN)/pytest -n 5 --dist worksteal

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

bench: $(VENV)/.dev
	@$(BIN)/python -m tests.benchmarks

# The bot is killed 200 times under load, on servers that fail, over each database, and by turns of two; SEED=7 for another run.
SEED := 1
KILLS := 200
torture: $(VENV)/.dev
	@$(BIN)/python -m tests.torture --kills $(KILLS) --seed $(SEED)
	@$(BIN)/python -m tests.torture --kills $(KILLS) --seed $(SEED) --database postgres
	@$(BIN)/python -m tests.torture --kills $(KILLS) --seed $(SEED) --database postgres --processes 2

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "newsbot needs Python 3.11 or later; run: make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing newsbot into $(VENV) (once; about a minute)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "Installing the test tools into $(VENV)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Exact versions with hashes for Python 3.11 and later; no index address is written.
lock: $(VENV)/.run
	@$(BIN)/python -m pip install -qq --disable-pip-version-check $(UV)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

clean:
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
