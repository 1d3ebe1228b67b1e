# Every command sets up what it needs in .venv; a machine with Python >= 3.11, pip and make is enough.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test unit check bench soak pictures clean

demo: .venv/ready
	$(BIN)/python -m examples.demo

test: check unit
	$(BIN)/pytest -n 2 -m slow

unit: .venv/ready
	$(BIN)/pytest -n 2 -m "not slow"

check: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -q --no-header autograd nn

bench: .venv/bench
	$(BIN)/python -m benchmarks

soak: .venv/ready
	SOAK=1 $(BIN)/pytest -n 2 tests/test_ops.py tests/test_random_graphs.py tests/test_functions.py tests/test_frozen_graphs.py \
		tests/test_relations.py tests/test_session.py tests/test_foreign_exceptions.py

# An empty PATH: the renderer pinned in the extra draws them, the same on every machine.
pictures: .venv/ready
	env PATH= $(CURDIR)/$(BIN)/python -m examples.pictures

clean:
	rm -rf .venv demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@

.venv/bench: .venv/ready
	$(BIN)/python -m pip install --quiet --editable ".[bench]"
	touch $@
