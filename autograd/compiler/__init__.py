"""Recorded graphs compiled into programs that run over many samples at once."""
