"""The prose of --help."""

DESCRIPTION = """\
Compares two programs that write Google Benchmark JSON and says whether the candidate is slower:
paired launches in random order on one core, an exact sign test with Holm's correction and an
effect floor, confirmed on fresh launches. Deterministic counts gate as well.

exit status: 0 holds; 1 regressed; 2 unusable: bad usage or input, or a run that says nothing;
3 undecided with --undecided fail, or interrupted"""

EXAMPLES = """\
examples:
  two builds of pragmark bench, paired slice by slice:
    pragmark gate --baseline 'old/bin/pragmark bench' --candidate 'new/bin/pragmark bench'
  two PRAGMA sets of one build:
    pragmark gate --baseline 'pragmark bench --pragmas production' \\
      --candidate 'pragmark bench --pragmas production+synchronous=FULL'
  anybody's Google Benchmark program, paired by whole processes:
    pragmark gate --baseline 'old/bench --benchmark_out={out} --benchmark_out_format=json' \\
      --candidate 'new/bench --benchmark_out={out} --benchmark_out_format=json'
  in CI, with everything that a service reads:
    pragmark gate --baseline CMD --candidate CMD --budget 5m --out gate.json --junit gate.xml \\
      --markdown gate.md --step-summary --annotations
  results recorded earlier, on one machine:
    pragmark gate --baseline-json history/*.json --candidate-json new/*.json
  what this machine can see, and the margins it needs:
    pragmark gate --calibrate 'pragmark bench' --budget 20m --profile noise.json
    pragmark gate --baseline CMD --candidate CMD --profile noise.json
  does the gate find a slowdown of 5%?
    pragmark gate --baseline CMD --candidate CMD --plant 5%"""
