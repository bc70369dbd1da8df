"""All draws of the outputs in a netCDF file, written as they are made.

The file is of the classic kind: its layout is fixed when it is made, so that parts can be written
in any order and a run that was killed goes on in the same file. One of less than 2 GiB has 64-bit
offsets (CDF-2), which SciPy reads too, a larger one has 64-bit sizes (CDF-5).
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.tasks import Task
from mcsus.errors import Fault, InputError, RefusedError
from mcsus.model import Model
from mcsus.study import Study

if TYPE_CHECKING:
    import netCDF4

_DISK_SHARE = 0.9  # of the free space that draws may take
_MOST_OF_OFFSETS = 1 << 31  # bytes that a file with 64-bit offsets holds safely


class DrawsFile:
    """The draws of all outputs of a study, in their units, with dims ``(replicate, draw, ..)``.

    Parameters
    ----------
    path : Path
        What the file is called when it is whole.
    study, model
        What is drawn; the rows of the first outputs come first.
    part : Path
        What it is called until then.
    again : bool
        Whether a run goes on that began to write it.

    Raises
    ------
    RefusedError
        If the draws would not fit on the disk; nothing is written then.
    InputError
        If the folder or the file to go on with is not there.
    """

    def __init__(
        self, path: Path, study: Study, model: Model, part: Path, *, again: bool = False
    ) -> None:
        self._path, self._part = path, part
        self._outputs = {
            name: (unit.factor, model.shape(name)) for name, unit in study.outputs.items()
        }
        if again:
            if path.is_file() and not part.is_file():  # it was whole; the indices were not
                path.replace(part)
            self._file = _opened(part)
            return
        if not path.parent.is_dir():
            where = (str(path.parent),)
            raise InputError(Fault("no folder for the draws", "one that is there", where))
        if path.is_dir():
            raise InputError(Fault("a folder", "a file for the draws", (str(path),)))
        _refuse_if_too_large(path, study, model)
        path.unlink(missing_ok=True)
        self._file = _made(part, study, model)

    def write(self, task: Task, values: NDArray[np.float64]) -> None:
        """Write the values of a task, shape (row, draw), in base units."""
        row = 0
        at = slice(task.first, task.first + task.draws)
        for name, (factor, shape) in self._outputs.items():
            rows = values[row : row + int(np.prod(shape))] * (1 / factor)
            self._file[name][task.replicate, at] = rows.T.reshape(-1, *shape)
            row += len(rows)

    def sync(self) -> None:
        """Hand all values to the system, so that they outlive this process."""
        self._file.sync()

    def close(self, *, whole: bool, stays: bool) -> None:
        """Close; a whole file gets its name, a part of one is removed unless it `stays`."""
        self._file.close()
        if whole:
            self._part.replace(self._path)
        elif not stays:
            self._part.unlink()


def _cells(study: Study, model: Model) -> int:
    return sum(int(np.prod(model.shape(name))) for name in study.outputs)


def _bytes(study: Study, model: Model) -> int:
    return 8 * _cells(study, model) * study.design.draws * study.design.replicates


def _refuse_if_too_large(path: Path, study: Study, model: Model) -> None:
    cells, needed = _cells(study, model), _bytes(study, model)
    free = shutil.disk_usage(path.parent).free
    if needed > _DISK_SHARE * free:
        msg = (
            f"--keep-draws: found {needed / 2**30:.1f} GiB of draws ({cells} cells); allowed: "
            f"{_DISK_SHARE * free / 2**30:.1f} GiB on the disk of {path.parent}; ask for fewer "
            "draws, replicates or outputs"
        )
        raise RefusedError(msg)


def _opened(path: Path) -> netCDF4.Dataset:
    import netCDF4  # noqa: PLC0415 - 0.1 s, needed by few

    try:
        path.stat()  # netCDF makes a file that is not there
        return netCDF4.Dataset(path, "r+")
    except OSError as error:
        allowed = "the draws so far, or a new run, without --resume"
        raise InputError(Fault("no draws that can be read", allowed, (str(path),))) from error


def _made(path: Path, study: Study, model: Model) -> netCDF4.Dataset:
    import netCDF4  # noqa: PLC0415 - 0.1 s, needed by few

    path.unlink(missing_ok=True)
    if _bytes(study, model) < _MOST_OF_OFFSETS:
        file = netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET")
    else:
        file = netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_DATA")
    file.set_fill_off()
    file.setncatts({"title": study.title, "study": study.id, "seed": str(study.design.seed)})
    file.createDimension("replicate", study.design.replicates)
    file.createDimension("draw", study.design.draws)
    used = dict.fromkeys(dim for name in study.outputs for dim in model.dims_of[name])
    for dim in used:
        file.createDimension(dim, len(study.dims[dim]))
        _label(file, dim, list(study.dims[dim]))
    for name, unit in study.outputs.items():
        dims = ("replicate", "draw", *model.dims_of[name])
        file.createVariable(name, "f8", dims).units = unit.text
    return file


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
