"""Bihuan (闭环): one closed loop for governing hazardous-chemical safety risk.

Layers, highest first: site, journeys | connectors, domains, registers, loop, parties, core, streams,
engines, law, kernel. docs/architecture.md says what each is for; import-linter holds the order.
"""

__version__ = "0.1.0"
