"""Moves bytes for the warehouse: queue to raw, files to the queue or COPY, one call a load."""

__version__ = "0.2.0"
