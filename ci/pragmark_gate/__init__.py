"""The regression gate: pairs two programs launch by launch, decides, and shows its own error rates.

    model.py    what the parts hand each other; read it first
"""
