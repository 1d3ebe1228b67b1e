"""The mistakes that `make mutants` plants can still be made."""

import ast
from pathlib import Path

import pytest

from autograd import ops
from tests.mutation.classic_mistakes import MISTAKES
from tests.mutation.mutants import OF_KERNELS, OF_RULES, QUICK, REST, places_with_a_partial_off

AUTOGRAD = Path(__file__).parent.parent.parent / "autograd"


@pytest.mark.parametrize(("file", "old", "new"), [mistake[1:] for mistake in MISTAKES], ids=[mistake[0] for mistake in MISTAKES])
def test_a_classic_mistake_stands_somewhere_and_is_python(file, old, new):
    source = (AUTOGRAD / file).read_text(encoding="utf-8")
    assert old in source
    ast.parse(source.replace(old, new, 1))


def test_every_op_of_the_table_is_a_call_that_can_be_changed():
    tree = ast.parse((AUTOGRAD / "ops.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {ast.unparse(call.args[0]).strip("'") for call in calls if ast.unparse(call.func) == "op"}
    assert names >= ops.BUILT_IN


def test_a_mutant_differs_from_its_file_and_is_python():
    mutants = list(places_with_a_partial_off())
    assert len(mutants) > 20
    for mutant in mutants:
        assert mutant.source != (AUTOGRAD.parent / mutant.file).read_text(encoding="utf-8")
        ast.parse(mutant.source)


def test_the_tests_that_must_see_a_mistake_are_there():
    for test in [*QUICK, *REST, OF_RULES, OF_KERNELS]:
        file, _, name = test.partition("::")
        source = (AUTOGRAD.parent / file).read_text(encoding="utf-8")
        assert not name or f"def {name}(" in source
