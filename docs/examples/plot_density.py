"""
How likely each footprint is
============================

The density of an output at three labels.
"""

import mcsus

result = mcsus.run("tinyml_device", draws=2**10)
axes = result.plot.density("device_footprint")
