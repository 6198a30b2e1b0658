"""The report of pragmark: result files in, one page with an answer out.

Layers, each of which imports only those before it:

    errors     what can be wrong with an input, as one exception
    stats      the statistics, pure functions of numbers
    strategy   a strategy and its options as a name, and which names are yardsticks
    model      what a result file says, as frozen dataclasses
    load       reads files into the model, and refuses what it does not know
    compute    the model into a summary: pure (levers: which one brought what; yardsticks: ours
               against others; scaling: one quantity at a time)
    words      numbers as text, the same for every output (findings, caveats: in sentences)
    draw       a summary into figures (chart: their frame; draw_scaling; svg: a figure into bytes;
               plot: a figure as a file and inside a page)
    view       what the outputs show, made once
    page       what a page of any other result holds (page_*: a result into a page)
    render     a view into HTML and Markdown (markup, markdown: escapes and templates; render_page:
               a page; text, text_tables, text_page: for a terminal, and JSON)
    outdir     bytes into a folder, all or nothing
    __main__   the command line, which only joins them
"""
