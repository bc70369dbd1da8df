"""The page that one opens on a study: a server on loopback and the files that it serves."""
