"""Languages other than English: tolls, times and status cues, read from the lexicon files."""
