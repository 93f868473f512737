"""Settings for every test."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# No test may fail because the machine is slow; in CI the examples are the same in every run.
settings.register_profile("tocsin", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("tocsin"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "tocsin")
