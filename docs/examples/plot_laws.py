"""
Laws side by side
=================

Three laws that say "about 3" in different ways.
"""

import matplotlib.pyplot as plt
import numpy as np

import mcsus

laws = {
    "triangular": mcsus.distribution("triangular", minimum=1, mode=3, maximum=7),
    "pert": mcsus.distribution("pert", minimum=1, mode=3, maximum=7),
    "lognormal": mcsus.distribution("lognormal", median=3, gsd=1.4),
}
at = np.linspace(0.5, 8, 400)
figure, axes = plt.subplots(figsize=(6, 3))
for name, law in laws.items():
    axes.plot(at, np.gradient(law.cdf(at), at), label=name)
axes.legend()
