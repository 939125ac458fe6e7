"""模拟装置: a small plant of our own to try the telemetry plane on: a model, and an OPC UA server that shows it.

It is no plant of anybody's: sizes and kinetics are invented, the balances of mass and energy are kept. No Django.
"""
