"""Every notebook shows the same on every machine that can be imitated here: `make portable`, about 15 minutes."""

import pytest

from tests.support.machines import OTHER_LIBM, blas_kernels, shown_on, without_vector_units
from tests.support.outputs import assert_alike, kept
from tools.notebooks import texts

each_notebook = pytest.mark.parametrize("name", [text.stem for text in texts()])


@each_notebook
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("kernel", blas_kernels())
def test_any_blas_kernel_with_one_and_two_threads_gives_the_same(kernel, threads, name):
    shown, used = shown_on({"OPENBLAS_CORETYPE": blas_kernels()[kernel], "OPENBLAS_NUM_THREADS": str(threads)}, name)
    assert used == (kernel, threads)
    assert_alike(shown, kept(name))


@each_notebook
def test_numpy_without_vector_units_gives_the_same(name):
    assert_alike(shown_on(without_vector_units(), name)[0], kept(name))


@each_notebook
def test_another_libm_gives_the_same(name):
    assert_alike(shown_on(OTHER_LIBM, name)[0], kept(name))
