"""Files of other tools, a module for each kind."""
