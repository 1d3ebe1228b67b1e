"""Our engine next to its peers: `make bench`."""
