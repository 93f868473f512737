"""The configuration models, one module a file that people write."""
