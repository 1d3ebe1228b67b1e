"""Something that is not here: it can be called and asked for parts, and nothing comes of it."""


class Absent:
    def __init__(self, *args, **options):
        pass

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return Absent()

    def __call__(self, *args, **options):
        return Absent()

    def __getitem__(self, key):
        return Absent()

    def __iter__(self):
        return iter(())

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


def absent(name):
    """A part of a module that is not here. Python asks modules for names such as `__file__`, too: those are not parts of it."""
    if name.startswith("__"):
        raise AttributeError(name)
    return Absent()
