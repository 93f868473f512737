"""How we introduce ourselves to publishers."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from config.models.settings import IntakeSettings

PRODUCT = "Tocsin"  # the name that robots.txt rules may address


def user_agent(settings: IntakeSettings) -> str:
    """``Tocsin/<version> (+<contact>)``; the contact lets a publisher complain before blocking."""
    if settings.user_agent:
        return settings.user_agent
    try:
        number = version("tocsin")
    except PackageNotFoundError:
        number = "0"
    contact = f"; +{settings.contact}" if settings.contact else ""
    return f"{PRODUCT}/{number} (news monitor{contact})"
