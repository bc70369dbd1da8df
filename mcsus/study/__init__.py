"""Study files: from TOML to a checked Study; called, it makes one of Python alone."""

import sys
from types import ModuleType

from mcsus.study.builder import study
from mcsus.study.definition import Study, load_study
from mcsus.study.parts import Claim, CopulaGroup, Scenario, Sensitivity
from mcsus.study.quantities import parse_count, parse_setting
from mcsus.study.schema import schema
from mcsus.study.study_file import find_study, shipped_studies

__all__ = [
    "Claim",
    "CopulaGroup",
    "Scenario",
    "Sensitivity",
    "Study",
    "find_study",
    "load_study",
    "parse_count",
    "parse_setting",
    "schema",
    "shipped_studies",
]


class _Callable(ModuleType):
    """The package, which is `mcsus.study(...)` as well."""

    __call__ = staticmethod(study)


sys.modules[__name__].__class__ = _Callable
