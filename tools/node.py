"""Node, which builds the playground: the system's, or else the one from the extra "play"."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from typing import Any

# The system's comes first. node and npm look for each other on their PATH, too.
PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), sysconfig.get_path("scripts")])


def run_node(program: str, *args: Any, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run "node" or "npm", with the options of `subprocess.run`; without either, exit and say how to get them."""
    found = shutil.which(program, path=PATH)
    if found is None:
        sys.exit(f'{program} was not found: install Node.js, or {sys.executable} -m pip install ".[play]"')
    return subprocess.run([found, *args], env={**os.environ, "PATH": PATH}, text=True, **options)
