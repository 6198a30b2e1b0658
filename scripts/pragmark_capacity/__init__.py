"""`pragmark capacity`: what can this box take? An open-loop search for the highest rate that holds
an objective, and what goes with it: claims, the knee, soaks, antagonists, a forecast.

`pragmark load` offers the requests and measures; this package decides what to offer and what
follows from the answers. `model.py` has the words; `search.py` the idea.
"""
