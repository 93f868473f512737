"""The log: the Broker port, its adapters, the worker loop, dead letters and replay."""
