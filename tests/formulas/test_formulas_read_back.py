"""The parsers that the formula tests use to read formulas back."""

from tests.support.formulas import from_latex, from_text, value


def test_text_is_read_as_it_is_meant():
    assert from_text("|a| if |b| else |c|") == "abs(a) if abs(b) else abs(c)"
    assert from_text("|x|·y² − [x ≤ 2]^(−1)") == "abs(x)*y**(2) - (x <= 2)**(-1)"


def test_latex_is_read_as_it_is_meant():
    assert value(from_latex(r"\frac{a + 1}{{b}^{2}} \cdot \left|a\right| - \sqrt{w_{1}}"), a=-3.0, b=2.0, w1=4.0) == -3.5
    cases = r"2 \cdot \left(\begin{cases}a & \text{if } \left[a > 0\right]\\-a & \text{otherwise}\end{cases}\right)"
    assert value(from_latex(cases), a=-3.0) == 6.0
