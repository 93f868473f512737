"""Casualties of an English sentence: how many, of whom, who says so."""

from processors.events.casualties.sentence import find

__all__ = ["find"]
