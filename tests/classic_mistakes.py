"""The mistakes that writers of autodiff engines make: what, in which file, the text there, and the text with the mistake.

`python -m tests.mutants` plants each of them wherever its text stands, and a text that has gone is an error.
"""

TO_ARG = "arg._grad = bar * partial"

MISTAKES = [
    # -- contributions are added up
    ("= for += in the sweep", "graph.py", "arg._grad += bar * partial", "arg._grad = bar * partial"),
    ("= for += at a root that is a leaf", "graph.py", 'root._grad = getattr(root, "_grad", 0.0) + seed', "root._grad = seed"),
    ("= for += at a leaf, swept in order", "graph.py", "node._grad = before + bars[node]", "node._grad = bars[node]"),
    ("a leaf forgets the sweep before", "graph.py", "leaf._grad += before", "pass"),
    ("= for += of adjoints", "graph.py", "bars[arg] + share if arg in bars else share", "share"),
    ("= for += of tangents", "graph.py", "dots[node] + share if node in dots else share", "share"),
    ("= for += of cotangents", "transforms.py", "seeds[y] + bar if y in seeds else bar", "bar"),
    # -- a contribution is adjoint times partial, from the right edge
    ("the partial left out", "graph.py", TO_ARG, "arg._grad = bar"),
    ("the adjoint left out", "graph.py", TO_ARG, "arg._grad = partial"),
    ("a factor of any size taken for 1", "graph.py", "bar == 1.0 else bar * partial", "bar <= 1.0 else bar * partial"),
    (
        "swapped partials of a product",
        "value.py",
        "_da = other._data\n        node._db = self._data",
        "_da = self._data\n        node._db = other._data",
    ),
    (
        "swapped partials of a quotient",
        "value.py",
        "_da = 1.0 / y\n        node._db = -z / y",
        "_da = -z / y\n        node._db = 1.0 / y",
    ),
    ("the minus of a difference forgotten", "value.py", "node._db = -1.0", "node._db = 1.0"),
    ("swapped parents", "value.py", "node._a = self\n        node._b = other", "node._a = other\n        node._b = self"),
    ("swapped parents", "value.py", "(x, y), (da, db) = args, partials", "(y, x), (da, db) = args, partials"),
    ("swapped parents", "value.py", "_node(op, z, x, y, None, partial, depth)", "_node(op, z, y, x, partial, None, depth)"),
    ("swapped parents", "value.py", "_node(op, z, x, y, da, db, depth)", "_node(op, z, y, x, da, db, depth)"),
    ("weights and inputs of a dot swapped", "value.py", "(*x, *(no_partials if constant else w), 1.0)", "(*w, *x, 1.0)"),
    ("the gradient of a branch not taken", "value.py", "[partial or None for partial in partials]", "partials"),
    # -- no edge is dropped
    ("dropped edge", "graph.py", "partial = node._db\n", "partial = None\n"),
    ("dropped edge", "graph.py", "partial = node._da\n", "partial = None\n"),
    ("dropped first edge", "graph.py", "zip(node._a, node._b):", "zip(node._a[1:], node._b[1:]):"),
    ("dropped last edge", "graph.py", "zip(node._a, node._b):", "zip(node._a[:-1], node._b[:-1]):"),
    ("dropped first edge", "graph.py", "zip(node.args, partials(node), strict=True)", "zip(node.args[1:], partials(node)[1:])"),
    (
        "a repeated argument taken once",
        "graph.py",
        "zip(node.args, partials(node), strict=True)",
        "dict(zip(node.args, partials(node))).items()",
    ),
    # -- a node passes on what is complete
    ("reached anew by every contribution", "graph.py", "arg._reached = 1", "pass"),
    ("a level passed over", "graph.py", "            below -= 1\n        node", "            below -= 2\n        node"),
    ("passed on beside others of its level", "graph.py", "depth == below and not level:", "depth == below:"),
    ("passed on before what lies above", "graph.py", "depth == below and not level:", "not level:"),
    ("adjoints in forward order", "graph.py", "for node in reversed(order):", "for node in order:"),
    ("results before their arguments", "graph.py", "stack += (node, None)", "order.append(node)"),
    ("an order by hash", "graph.py", "for arg in node.args[::-1] if", "for arg in set(node.args) if"),
    ("roots in an order by hash", "graph.py", "list(roots)[::-1]", "list(set(roots))"),
    # -- a node is deeper than its arguments
    ("too shallow", "value.py", "depth = a + 1 if a > b else b + 1", "depth = a + 1"),
    ("too shallow", "value.py", "depth = a + 1 if a > b else b + 1", "depth = b + 1"),
    ("too shallow", "value.py", "depth = x._depth + 1", "depth = 1"),
    ("too shallow", "value.py", "depth = y._depth + 1", "depth = 1"),
    ("too shallow", "value.py", "depth = 1 + max(", "depth = 0 * max("),
    ("too shallow", "value.py", "depth = max(deepest, bias._depth)", "depth = deepest"),
    ("too shallow", "value.py", "depth = max(deepest, bias._depth)", "depth = bias._depth"),
    ("too shallow", "value.py", "            if arg._depth > depth:", "            if False:"),
    ("not protected", "value.py", "if arg._depth >= depth or arg._depth // REACH < depth // REACH:", "if False:"),
    # -- a sweep starts anew
    ("no reset of interior gradients", "graph.py", TO_ARG, "arg._grad = arg.grad + bar * partial"),
    ("no reset of the root's gradient", "graph.py", "node._grad = seed", "node._grad = node.grad + seed"),
    ("no reset, swept in order", "graph.py", "node._grad = bars.get(node, 0.0)", "node._grad = node.grad + bars.get(node, 0.0)"),
    (
        "no reset of what no gradient reaches",
        "graph.py",
        "if node.op is not None:\n            node._grad",
        "if node.op is not None and node in bars:\n            node._grad",
    ),
    ("no reset of what no gradient reaches", "graph.py", "arg._grad = 0.0", "pass"),
    ("no reset behind a branch not taken", "graph.py", "_reset(node, passed)", "pass"),
    ("an old sweep's marks left behind", "graph.py", "        node._reached = 0\n        bar", "        bar"),
    (
        "an interrupted sweep's marks left behind",
        "graph.py",
        "                    node._reached = 0\n",
        "                    pass\n",
    ),
    ("an old sweep's leaves left behind", "graph.py", "            leaf._reached = 0\n", "            pass\n"),
    ("a frozen leaf shows what it got", "value.py", "if self._reached != FROZEN else 0.0", "if True else 0.0"),
    ("a frozen leaf counts in gradients", "value.py", "arg._reached == FROZEN else partial", "False else partial"),
    ("an interrupted sweep changes leaves", "graph.py", "if not complete:\n                leaf._grad = before", "pass"),
    # -- what the user said
    ("the seed ignored", "value.py", "number(seed))", "1.0)"),
    ("the seed ignored, swept in order", "graph.py", "{root: seed}", "{root: 1.0}"),
    ("detach ignored", "value.py", "return Value(self._data, self.label)", "return self"),
    ("detach forgets the label", "value.py", "return Value(self._data, self.label)", "return Value(self._data)"),
    ("no_grad ignored", "value.py", "if modes.special and not modes.recording.get():", "if False:"),
    ("modes ignored", "value.py", "z - z != modes.special", "z - z != 0.0"),
    ("the scope not noted", "value.py", "made_in = None, modes.scope.get()", "made_in = None, None"),
    ("pickle forgets the gradient", "value.py", "        leaf.grad = grad\n", "        pass\n"),
    # -- derivatives of derivatives
    (
        "partials of higher order taken as constants",
        "transforms.py",
        "        return self._partials\n",
        "        return graph.recorded\n",
    ),
    (
        "two derivatives by one Value confused",
        "transforms.py",
        "return +x if x.requires_grad",
        "return x if x.requires_grad",
    ),
    ("a Value of this run taken for one from outside", "transforms.py", "x._a < self.started and ", ""),
    ("Values from outside forgotten", "transforms.py", "return given + [x for x in order if", "return given + [x for x in [] if"),
    ("arguments that are Values forgotten", "transforms.py", "return given + ", "return "),
    (
        "a frozen Value taken for one from outside",
        "transforms.py",
        "x._a < self.started and x.requires_grad",
        "x._a < self.started",
    ),
    (
        "the derivatives by the first input alone",
        "graph.py",
        "dots: dict[Value, Any] = {x: 1.0}",
        "dots: dict[Value, Any] = {inputs[0]: 1.0}",
    ),
    ("= for += of tangents by one input", "graph.py", "dots[user] + share if user in dots else share", "share"),
    ("a changed leaf overlooked", "transforms.py", "if not all(map(_alike, again, [node.data, *node.partials])):", "if False:"),
    (
        "the gradient goes everywhere but where it is asked for",
        "graph.py",
        "within is not None and arg not in within",
        "within is not None and arg in within",
    ),
    # -- numbers
    ("a complex power", "ops.py", 'op("pow", math.pow,', 'op("pow", operator.pow,'),
    (
        "an overflow raises",
        "ops.py",
        'latex="e^{{{}}}", otherwise=lambda x: INF',
        'latex="e^{{{}}}", otherwise=lambda x: math.exp(x)',
    ),
]
