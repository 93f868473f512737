"""What people write: settings models, the loader and the shipped YAML."""
