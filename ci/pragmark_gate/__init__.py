"""The regression gate: pairs two programs launch by launch, decides, and shows its own error rates.

    model           what the parts hand each other; read it first
    statistics      exact tests and intervals; pure
    decide          launches into verdicts; pure (recorded: of files; other_rules: by other tools' rules)
    calibration     a program against itself: noise, margins, error rates (noise_profile: as a file)
    design          seeded orders, so that time and layout favour nobody
    runner          what a run asks of who starts processes; slices and processes are the two
    session         a run, from two commands to a result (budget, launcher, companion: its pieces)
    recorded_files  earlier results as values, or a refusal (recorded_run: that job)
    outcome         a result into one answer and the exit code
    view            the rows that all outputs show (words: numbers as text)
    render_*        the outputs; document: JSON, which is also read
    study           what many runs say of the gate itself (study_account: what is kept of a run)
    options         the command line (option_values: one word of it; help: its prose)
    program         joins them; __main__ makes sure that what fails does not pass
"""
