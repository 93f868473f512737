"""From enriched documents to notifications: rules, incidents, routing, channels."""
