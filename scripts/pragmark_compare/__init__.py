"""`pragmark compare`: two results of one kind, side by side on a terminal.

Layers, each of which imports only those before it; the results are read by pragmark_report:

    model       what a comparison holds, as frozen dataclasses
    measured    samples of both sides into medians, intervals and ratios
    bench, tune, capacity    results of each kind into a comparison
    subjects    two files into a comparison, or a refusal
    render_text, render_markdown, render_json    a comparison as each output
    __main__    the command line, which only joins them

It is no gate: two results that were measured one after the other differ by whatever else changed in
between, and no interval of either knows that.
"""
