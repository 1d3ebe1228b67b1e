"""What `make torch` runs is not imported where there is no PyTorch."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("torch") else ["torch_arrays.py"]
