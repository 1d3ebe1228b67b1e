"""Files that are never left half-written, and JSON from others."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from secrets import token_hex

from autograd._typing import Any

MAX_DEPTH = 500  # of lists and objects in JSON
DEEPER = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}
BINARY = getattr(os, "O_BINARY", 0)  # or Windows would translate line endings


def write_atomically(path: str | Path, content: str | bytes) -> None:
    """Write `content` to `path`; if interrupted, the old file is left intact.

    A replaced file keeps its permissions; a new one gets the default ones. Either way the owner can read and write it, even if
    the umask denies that, as in a browser. An OSError names `path`, not the temporary file beside it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_atomically(Path(folder) / "note.txt", "hello")
    ...     print((Path(folder) / "note.txt").read_text())
    hello
    """
    target = Path(path)
    data = content.encode() if isinstance(content, str) else content
    temporary = target.parent / f".{target.name}.{token_hex(4)}"
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        mode = target.stat().st_mode & 0o777 if target.exists() else None
        # We let the system apply the umask: reading the umask means changing it, for all threads. A replacement for a private
        # file is never readable by others, not even for a moment.
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o666 if mode is None else 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            given = temporary.stat().st_mode & 0o777
            wanted = (given if mode is None else mode) | 0o600
            if wanted != given:
                temporary.chmod(wanted)
            os.replace(temporary, target)
        except BaseException:
            temporary.unlink()
            raise
    except OSError as error:
        raise OSError(error.errno, f"cannot write: {error.strerror}", str(path)) from None


def read_json(content: str | bytes, **hooks: Any) -> Any:
    """`json.loads`, but a RecursionError if lists and objects are nested more than 500 levels deep.

    The depth that Python can read differs between versions; in a browser, Python crashes beyond it.

    >>> read_json('{"w": [1.0, 2.0]}')
    {'w': [1.0, 2.0]}
    """
    import json
    import re

    data = content.encode(errors="surrogatepass") if isinstance(content, str) else content
    depth = 0
    for token in re.finditer(rb'(?s)"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', data):  # strings and brackets
        depth += DEEPER.get(token[0], 0)
        if depth > MAX_DEPTH:
            raise RecursionError(f"nested more than {MAX_DEPTH} levels deep")
    return json.loads(content, **hooks)
