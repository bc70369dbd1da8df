"""
What a footprint is made of
===========================

The parts that ``[breakdown]`` names.
"""

import mcsus

result = mcsus.run("tinyml_table", draws=2**10)
axes = result.plot.made_of("device_footprint")
