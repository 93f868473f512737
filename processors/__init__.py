"""From documents to enriched documents: language, places, entities, events, stories."""
