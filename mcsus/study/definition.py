"""The Study: what is asked, read from a file and checked."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from mcsus.declared.reader import close, shown
from mcsus.errors import Fault, FaultCollector, InputError
from mcsus.model import Equation
from mcsus.parameters import Parameter
from mcsus.study.cautions import cautions
from mcsus.study.changes import Law, read_equations, with_written_equations
from mcsus.study.equations_from import KEY as FROM
from mcsus.study.equations_from import with_module
from mcsus.study.explore import Explored
from mcsus.study.exporting import study_file
from mcsus.study.fields import StudyFields
from mcsus.study.options import names_of, read_outputs
from mcsus.study.parts import Sensitivity
from mcsus.study.quantities import parse_count
from mcsus.study.redesign import Groups, changed_design, other_analyses
from mcsus.study.relaid import Pin, told_laws, with_set
from mcsus.study.scenario_dependence import bound_again
from mcsus.study.study_file import find_study, read_toml
from mcsus.study.whole_file import read_asked, read_fields, read_study
from mcsus.study.writing import by_name, tables_of
from mcsus.vocabulary import Caution


class Study(StudyFields, Explored):
    """What is asked: model, parameters, outputs, design, claims.

    Made by `load_study` or `Study.from_dict`, which check it whole. The wiring and the
    dimensions of its equations are proven when a Model is built from it.

    Examples
    --------
    >>> study = Study.from_dict({
    ...     "schema": "mcsus/1", "id": "one", "outputs": {"y": "g"},
    ...     "parameters": {"a": {"distribution": "constant", "value": 1, "unit": "kg",
    ...                          "source": "a scale"}},
    ...     "equations": {"y": {"formula": "2*a", "unit": "kg"}},
    ... })
    >>> study.outputs["y"].text, [parameter.name for parameter in study.parameters]
    ('g', ['a'])
    """

    @classmethod
    def from_dict(
        cls,
        document: Mapping[str, Any],
        place: str = "study",
        folder: str | Path | None = None,
        *,
        equations: Sequence[Equation | Callable[..., Any]] = (),
        allow_code: bool = False,
    ) -> Study:
        """Return the study that the tables of a file describe.

        Parameters
        ----------
        document : mapping
            As `tomllib` reads a study file.
        folder : path, optional
            Where the files are that it reads; without it none is opened.
        equations : sequence of Equation or function
            Further equations, or others of the same names, as of `with_equations`.
        allow_code : bool
            Whether the Python module that the tables name (``equations_from``) may be run.

        Raises
        ------
        InputError
            With every fault of the document.

        Examples
        --------
        >>> Study.from_dict({"schema": "mcsus/2"})
        Traceback (most recent call last):
        mcsus.errors.InputError: study.schema: found 'mcsus/2'; allowed: 'mcsus/1'...
        """
        if not isinstance(document, Mapping):
            raise InputError(Fault(shown(document), "the tables of a study file", (place,)))
        if FROM in document:
            document = with_module(document, place, folder, allow_code=allow_code)
        if equations:
            document = with_written_equations(document, equations)
        kept, parts = read_study(document, place, folder)
        return cls(**parts, document=copy.deepcopy(kept), place=place, read=parts)

    def to_dict(self) -> dict[str, Any]:
        """Return the tables of the study file; `Study.from_dict` reads them back.

        They say what the Study is now, in the words of its file where these still hold.

        Raises
        ------
        InputError
            If the study was given other dims or scenarios than those of its file.

        Examples
        --------
        >>> load_study("tinyml_table").with_changes(draws=512).to_dict()["design"]["draws"]
        512
        """
        return copy.deepcopy(tables_of(self))

    def to_toml(self) -> str:
        """Return the text of a study file; `load_study` reads it back from a file.

        Raises
        ------
        InputError
            As of `to_dict`.

        Examples
        --------
        >>> load_study("mcu_chip").to_toml().splitlines()[0]
        'schema = "mcsus/1"'
        """
        return study_file(tables_of(self))

    @cached_property
    def cautions(self) -> tuple[Caution, ...]:
        """What a reader of the results should know."""
        return cautions(self, tables_of(self).get("parameters", {}))

    def parameter(self, name: str) -> Parameter:
        """Return one parameter.

        Raises
        ------
        InputError
            If there is none of that name; the nearest one is named.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        if name in known:
            return known[name]
        found = f"unknown parameter {shown(name)}"
        if any(equation.name == name for equation in self.equations):
            found = f"{name!r}, which is an equation"
        raise InputError(
            Fault(found, "a parameter of the study", (self.place,), close(name, known))
        )

    def with_changes(
        self,
        *,
        draws: int | str | None = None,
        replicates: int | None = None,
        seed: int | None = None,
        pins: Mapping[str, Pin] | None = None,
        methods: str | Sequence[str] | None = None,
        groups: Groups | None = None,
    ) -> Study:
        """Return the study with another design, other analyses, or other laws, as a variant.

        A pin takes the place of what the study writes for a parameter, as in `with_laws`; a run
        says that it is of a variant of the study, and which.

        Parameters
        ----------
        draws : int or str, optional
            Draws per replicate; also as text: ``"2^16"``, ``"1e6"``.
        replicates, seed : int, optional
            Of the design.
        pins : mapping, optional
            Name of a parameter -> a law as it is typed, or ``(50, "g CO2e/kWh")``; also for
            ``name[label]``, ``scenario.name`` and both.
        methods : str or sequence of str, optional
            Of sensitivity analysis; ``"all"`` for those that apply.
        groups : str or mapping, optional
            What is one input there: all of a stage, source, evidence or label, or groups by name.

        Raises
        ------
        InputError
            If a name, a unit or the design is wrong.

        Examples
        --------
        >>> study = load_study("tinyml_device").with_changes(
        ...     draws="2^10", pins={"pue": "1.1", "use_grid_intensity": (50, "g CO2e/kWh")})
        >>> study.design.draws, study.parameter("use_grid_intensity").cells[0].law.typical()
        (1024, 50.0)
        """
        given = {
            "draws": parse_count(draws) if isinstance(draws, str) else draws,
            "replicates": replicates,
            "seed": seed,
        }
        changes = {key: value for key, value in given.items() if value is not None}
        study = self
        if changes:
            study = study._with(design=changed_design(self.design, changes))
        if methods is not None or groups is not None:
            study = replace(study, sensitivity=other_analyses(study, methods, groups))
        return study._pinned(pins) if pins else study

    def _pinned(self, pins: Mapping[str, Pin]) -> Study:
        """Return the study with other laws, told as its variant."""
        with self.units.in_use():
            told = told_laws(self, pins, "--set ")
            study = with_set(
                self, pins, "set for this run alone, on the command line or from Python", "--set "
            )
        return replace(study, variant={**self.variant, **told})

    def with_laws(self, changes: Mapping[str, Law] | None = None, /, **laws: Law) -> Study:
        """Return the study with other laws for some parameters.

        A law takes the place of what the study writes for a parameter, at every label. What the
        labels share and the position of the parameter are kept, so all other draws stay as they
        are. A scenario that sets the parameter still does.

        Parameters
        ----------
        changes, **laws
            Name of a parameter -> a Distribution in its unit, a law as it is typed (a value with
            unit, ``"5 to 20 kg"``), ``(50, "g CO2e/kWh")``, an id of the library, or a table. Also
            for ``name[label]``, at that label alone; ``scenario.name``, in that scenario; both.

        Raises
        ------
        InputError
            If a name, a law or a unit is wrong.

        Examples
        --------
        >>> from mcsus import distribution
        >>> study = load_study("tinyml_device").with_laws(
        ...     pue=distribution("uniform", minimum=1.1, maximum=1.2),
        ...     use_grid_intensity="50 g CO2e/kWh")
        >>> study.to_dict()["parameters"]["pue"]["maximum"]
        1.2
        """
        with self.units.in_use():
            why = "changed from Python, which says no more of it"
            return with_set(self, {**(changes or {}), **laws}, why)

    def with_equations(self, *equations: Equation | Callable[..., Any]) -> Study:
        """Return the study with further equations, or with others of the same names.

        They are written as formulas in their canonical form, so a run of the study can be saved,
        verified, resumed and reported like that of a file.

        Parameters
        ----------
        *equations : Equation or function
            A plain function has the unit and the stage of the equation that it replaces.

        Raises
        ------
        InputError
            If one cannot be written as a formula, or uses a name or a dim that the study lacks.

        Examples
        --------
        >>> from mcsus import equation
        >>> @equation(unit="kg CO2e")
        ... def doubled(device_footprint):
        ...     return 2 * device_footprint
        >>> study = load_study("tinyml_device").with_equations(doubled)
        >>> study.to_dict()["equations"]["doubled"]
        {'formula': '2*device_footprint', 'unit': 'kg CO2e'}
        """
        with self.units.in_use():
            known = read_equations(self, equations)
        kept = tuple(p for p in self.parameters if p.name not in known)
        study = self._with(equations=tuple(known.values()), parameters=kept)
        read = read_fields(tables_of(study), self.place)  # refused if another table asks for more
        return replace(study, equations=read["equations"])

    def with_outputs(self, **units: str) -> Study:
        """Return the study with further outputs, or with other units of the same outputs.

        Examples
        --------
        >>> list(load_study("tinyml_device").with_outputs(manufacture="g CO2e").outputs)[-1]
        'manufacture'
        """
        faults = FaultCollector(self.place)
        names = [parameter.name for parameter in self.parameters]
        with self.units.in_use():
            outputs = read_outputs(units, names_of(by_name(self.equations), names), faults)
        faults.raise_any()
        return self._with(outputs={**self.outputs, **outputs})

    def _with(self, **parts: Any) -> Study:
        """Return the study with other parts; what it asks for by default follows them."""
        study = replace(self, **parts)
        by_default = self.sensitivity == self.asked()
        return replace(study, sensitivity=study.asked()) if by_default else study

    def asked(self) -> Sensitivity:
        """Return the sensitivity analyses that the file asks for with this design."""
        faults = FaultCollector(self.place)
        names = [parameter.name for parameter in self.read["parameters"]]
        known = names_of(by_name(self.equations), names, self.outputs)
        with self.units.in_use():
            asked = read_asked(self.document, self.design, known, self.dependence, faults)
        faults.raise_any()
        return asked

    def with_parameters(self, *given: Parameter) -> Study:
        """Return the study with others of its parameters, and its dependence of them."""
        made = {parameter.name: parameter for parameter in given}
        study = replace(self, parameters=tuple(made.get(p.name, p) for p in self.parameters))
        held = [name for name, p in made.items() if p.is_constant]
        bound = {name for table in self.dependence for name in table.parameters}
        moved = [name for name, p in made.items() if p.streams != self.parameter(name).streams]
        return study if bound.isdisjoint([*held, *moved]) else study._bound(held)

    def _bound(self, held: Sequence[str]) -> Study:
        """Return the study with its dependence read again; what is held depends on nothing."""
        return self._with(**bound_again(self, tables_of(self), held))


def load_study(path_or_id: str | os.PathLike[str], *, allow_code: bool = False) -> Study:
    """Return a study from its file, or from its id when it ships.

    Parameters
    ----------
    allow_code : bool
        Whether the Python module of equations that it names may be run.

    Raises
    ------
    InputError
        With every fault of the file.

    Examples
    --------
    >>> load_study("tinyml_device").functional_unit
    'one device over its service life'
    """
    given = path_or_id if isinstance(path_or_id, str) else Path(path_or_id)
    path = find_study(given)
    return Study.from_dict(read_toml(path), str(path), path.parent, allow_code=allow_code)
