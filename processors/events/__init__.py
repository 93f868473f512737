"""What happened: triggers, status, casualties, actors, and their assembly into events."""
