"""Tables of a file, each declared once: read with every fault at once, described, written back."""
