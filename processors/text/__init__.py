"""Reading text without a statistical model: sentences, lexicon hits, numbers, time expressions."""
