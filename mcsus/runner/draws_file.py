"""All draws of the outputs, and of the inputs if asked, in a netCDF file, written as they are made.

The file is of the classic kind: its layout is fixed when it is made, so that parts can be written
in any order and a run that was killed goes on in the same file. One of less than 2 GiB has 64-bit
offsets (CDF-2), which SciPy reads too, a larger one has 64-bit sizes (CDF-5).
"""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.tasks import Task
from mcsus.errors import Fault, InputError, RefusedError
from mcsus.model import Model
from mcsus.result.netcdf import LOCK
from mcsus.result.sealed import regular
from mcsus.runner.checkpoint import Checkpoint, like
from mcsus.study import Study
from mcsus.study.conditional import written_name
from mcsus.study.shares import share_behind
from mcsus.units import Unit

if TYPE_CHECKING:
    import netCDF4

    from mcsus.engine.kernel import Kernel

Array = NDArray[np.float64]

_APART = (
    "every replicate has individuals of its own, whose noise moves it as a whole: estimate in each "
    "replicate, then take the mean over replicates"
)
_DISK_SHARE = 0.9  # of the free space that draws may take
_MOST_OF_OFFSETS = 1 << 31  # bytes that a file with 64-bit offsets holds safely
_WRITTEN = "written"  # what a checkpoint has of the tasks whose values are in the file
_INPUTS = "inputs"  # attribute of the file: whether they are in it


class _Column(NamedTuple):
    """A quantity in the file.

    Parameters
    ----------
    dims : tuple of str
        Of the study, beside replicate and draw.
    individual : bool
        Whether it differs between individuals, which are the same at every draw.
    """

    unit: Unit
    dims: tuple[str, ...]
    individual: bool = False


def columns_of(study: Study, model: Model, *, inputs: bool) -> dict[str, _Column]:
    """Return what a file holds: the outputs, then the inputs that vary and serve an equation."""
    outputs = {name: _Column(unit, model.dims_of[name]) for name, unit in study.outputs.items()}
    return outputs | (_inputs_of(study, model, outputs) if inputs else {})


def _inputs_of(study: Study, model: Model, outputs: Mapping[str, Any]) -> dict[str, _Column]:
    """Return the inputs by the names that the study writes, for shares and for laws of quantities.

    Such a value of an individual is not kept, since no draw has it.
    """
    found = {}
    for name in model.inputs:
        parameter = model.parameters[name]
        shown = share_behind(name, study.document) or written_name(name)
        hidden = shown != name and model.inner in model.dims_of[shown]
        if parameter.is_constant or shown in outputs or hidden:
            continue
        unit = parameter.unit if shown == name else model.equation(shown).unit
        found[shown] = _Column(unit, model.dims_of[shown], model.varies_inside(name))
    return found


class DrawsFile:
    """Draws of a study, in their units, with dims ``(replicate, draw, ..)``.

    Parameters
    ----------
    path : Path
        What the file is called when it is whole.
    study, kernel
        What is drawn; the rows of the first outputs come first.
    part : Path
        What it is called until then.
    again : bool
        Whether a run goes on that began to write it.
    inputs : bool
        Whether it holds the inputs as well.

    Attributes
    ----------
    inputs : list of str
        The quantities of which `write` is given the values beside those of the outputs.

    Raises
    ------
    RefusedError
        If the draws would not fit on the disk; nothing is written then.
    InputError
        If the folder or the file to go on with is not there.
    """

    def __init__(
        self,
        path: Path,
        study: Study,
        kernel: Kernel,
        part: Path,
        *,
        again: bool = False,
        inputs: bool = False,
    ) -> None:
        self._path, self._part = path, part
        columns = columns_of(study, kernel.model, inputs=inputs)
        drawn = {name: own for name, own in columns.items() if not own.individual}
        self._shapes = {
            name: (own.unit.factor, kernel.model.shape(name)) for name, own in drawn.items()
        }
        self.inputs = [name for name in drawn if name not in study.outputs]
        self._new: list[tuple[int, ...]] = []  # tasks that no checkpoint has, with checksums
        if again:
            if path.is_file() and not part.is_file():  # it was whole; the indices were not
                path.replace(part)
            with LOCK:
                self._file = _opened(part)
            return
        if not path.parent.is_dir():
            where = (str(path.parent),)
            raise InputError(Fault("no folder for the draws", "one that is there", where))
        if path.is_dir():
            raise InputError(Fault("a folder", "a file for the draws", (str(path),)))
        size = _refuse_if_too_large(path, study, kernel.model, columns)
        path.unlink(missing_ok=True)
        with LOCK:
            self._file = _made(part, study, columns, size)
            self._file.setncattr(_INPUTS, str(inputs).lower())
            _write_individuals(self._file, kernel, study, columns)

    def write(self, task: Task, outputs: Array, inputs: Array) -> None:
        """Write the values of a task, shape (row, draw), in base units."""
        at = slice(task.first, task.first + task.draws)
        row, checksum = 0, 0
        for name, (factor, shape) in self._shapes.items():
            if self.inputs and name == self.inputs[0]:
                outputs, row = inputs, 0
            rows = outputs[row : row + int(np.prod(shape))] * (1 / factor)
            values = np.ascontiguousarray(rows.T.reshape(-1, *shape))
            with LOCK:
                self._file[name][task.replicate, at] = values
            checksum = zlib.crc32(values.tobytes(), checksum)
            row += len(rows)
        self._new.append((*task, checksum))

    def sync(self, checkpoint: Checkpoint) -> None:
        """Hand all values to the system, so that they outlive this process; write down which."""
        with LOCK:
            self._file.sync()
        if self._new:
            checkpoint.append(_WRITTEN, {"tasks": np.array(self._new, dtype=np.int64)})
            self._new.clear()

    def refuse_changed(self, checkpoint: Checkpoint) -> None:
        """Refuse to go on in a file whose values are others than those that were written.

        Raises
        ------
        InputError
        """
        self._file.set_auto_maskandscale(False)
        for chunk in checkpoint.each(_WRITTEN):
            with checkpoint.understood(_WRITTEN):
                tasks = like(chunk, "tasks", np.int64, (None, 4)).tolist()
            for replicate, first, draws, wanted in tasks:
                try:
                    found = self._checksum(replicate, slice(first, first + draws))
                except (LookupError, OSError, RuntimeError, TypeError, ValueError):
                    found = None
                if found != wanted:
                    allowed = "the draws as they were written, or a new run, without --resume"
                    where = (str(self._part),)
                    raise InputError(Fault("draws that were changed since", allowed, where))

    def _checksum(self, replicate: int, at: slice) -> int:
        checksum = 0
        for name in self._shapes:
            with LOCK:
                values = np.asarray(self._file[name][replicate, at], dtype=np.float64)
            checksum = zlib.crc32(values.tobytes(), checksum)
        return checksum

    def finish(self) -> None:
        """Close a whole file and give it its name."""
        with LOCK:
            self._file.close()
        self._part.replace(self._path)

    def close(self, *, stays: bool) -> None:
        """Close what is not finished; it is removed unless it `stays` to be gone on with."""
        if not self._part.exists():
            return
        with LOCK:
            self._file.close()
        if not stays:
            self._part.unlink()


