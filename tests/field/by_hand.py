"""Jobs written by hand, in the words and units in which people bring them."""

from tests.field import amounts, laws, places

JOBS = [*amounts.JOBS, *laws.JOBS, *places.JOBS]
