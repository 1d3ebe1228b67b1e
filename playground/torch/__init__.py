"""PyTorch and the playground: programs read and rewritten in the engine's names, exports, advice and notes.

One class reads and rewrites a program. It is built up in a chain of modules, each of which uses only those before it: reading in
names, tensors, kinds, reading and shapes, then writing in writing, values, functions, expressions, calls and statements.
"""