def holds(path: Path, *, inputs: bool) -> bool:
    """Tell whether a file has the draws of a run, with the inputs if they are asked for."""
    import netCDF4  # noqa: PLC0415 - 0.1 s, needed by few

    try:
        with regular(path, "draws of a run"), LOCK, netCDF4.Dataset(path) as file:
            return not inputs or getattr(file, _INPUTS, "") == "true"
    except (InputError, OSError):
        return False


def _refuse_if_too_large(
    path: Path, study: Study, model: Model, columns: Mapping[str, _Column]
) -> int:
    """Return the bytes that the file takes, or refuse it."""
    cells = sum(int(np.prod(model.shape(k))) for k, own in columns.items() if not own.individual)
    needed = 8 * cells * study.design.draws * study.design.replicates
    free = shutil.disk_usage(path.parent).free
    if needed > _DISK_SHARE * free:
        msg = (
            f"--keep-draws: found {needed / 2**30:.1f} GiB of draws ({cells} cells); allowed: "
            f"{_DISK_SHARE * free / 2**30:.1f} GiB on the disk of {path.parent}; ask for fewer "
            "draws, replicates or outputs"
        )
        raise RefusedError(msg)
    return needed


def _opened(path: Path) -> netCDF4.Dataset:
    import netCDF4  # noqa: PLC0415 - 0.1 s, needed by few

    allowed = "the draws so far, or a new run, without --resume"
    with regular(path, allowed):  # netCDF makes a file that is not there, and waits for a pipe
        pass
    try:
        return netCDF4.Dataset(path, "r+")
    except OSError as error:
        raise InputError(Fault("no draws that can be read", allowed, (str(path),))) from error


def _made(path: Path, study: Study, columns: Mapping[str, _Column], size: int) -> netCDF4.Dataset:
    import netCDF4  # noqa: PLC0415 - 0.1 s, needed by few

    path.unlink(missing_ok=True)
    if size < _MOST_OF_OFFSETS:
        file = netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET")
    else:
        file = netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_DATA")
    file.set_fill_off()
    file.setncatts({"title": study.title, "study": study.id, "seed": str(study.design.seed)})
    if study.inner:
        file.setncatts({"individuals": _APART})
    file.createDimension("replicate", study.design.replicates)
    file.createDimension("draw", study.design.draws)
    for dim in dict.fromkeys(dim for own in columns.values() for dim in own.dims):
        file.createDimension(dim, len(study.dims[dim]))
        _label(file, dim, list(study.dims[dim]))
    for name, own in columns.items():
        lead = ("replicate",) if own.individual else ("replicate", "draw")
        made = file.createVariable(name, "f8", (*lead, *own.dims))
        made.setncatts(
            {"units": own.unit.text, "role": "output" if name in study.outputs else "input"}
        )
    return file


def _write_individuals(
    file: netCDF4.Dataset, kernel: Kernel, study: Study, columns: Mapping[str, _Column]
) -> None:
    """Write the inputs that differ between individuals: the same ones at every draw."""
    names = [name for name, own in columns.items() if own.individual]
    for replicate in range(study.design.replicates if names else 0):
        values = kernel.individuals(study.design, replicate)
        for name in names:
            file[name][replicate] = values[name] / columns[name].unit.factor


def _label(file: netCDF4.Dataset, dim: str, labels: list[Any]) -> None:
    """Write the labels of a dim: numbers as numbers, names as text in UTF-8.

    A classic file has letters only; by the attribute ``_Encoding`` netCDF4 and xarray read texts.
    """
    if not isinstance(labels[0], str):
        file.createVariable(dim, "f8", (dim,))[:] = np.array(labels, dtype=float)
        return
    encoded = np.array([label.encode() for label in labels])
    width = encoded.dtype.itemsize
    letters = f"text-{width}"  # which no name of a study can be
    if letters not in file.dimensions:
        file.createDimension(letters, width)
    variable = file.createVariable(dim, "S1", (dim, letters))
    variable.setncattr("_Encoding", "utf-8")  # readers make texts of them
    variable.set_auto_chartostring(False)
    variable[:] = encoded.view("S1").reshape(len(labels), width)
