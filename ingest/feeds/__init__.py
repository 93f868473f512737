"""Feeds as bytes to feeds as values: RSS, Atom, RDF, JSON Feed, sitemaps."""
