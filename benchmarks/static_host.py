"""A folder served as by a static host: compressed, cacheable, and throttled to a given bandwidth in Mbit/s."""

from __future__ import annotations

import gzip
import threading
import time
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PIECE = 16_384  # bytes per write
INCOMPRESSIBLE = {".zip", ".whl", ".png", ".woff2"}


class StaticHost:
    """A local server, running until `stop`. `sent` counts the bytes of all response bodies.

    Browsers may use their cached copies for `fresh_for` seconds without revalidating: ten minutes, as on GitHub Pages.
    """

    def __init__(self, folder: Path, megabits: float | None = None, fresh_for: int = 600) -> None:
        self.folder, self.fresh_for, self.sent = folder.resolve(), fresh_for, 0
        self._rate = None if megabits is None else megabits * 1e6 / 8
        self._free_at, self._lock = 0.0, threading.Lock()
        self._server = _Server(("127.0.0.1", 0), partial(_Handler, directory=str(self.folder)))
        self._server.host = self
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def __enter__(self) -> StaticHost:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Shut the server down."""
        self._server.shutdown()
        self._server.server_close()

    def wait_for_line(self, count: int) -> None:
        """Wait until the line, shared by all connections, has carried `count` more bytes."""
        with self._lock:
            self.sent += count
            if self._rate is None:
                return
            self._free_at = max(self._free_at, time.monotonic()) + count / self._rate
            left = self._free_at - time.monotonic()
        time.sleep(max(0.0, left))


class _Server(ThreadingHTTPServer):
    host: StaticHost
    daemon_threads = True
    request_queue_size = 128


class _Handler(SimpleHTTPRequestHandler):
    server: _Server
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".webmanifest": "application/manifest+json",
    }

    def do_GET(self) -> None:
        host = self.server.host
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        if not path.is_file() or not path.is_relative_to(host.folder):
            self.send_error(404)
            return
        tag = f'"{path.stat().st_mtime_ns:x}"'
        if self.headers.get("If-None-Match") == tag:
            self._begin(304, tag)
            return
        body, packed = _body(path, path.stat().st_mtime_ns)
        more = {"Content-Encoding": "gzip"} if packed else {}
        self._begin(200, tag, {"Content-Type": self.guess_type(path), "Content-Length": str(len(body)), **more})
        for at in range(0, len(body), PIECE):
            piece = body[at : at + PIECE]
            host.wait_for_line(len(piece))
            self.wfile.write(piece)

    def _begin(self, status: int, tag: str, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        headers = {"ETag": tag, "Cache-Control": f"max-age={self.server.host.fresh_for}", "Vary": "Accept-Encoding"}
        for name, value in (headers | (more or {})).items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@cache
def _body(path: Path, modified: int) -> tuple[bytes, bool]:
    data = path.read_bytes()
    if path.suffix in INCOMPRESSIBLE:
        return data, False
    return gzip.compress(data, 6, mtime=0), True
