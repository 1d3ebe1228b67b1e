"""A placeholder for something missing: it can be called and asked for attributes, and does nothing."""


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
    """A missing attribute of a module. AttributeError for names such as `__file__`, which Python itself asks for."""
    if name.startswith("__"):
        raise AttributeError(name)
    return Absent()
