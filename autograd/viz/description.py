"""A drawing in words: its title, a description for readers who can't see it, and what to look at."""

from __future__ import annotations

import math

from autograd._format import counted, listed
from autograd.value import Value, is_detached
from autograd.viz import style
from autograd.viz.diagram import Box, Diagram

ROUNDING = 1e-9  # relative: gradients closer than this are the same
MAX_TIED = 3  # inputs that are named


def title(diagram: Diagram) -> str:
    """The title of a drawing: `y = 0.7071`."""
    roots = diagram.graph.roots
    names = [diagram.name_of(root) for root in roots]
    return f"{names[0]} = {diagram.root_data}" if len(roots) == 1 else listed(names, most=4)


def describe_graph(diagram: Diagram) -> str:
    """A description of the drawing for readers who can't see it.

    >>> from autograd import Value
    >>> from autograd.viz.draw_dot import draw_dot
    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> y.label = "y"
    >>> y.backward()
    >>> describe_graph(draw_dot(y).diagram)
    'Graph of y = 9: 1 input, 1 operation; largest gradient 6 at x.'
    """
    inputs = sum(node.op is None for node in diagram.graph)
    operations = counted(len(diagram.graph) - inputs, "operation")
    text = f"Graph of {title(diagram)}: {counted(inputs, 'input')}, {operations}"
    if (largest := _largest(diagram)) is None:
        return f"{text}; no gradients."
    size, grad, name = largest
    return f"{text}; largest gradient {grad} at {name}." if size else f"{text}; all gradients of inputs are 0."


def what_to_see(diagram: Diagram) -> str:
    """One sentence on what the numbers say."""
    root = diagram.name_of(diagram.graph.roots[0])
    born = [box.name or box.symbol for box in diagram.boxes.values() if box.framed and box.data]
    if born:
        frame = "frame with ⚠" if diagram.options.steady else "thick frame"  # on a page, the current step has a thick frame, too
        return f"The {frame} marks where it went wrong: {listed(born, most=2)}."
    largest = _largest(diagram)
    if largest is None:
        alone = any(arrow.partial is not None for arrow in diagram.arrows)
        return "Each arrow shows its local derivative." if alone and "partial" in diagram.options.show else ""
    size, grad, name = largest
    only = sum(node.op is None and diagram.quantities.grad(node) is not None for node in diagram.graph) == 1
    one_sweep = _are_of_one_sweep(diagram, ROUNDING * size)
    if not math.isfinite(size) or (only and not one_sweep):
        return f"The gradient of {name} is {grad}."
    if not size:
        return _why_zero(diagram) if one_sweep else "The gradients of all inputs are 0."
    if not one_sweep or len(diagram.graph.roots) > 1:  # of which no single one has these gradients
        return f"The largest gradient is {grad}, that of {name}."
    where = "With detached values held fixed," if any(map(is_detached, diagram.graph)) else "Near this point"
    if only:
        return f"{where} {root} changes with {name} at a rate of {grad}."
    return f"{where} {root} changes most with {name}: at a rate of {grad}."


def _are_of_one_sweep(diagram: Diagram, rounding: float) -> bool:
    """True if the inputs hold the gradients of one sweep: not those of several, of another seed, or set since."""
    graph, grad = diagram.graph, diagram.quantities.grad
    held = ((node, grad(node)) for node in graph if node.op is None)
    return not diagram.recorded or all(bar is None or abs(bar - graph.adjoints.get(node, 0.0)) <= rounding for node, bar in held)


def _why_zero(diagram: Diagram) -> str:
    """The reason why all gradients are 0: ops block them, as a dead relu does, or rates are 0 or cancel at this point alone."""
    grad, partials, of = diagram.quantities.grad, diagram.quantities.partials, diagram.quantities.of
    at_kinks: list[str] = []
    flat: list[Value] = []
    for node in diagram.graph:
        if node.op is None or not grad(node):
            continue
        smooth = node.op.kinks is None
        for arg, partial in zip(node.args, partials(node), strict=True):
            if type(arg) is Value and (arg.op is None if partial else partial is not None and smooth):
                return "The gradients of all inputs are zero here: a flat point."
        if node.op.kinks is not None and not any(partials(node)):
            if node.op.kinks(*map(of, node.args)) == 0.0:
                at_kinks.append(node.op.name)
            else:
                flat.append(node)
    if at_kinks:
        return f"No gradient reaches an input: the derivative of {listed(sorted({*at_kinks}))} at a kink is taken as 0."
    if len(flat) == 1 and len(flat[0].args) == 1 and flat[0].op is not None:
        return f"No gradient reaches an input: {flat[0].op.name} has slope 0 at {style.short(of(flat[0].args[0]))}."
    return "No gradient reaches an input: every path back is blocked."


def _largest(diagram: Diagram) -> tuple[float, str, str] | None:
    """The largest gradient of an input, as its size, the gradient and the names of the inputs that have it, as text.

    NaN counts as infinite.
    """
    found = []
    for box in diagram.boxes.values():
        if box.group is None:
            grads = [] if box.symbol or box.reference else box.grads
        else:
            grads = box.grads if box.parameters is None else box.parameter_grads
        found += [(math.inf if math.isnan(grad) else abs(grad), grad, box, i) for i, grad in enumerate(grads)]
    if not found:
        return None
    size, grad, *_ = largest = max(found, key=lambda each: each[0])
    tied = [each for each in found if abs(each[0] - size) <= ROUNDING * size < math.inf] or [largest]
    text = style.short(grad) if len({each[1] > 0.0 for each in tied}) == 1 else f"±{style.short(size)}"
    names = [_name(diagram, box, i) for _, _, box, i in tied[:MAX_TIED]]
    return size, text, listed([*names, *[""] * (len(tied) - len(names))], most=MAX_TIED)  # the others are only counted


def _name(diagram: Diagram, box: Box, i: int) -> str:
    """The name of the i-th input of a box."""
    if box.group is None:
        return box.full_name
    leaves = [node for node in box.group.everything() if node.op is None and diagram.quantities.grad(node) is not None]
    return diagram.name_of(leaves[i]) if i < len(leaves) else box.name
