"""Channels: each turns a message into what its provider takes, and says truthfully how it went."""
