"""What `nn` is built from, and what authors of other extensions may import: this module's names stay as they are."""

from autograd._files import write_atomically
from autograd._format import as_index, counted, did_you_mean, html_table, listed, one_line, shown, text_table
from autograd._progress import threadless_bar
from autograd._tree import same_shape, tree_leaves, tree_map
from autograd.calls import call, made_in_call, scopes_of
from autograd.context import Scope
from autograd.teaching import teach_step_without_backward

__all__ = [
    "Scope",
    "as_index",
    "call",
    "counted",
    "did_you_mean",
    "html_table",
    "listed",
    "made_in_call",
    "one_line",
    "same_shape",
    "scopes_of",
    "shown",
    "teach_step_without_backward",
    "text_table",
    "threadless_bar",
    "tree_leaves",
    "tree_map",
    "write_atomically",
]
