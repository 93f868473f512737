"""Where things are: the gazetteer, the recognition of place names and their resolution."""
