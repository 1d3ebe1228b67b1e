"""Every pass changes no result, alone and after the others, and reduces what it is there to reduce."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.compiler.passes.common_subexpressions import common_subexpressions
from autograd.compiler.passes.constants import constants
from autograd.compiler.passes.dead_code import dead_code
from autograd.compiler.passes.dots import dots
from autograd.compiler.passes.identities import identities
from autograd.compiler.passes.matrix_products import matrix_products
from autograd.compiler.passes.outer_products import outer_products
from autograd.compiler.passes.registers import assign_registers
from tests.support.compiled import CHAINS, GATES, gradients, programs, results, valid
from tests.support.programs import wild_programs

EXACT = [dead_code, constants, common_subexpressions, identities, dots, matrix_products, outer_products, assign_registers]
by_name = {"ids": lambda found: found.__name__}

FLAGS = st.sampled_from([0.0, -0.0, 1.0, 2.0])
any_program = st.one_of(
    programs(),
    programs(CHAINS),
    programs(GATES, constants=FLAGS),
    gradients(),
    gradients(wild_programs(names=(*GATES, "relu", "abs", "log_softmax"))),
)


@pytest.mark.parametrize("a_pass", EXACT, **by_name)
@given(drawn=any_program)
def test_a_pass_changes_no_bit_of_any_result(a_pass, drawn):
    after = a_pass(drawn[0])
    assert valid(after)
    assert results(drawn, after) == results(drawn)
    assert (after.inputs, [output.name for output in after.outputs]) == (drawn[0].inputs, [o.name for o in drawn[0].outputs])


@pytest.mark.parametrize("a_pass", EXACT, **by_name)
@given(drawn=any_program)
def test_a_pass_adds_no_rows(a_pass, drawn):
    program = dead_code(drawn[0])
    after = a_pass(program)
    assert len(after.rows if a_pass is assign_registers else dead_code(after).rows) <= len(program.rows)
