"""The library of distributions: the reader of the folder ``distributions`` that ships.

One parameter is read without parsing the others; a whole check gathers every fault of every
file. Neither numba nor scipy.stats is imported.
"""

from mcsus.library.catalogue import Library, library
from mcsus.library.grid import PREFIX as GRIDS
from mcsus.library.grid import GridValue
from mcsus.library.record_files import data_root
from mcsus.library.records import printed
from mcsus.library.search import EVERYTHING, Asked, Entry, like_units, words_of

__all__ = [
    "EVERYTHING",
    "GRIDS",
    "Asked",
    "Entry",
    "GridValue",
    "Library",
    "data_root",
    "library",
    "like_units",
    "printed",
    "words_of",
]
