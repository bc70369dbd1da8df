"""
Whether a claim holds
=====================

The margin of a claim: it holds where the margin is above zero.
"""

import mcsus

result = mcsus.run("tinyml_table", draws=2**10)
axes = result.plot.claims("above_printed_typical")
