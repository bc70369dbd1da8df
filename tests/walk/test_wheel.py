"""What is published: the wheel and the source archive carry their data and run from anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from mcsus.runner import run

pytestmark = pytest.mark.slow  # builds and installs a wheel

ROOT = Path(__file__).parents[2]
RUN = ("run", "tinyml_table", "--draws", "256", "--replicates", "2", "--no-report", "--json")
WHERE = "from mcsus.library import data_root; print(data_root())"
MAIN = "from mcsus.cli import main; main()"


def call(command, cwd, **environment):
    """Run a command outside the checkout and return what it printed."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=inherited | environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the source archive, and the wheel from it, as publishing does."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT]
    call(command, folder)
    (wheel,) = folder.glob("mcsus-*.whl")
    (archive,) = folder.glob("mcsus-*.tar.gz")
    return wheel, archive


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """Install the wheel alone in a new environment that sees the libraries of this one."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / Path(sys.executable).name
    library = call([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], home)
    # a path in a .pth file is added as it is: the .pth files there, one of which may lead to this
    # checkout, are not read
    (Path(library.strip()) / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    call([*pip, "install", "--quiet", "--no-deps", "--no-index", built[0]], home)
    return scripts


@pytest.fixture(scope="module")
def unpacked(built, tmp_path_factory):
    folder = tmp_path_factory.mktemp("source")
    with tarfile.open(built[1]) as archive:
        # Python before 3.11.4 has no filters
        archive.extractall(
            folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {})
        )
    (top,) = folder.iterdir()
    return top


@pytest.fixture(scope="module")
def digest():
    """Return the digest of the same run in this checkout."""
    return run("tinyml_table", draws=256, replicates=2).to_dict()["digest"]


def shipped(folder):
    """Return the data files below a folder, relative to it."""
    return {p.relative_to(folder).as_posix() for name in ("distributions", "studies")
            for p in (folder / name).rglob("*") if p.is_file()}  # fmt: skip


def test_the_wheel_carries_every_data_file(built):
    with zipfile.ZipFile(built[0]) as wheel:
        names = set(wheel.namelist())
    data = {f"mcsus/_data/{name}" for name in shipped(ROOT)}
    assert data <= names
    assert "mcsus/_data/distributions/sources.toml" in names
    modules = {p.relative_to(ROOT).as_posix() for p in (ROOT / "mcsus").rglob("*.py")}
    assert modules <= names
    templates = {p.relative_to(ROOT).as_posix() for p in (ROOT / "mcsus").rglob("*.j2")}
    assert templates <= names
    assert not any(name.startswith(("tests/", "reports/")) for name in names)


def test_the_wheel_runs_from_an_empty_folder(installed, digest, tmp_path):
    python = installed / Path(sys.executable).name
    root = Path(call([python, "-c", WHERE], tmp_path).strip())
    assert (root.name, root.parent.name) == ("_data", "mcsus")
    assert installed.parent in root.parents
    document = json.loads(call([installed / "mcsus", *RUN], tmp_path))
    assert document["digest"] == digest
    assert (tmp_path / "runs" / "tinyml_table" / "result.nc").is_file()


def test_the_source_archive_carries_every_data_file(unpacked):
    assert shipped(ROOT) <= shipped(unpacked)
    for name in ("README.md", "LICENSE", "pyproject.toml"):
        assert (unpacked / name).is_file()


def test_the_source_archive_runs_from_an_empty_folder(unpacked, digest, tmp_path):
    path = {"PYTHONPATH": str(unpacked)}
    assert Path(call([sys.executable, "-c", WHERE], tmp_path, **path).strip()) == unpacked
    document = json.loads(call([sys.executable, "-c", MAIN, *RUN], tmp_path, **path))
    assert document["digest"] == digest
