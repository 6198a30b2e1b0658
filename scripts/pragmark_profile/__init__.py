"""Where the time of a request goes: samples of `perf record`, attributed and counted.

load (samples, system_calls) -> compute (categories, attribution) -> draw (tables); runs and disk
measure. scripts/profile.py joins them.
"""
