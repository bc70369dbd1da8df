"""Try the oldest and the newest numba that are allowed: ``make test-numba``.

Each is installed with mcsus into a virtual environment of its own, which needs the network, and
runs the tests of the compiled code there, but for those of how fast it is: LLVM of numba 0.61 makes
no vectors of a loop over `ndtri`. Versions are those of ``pyproject.toml``.

``python tools/try_numba.py [VERSION ...]`` tries others.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
TESTS = (
    "tests/unit/test_numba_private.py",
    "tests/unit/test_engine_codegen.py",
    "tests/unit/test_engine_given.py",
    "tests/unit/test_elementary.py",
    "tests/unit/test_engine_saltelli.py",
)
ENDS = {"oldest": "numba==0.61.*", "newest": "numba>=0.61,<0.69"}


def tried(requirement: str) -> int:
    """Install one version and run the tests; return pytest's exit status."""
    with tempfile.TemporaryDirectory(prefix="mcsus-numba-") as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / ("Scripts" if os.name == "nt" else "bin") / "python"
        pip = [python, "-m", "pip", "--disable-pip-version-check", "-q", "install"]
        subprocess.run([*pip, f"{ROOT}[test]", requirement], check=True)
        shown = "import numba, numpy; print('numba', numba.__version__, 'numpy', numpy.__version__)"
        subprocess.run([python, "-c", shown], check=True)
        environment = {**os.environ, "MCSUS_CACHE": f"{folder}/cache", "PYTHONPATH": str(ROOT)}
        command = [
            python,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-k",
            "not vector",
            *TESTS,
        ]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def main() -> int:
    """Try all; return whether any failed."""
    asked = [f"numba=={version}" for version in sys.argv[1:]] or list(ENDS.values())
    return max(tried(requirement) for requirement in asked)


if __name__ == "__main__":
    sys.exit(main())
