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
