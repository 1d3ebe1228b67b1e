"""Benchmarks of the engine against its peers: `make bench`."""
