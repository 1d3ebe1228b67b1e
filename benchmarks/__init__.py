"""Our engine beside its peers: `make bench`."""
