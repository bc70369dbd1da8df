"""
Laws side by side
=================

Three laws that say "about 3" in different ways.
"""

import matplotlib.pyplot as plt

import mcsus

laws = (
    mcsus.distribution("triangular", minimum=1, mode=3, maximum=7),
    mcsus.distribution("pert", minimum=1, mode=3, maximum=7),
    mcsus.distribution("lognormal", median=3, gsd=1.4),
)
figure, panels = plt.subplots(1, 3, figsize=(9, 2.5), sharex=True, layout="constrained")
for law, panel in zip(laws, panels, strict=True):
    law.plot(ax=panel)
    panel.set_title(law.family)
