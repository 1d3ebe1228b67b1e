"""Every pass changes no result, alone and after the others, and reduces what it is there to reduce."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.compiler.passes.dots import dots
from autograd.compiler.passes.matrix_products import matrix_products
from autograd.compiler.passes.outer_products import outer_products
from autograd.compiler.passes.registers import assign_registers
from tests.support.compiled import gradients, programs, results, valid

EXACT = [dots, matrix_products, outer_products, assign_registers]  # to the last bit, sums over lanes included
by_name = {"ids": lambda found: found.__name__}


@pytest.mark.parametrize("a_pass", EXACT, **by_name)
@given(drawn=st.one_of(programs(), gradients()))
def test_a_pass_changes_no_bit_of_any_result(a_pass, drawn):
    after = a_pass(drawn[0])
    assert valid(after)
    assert results(drawn, after) == results(drawn)
    assert (after.inputs, [output.name for output in after.outputs]) == (drawn[0].inputs, [o.name for o in drawn[0].outputs])


@pytest.mark.parametrize("a_pass", EXACT, **by_name)
@given(drawn=st.one_of(programs(), gradients()))
def test_a_pass_adds_no_rows(a_pass, drawn):
    assert len(a_pass(drawn[0]).rows) <= len(drawn[0].rows)
