// Runs pytest in Pyodide: `node node.mjs PROJECT PACKAGES OUT ARGUMENTS…`, folders of this machine. Ends with pytest's status, or
// with 70 if the interpreter died.

process.on("uncaughtException", (error) => {
    console.error(String(error.stack).slice(0, 2000));
    process.exit(70);
});

const [project, packages, out, ...args] = process.argv.slice(2);
const { loadPyodide } = await import(`${project}/playground/node_modules/pyodide/pyodide.mjs`);
const python = await loadPyodide({ env: { HOME: "/home/pyodide", CI: process.env.CI ?? "" } });
for (const [at, folder] of Object.entries({ "/project": project, "/packages": packages, "/out": out })) python.mountNodeFS(at, folder);
python.globals.set("args", python.toPy(args));
process.exitCode = python.runPython(`
import os, sys
os.chdir("/project")
sys.path[:0] = ["/project", "/packages"]
sys.pycache_prefix, sys.dont_write_bytecode = "/out/bytecode", False

import pytest
from tests.support.pyodide.plugin import Recorder, tolerate_absent

tolerate_absent("/project/tests")
int(pytest.main([*args], plugins=[Recorder("/out/outcomes")]))
`);
