"""Driving another program from Python: starting and ending it, asking it over lines, telling the
progress, writing files whole. Shared by the programs that measure (the gate, tune); knows nothing
of what they decide.
"""
