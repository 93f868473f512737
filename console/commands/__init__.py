"""The commands, one module a group. Each module's ``add_to`` registers its commands."""
