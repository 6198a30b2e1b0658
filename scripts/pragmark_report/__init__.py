"""The report of pragmark: result files in, one page with an answer out.

Layers, each of which imports only those before it:

    errors     what can be wrong with an input, as one exception
    stats      the statistics, pure functions of numbers
    model      what a result file says, as frozen dataclasses
    load       reads files into the model, and refuses what it does not know
    compute    the model into a summary: pure (levers: what made the difference)
    words      numbers as text, the same for every output (findings, caveats: in sentences)
    draw       a summary into figures (chart: their frame; svg: a figure into bytes)
    render     a summary into HTML, Markdown, JSON and a terminal table
    outdir     bytes into a folder, all or nothing
    __main__   the command line, which only joins them
"""
