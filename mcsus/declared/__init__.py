"""Tables of a file: read key by key, with every fault at once."""
