"""
What drives the doubt
=====================

Sobol' indices of an output at one label, with their errors.
"""

import mcsus

result = mcsus.run("tinyml_table", draws=2**10)
axes = result.plot.drivers("device_footprint", application="keyword_spotting")
