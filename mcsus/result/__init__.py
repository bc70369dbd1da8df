"""Result: the labelled output of a run; its tree, its JSON, its files."""

from mcsus.result.atomic import replacing
from mcsus.result.document import cell_dims, cells, digest
from mcsus.result.summary import Summary
from mcsus.result.tree import FILE, JSON_FILE, Result, load_result

__all__ = [
    "FILE",
    "JSON_FILE",
    "Result",
    "Summary",
    "cell_dims",
    "cells",
    "digest",
    "load_result",
    "replacing",
]
