# %% [markdown]
# # 1. The chain rule
#
# First.

# %%
from autograd import Value

x = Value(2.0)
x * 3
