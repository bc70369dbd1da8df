"""The labelled output of a run: its arrays, its tree, its JSON, its files."""
