// Builds the playground: `node build.mjs STAGE OUT`. STAGE holds the Python packages it runs; OUT becomes a folder of static files.

import { createHash } from "node:crypto";
import { build } from "esbuild";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { loadPyodide } from "pyodide";

const here = import.meta.dirname;
const [stage, out] = process.argv.slice(2).map((path) => resolve(path));
const runtime = join(here, "node_modules/pyodide");

const OWN = `This page runs scalar-autograd (MIT) in Pyodide (Mozilla Public License 2.0, sources at
https://github.com/pyodide/pyodide), which contains CPython (Python Software Foundation License Version 2), compiled with
Emscripten (MIT). Drawings are described with the package graphviz (MIT). The editor is CodeMirror (MIT):
`;

// Python sources as .pyc: the standard library starts in a quarter of the time.
const COMPILE = `
import importlib.util, marshal, pathlib, sys, zipfile

# The compiler translates their functions to other languages.
READ_AS_SOURCE = {"autograd/scalar_math.py", "autograd/compiler/exports/library.py"}
LEFT_OUT = set("_pyrepl curses dbm ensurepip ftplib http idlelib imaplib lib2to3 mailbox multiprocessing nntplib pdb poplib pydoc pydoc_data smtplib sqlite3 test tkinter turtle turtledemo unittest venv wsgiref xmlrpc _pyio doctest tarfile xml cProfile profile pstats trace smtpd telnetlib uu zipapp bdb compileall filecmp fileinput modulefinder optparse pickletools plistlib pyclbr socketserver wave asynchat asyncore cgi cgitb imghdr sndhdr crypt".split())
ENCODINGS = {"__init__", "aliases", "ascii", "latin_1", "utf_8", "cp437", "idna", "raw_unicode_escape", "unicode_escape", "utf_16", "utf_8_sig"}

def left_out(name):
    first, _, rest = name.partition("/")
    stem = first.partition(".")[0]
    return stem in LEFT_OUT or first == "encodings" and rest.partition(".")[0] not in ENCODINGS

def compiled(source, name, optimize):
    code = compile(source, name, "exec", dont_inherit=True, optimize=optimize)
    return importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8) + marshal.dumps(code)

def packed(files, optimize):
    for name, data in files.items():
        if name.endswith(".py"):
            yield name + "c", compiled(data, name, optimize)
        if not name.endswith(".py") or name in READ_AS_SOURCE:
            yield name, data

def of_zip(path):
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        return {name: archive.read(name) for name in names if not left_out(name)}

def of_folder(path):
    root = pathlib.Path(path)
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}

whole = dict(packed(of_zip("/runtime/python_stdlib.zip"), 2)) | dict(packed(of_folder("/stage"), 0))
with zipfile.ZipFile("/out/python.zip", "w") as archive:  # stored: all of it together is compressed better than each file
    for name, data in sorted(whole.items()):
        archive.writestr(zipfile.ZipInfo(name), data)
`;

async function packPython() {
    const python = await loadPyodide({ indexURL: runtime });
    for (const [at, path] of Object.entries({ "/runtime": runtime, "/stage": stage, "/out": join(out, "python") })) {
        python.mountNodeFS(at, path);
    }
    python.runPython(COMPILE);
    const zip = join(out, "python/python.zip");
    writeFileSync(join(out, "python/python.bin"), gzipSync(readFileSync(zip), { level: 9 })); // .gz would be decoded by some servers
    await packMemory(zip);
    rmSync(zip);
}

// The memory of a Python that has imported the engine: from it Python starts in a tenth of the time.
async function packMemory(zip) {
    const python = await loadPyodide({ _makeSnapshot: true, indexURL: runtime, stdLibURL: zip });
    python.runPython("import playground.engine, random");
    writeFileSync(join(out, "python/memory.bin"), gzipSync(python.makeMemorySnapshot(), { level: 9 }));
}

// What the page carries of others, and under which terms.
function licences() {
    const { packages } = JSON.parse(readFileSync(join(here, "package-lock.json"), "utf-8"));
    const carried = Object.entries(packages).filter(([path]) => /(@codemirror|@lezer|@marijn|crelt|style-mod|w3c-keyname)/.test(path));
    const texts = carried.map(([path, { version, license }]) => {
        const file = join(here, path, "LICENSE");
        const text = existsSync(file) ? readFileSync(file, "utf-8") : "";
        return `${path.replace("node_modules/", "")} ${version}: ${license}\n\n${text}`;
    });
    return [OWN, ...texts].join(`\n${"-".repeat(80)}\n\n`);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "python"), { recursive: true });
await packPython();
cpSync(join(runtime, "pyodide.asm.wasm"), join(out, "python/pyodide.asm.wasm"));
const options = { bundle: true, minify: true, target: "es2022", logLevel: "warning" };
const modules = { ...options, format: "esm", outdir: out, legalComments: "linked" };
const scripts = { ...options, format: "iife", legalComments: "none" };
const sandbox = (await build({ ...scripts, entryPoints: [join(here, "src/sandbox.js")], write: false })).outputFiles[0].text.trim();
// A worker of an origin that is nobody's is no module. What Pyodide imports in Node stays as it is.
await build({ ...scripts, entryPoints: [join(here, "src/worker.js"), join(here, "src/theme.js"), join(here, "src/visit.js")], outdir: out, external: ["node:*", "ws"], logOverride: { "empty-import-meta": "silent" } });
const loaded = ["worker.js", "python/pyodide.asm.wasm", "python/python.bin", "python/memory.bin"];
const sizes = Object.fromEntries(loaded.map((file) => [file, statSync(join(out, file)).size]));
await build({ ...modules, entryPoints: [join(here, "src/main.js")], define: { SANDBOX: JSON.stringify(sandbox), SIZES: JSON.stringify(sizes) } });
// The policy of the page allows this script by its hash: it stands in the document of the sandbox.
const hash = createHash("sha256").update(sandbox).digest("base64");
writeFileSync(join(out, "index.html"), readFileSync(join(here, "index.html"), "utf-8").replace("SANDBOX", `sha256-${hash}`));
writeFileSync(join(out, "licences.txt"), licences());
