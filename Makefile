# Every target sets up what it needs in .venv; all it takes is Python >= 3.11, pip and make.

PYTHON ?= python3
BIN := .venv/bin
# Bytecode is made of what is imported, and kept, which containers often forbid; pip would make it of all packages, for a minute.
INSTALL := -m pip install --quiet --no-compile --editable
unexport PYTHONDONTWRITEBYTECODE

# The last two compare with PyTorch, which takes a gigabyte.
WITHOUT_DOCTESTS := playground/tests playground/node_modules tools/stand_ins tools/comparison.py tools/peer_drawings.py

.PHONY: demo help test unit check types lint doctests bytecode other-python pythons lowest portable pyodide-test torch bench soak flakes \
	notebooks lab pictures mutants site play site-test clean

# ARGS=--no-open leaves the browser alone.
demo: .venv/ready
	$(BIN)/python -m tools.demo $(ARGS)

# As CONTRIBUTING.md lists them.
help:
	@sed -n 's/^| `\(make [a-z-]*\)` | \(.*\) |$$/\1	\2/p' CONTRIBUTING.md | expand -t 20

test:
	@mkdir -p .venv/pythons
	$(MAKE) --jobs 2 --output-sync other-python check bytecode # mypy is one process, and pip waits for the network
	$(BIN)/pytest -n 4 --dist worksteal -m "not matrix" # four on two processors: they wait for browsers and kernels, too

unit: .venv/ready
	$(BIN)/pytest -n 2 -m "not slow"

check: types lint doctests

types: .venv/ready
	$(BIN)/mypy

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

doctests: .venv/ready
	$(BIN)/pytest -q --no-header --hypothesis-profile=ci --doctest-modules autograd nn playground tools tests/support/oracle.py $(WITHOUT_DOCTESTS:%=--ignore=%)

# Of tests and libraries, once: each of the four processes of `make test` would make it for itself. Those report what fails here.
bytecode: doctests
	-$(BIN)/pytest --collect-only -q > /dev/null

# Needs nothing that is installed here, so that both environments are made at the same time.
other-python:
	$(PYTHON) -m tests.support.pythons --newest

# The fast tests and the types on every minor version of CPython >= 3.11 on PATH or in pyenv's folder.
pythons: .venv/ready
	$(BIN)/python -m tests.support.pythons

# The fast tests with the lowest versions of all libraries that pyproject.toml allows.
lowest: .venv/ready
	$(BIN)/python -m tests.support.pythons --lowest

# The fast tests inside Pyodide, the Python of the playground, in Node.
pyodide-test: .venv/ready .venv/node
	$(BIN)/python -m tests.support.pyodide

# Every notebook with every BLAS kernel, on one thread and on two, without vector units, and with another libm.
portable: .venv/ready
	$(BIN)/pytest -n 2 tests/support/portable.py

# On PyTorch tensors, in an environment of its own: PyTorch takes a gigabyte.
torch: .venv/torch/ready
	.venv/torch/bin/python -m pytest -q tests/support/torch_arrays.py tests/support/torch_programs.py

bench: .venv/bench
	$(BIN)/python -m benchmarks

soak: .venv/ready
	SOAK=1 $(BIN)/pytest -n 2 tests/test_ops.py tests/test_random_graphs.py tests/test_functions.py tests/test_frozen_graphs.py \
		tests/test_relations.py tests/test_session.py tests/test_foreign_exceptions.py tests/test_depth.py tests/nn/test_model_files.py

# In random order and with fresh examples: none may fail. The seed reproduces a failure.
flakes: .venv/ready
	for run in $$(seq 200); do \
		seed=$$(date +%s); echo "run $$run, seed $$seed"; \
		$(BIN)/pytest -q -n 2 -m "not slow" -p pytest_randomly --hypothesis-profile=fresh \
			--hypothesis-seed=$$seed --randomly-seed=$$seed || exit 1; \
	done

# Every partial off by 1e-12, and the classic mistakes of autodiff engines: each must make a test fail.
mutants: .venv/ready
	$(BIN)/python -m tests.mutation.mutants

notebooks: .venv/ready
	$(BIN)/python -m tools.notebooks

# We trust our own notebooks, so that their players work before a rerun.
lab: .venv/lab
	$(BIN)/jupyter-trust notebooks/*.ipynb
	$(BIN)/jupyter-lab notebooks

# The documentation, with the playground in site/play/ and JupyterLite in site/lab/.
site: .venv/ready .venv/node
	$(BIN)/python -m tools.site

# The playground, built and served on this machine.
play: .venv/node
	$(BIN)/python -m tools.playground --serve

# The playground in Chromium, and axe-core over all kinds of pages.
site-test: .venv/ready .venv/node
	$(BIN)/pytest -q playground
	$(BIN)/pytest -n 2 -m matrix

# With an empty PATH, the pinned renderer draws them, identically on every machine.
pictures: .venv/ready
	env PATH= $(CURDIR)/$(BIN)/python -m tools.pictures

clean:
	rm -rf playground/node_modules playground/src/ops.mjs playground/src/interpreter.mjs
	rm -rf .venv demo build site dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

# What users install.
.venv/base: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python $(INSTALL) .
	touch $@

# With Node, unless the machine has it.
.venv/node: .venv/base
	command -v npm > /dev/null || $(BIN)/python $(INSTALL) ".[play]"
	touch $@

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python $(INSTALL) ".[dev]"
	touch $@

.venv/torch/ready: pyproject.toml
	$(PYTHON) -m venv .venv/torch
	.venv/torch/bin/python -m pip install --quiet torch
	.venv/torch/bin/python $(INSTALL) ".[compile,testing]" array-api-strict mpmath pytest
	touch $@

.venv/bench: .venv/ready
	$(BIN)/python $(INSTALL) ".[bench]"
	touch $@

.venv/lab: .venv/ready
	$(BIN)/python $(INSTALL) ".[lab]"
	touch $@
