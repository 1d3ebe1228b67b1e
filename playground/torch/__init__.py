"""PyTorch and the playground: programs read and rewritten in the engine's names, exports, advice and notes."""
