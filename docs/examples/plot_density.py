"""
How likely each footprint is
============================

The density of an output at three labels.
"""

import mcsus

result = mcsus.run("tinyml_table", draws=2**10)
axes = result.plot.density("device_footprint")
