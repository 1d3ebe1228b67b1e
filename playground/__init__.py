"""The Python of the playground: what its page asks for."""
