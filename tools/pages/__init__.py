"""What the pages of the documentation show is what the program does.

Pages hold commands, Python and what both print. `session` runs a page and compares; `directives`
does so while Sphinx reads; ``python -m tools.pages --write`` puts in what is printed now.
"""
