"""
Laws side by side
=================

Three laws that say "about 3" in different ways.
"""

import mcsus

mcsus.distribution("triangular", minimum=1, mode=3, maximum=7).plot()
mcsus.distribution("pert", minimum=1, mode=3, maximum=7).plot()
axes = mcsus.distribution("lognormal", median=3, gsd=1.4).plot()
