# Everything a user or CI runs. Needs Python >= 3.11 with venv, pip and make; nothing else.

PYTHON ?= python3
# Processes of one pytest run; each computes on one thread.
JOBS ?= 2
# `make lock UPGRADE=--upgrade` moves to the newest allowed versions.
UPGRADE ?=

BIN := .venv/bin

# One compute thread per process: the parallelism here is over processes, and timings stay comparable.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export NUMEXPR_NUM_THREADS := 1
export NUMBA_NUM_THREADS := 1
export VECLIB_MAXIMUM_THREADS := 1

.DEFAULT_GOAL := help
.PHONY: help install lock check test demo parity copies slow abuse mutation bench clean python-is-usable

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

python-is-usable:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "roadworld needs Python 3.11 or newer; '$(PYTHON)' is not. Try: make PYTHON=python3.11 ..." >&2; \
		exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt install python3-venv" >&2; \
		exit 1; }

install: .venv/.installed ## build .venv from the lock files

.venv/.installed: requirements.lock requirements-torch.lock pyproject.toml | python-is-usable
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -r requirements-torch.lock
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m pip check
	touch $@

lock: python-is-usable ## rewrite requirements.lock from pyproject.toml
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet uv
	.venv-lock/bin/uv pip compile --quiet $(UPGRADE) --universal --python-version 3.11 --extra dev --extra explore --extra trees \
		--constraint requirements-torch.lock --generate-hashes --no-annotate \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
		--output-file requirements.lock pyproject.toml

check: install ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy --platform win32
	$(BIN)/lint-imports

test: check ## check, then every test suite at its quick setting
	$(BIN)/python -m experiments.warm_up # tests look at what commands write, which is more while they compile
	$(BIN)/pytest -n $(JOBS) --dist worksteal

demo: install ## every policy on the small suite: table, page, three videos, six replays; the audit's lines (minutes)
	$(BIN)/python -m experiments.warm_up
	$(BIN)/python -m experiments.compare policy=all suite=quick num_videos=3 num_replays=6
	$(BIN)/python -m experiments.audit show=experiments/results/audit

parity: install ## reference against twin, many seeds (tens of minutes)
	$(BIN)/pytest -n $(JOBS) tests/parity --parity-seeds 100 --parity-seconds 40

copies: install ## copies of environments: 2,000 random sequences of calls per engine (tens of minutes)
	COPY_SEQUENCES=2000 $(BIN)/pytest -n $(JOBS) tests/contract/test_copy_sequences.py

slow: install ## the slow tests: collect, train and drive from nothing (minutes)
	$(BIN)/pytest -m slow tests

abuse: install ## bad input, damaged files, killed runs, full disks; prints the table (about half an hour)
	ABUSE=full ABUSE_TABLE=build/abuse.md HYPOTHESIS_PROFILE=ci $(BIN)/python -m pytest -p no:xdist -m "slow or not slow" tests/abuse

mutation: install ## small faults in physics, cost and statistics: how many do their tests notice? (tens of minutes)
	$(BIN)/python tests/abuse/mutation.py --sample 300 --seed 1 --output build/mutation.md

bench: install ## speed of the twin, against highway-env
	$(BIN)/python -m experiments.benchmark

clean: ## remove caches and builds; results and .venv stay
	rm -rf build dist .venv-lock .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -path ./.venv -prune -o -type d -name __pycache__ -exec rm -rf {} +
