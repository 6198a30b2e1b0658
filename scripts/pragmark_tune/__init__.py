"""`pragmark tune`: which settings bring something on this machine, as an experiment.

    options -> space, levers (pure): configurations and the comparisons that are asked of them
                  |
    plan (pure): what the budget allows      hosts: `pragmark bench --slices`, kept or fresh
                  |                                  |
              measure: a pilot, then blocks, in seeded random order
                  |
    effects, choose, front (pure) -> document -> text

**A block** is one pass over all configurations in random order: each opens a fresh database, with
its settings proven on every connection, warms up for one slice, is timed for one slice of a fixed
number of operations (the same for all that are about as fast; `Sizes` in plan.py says why), and
has its answers checked. A slow minute so falls on all alike. The blocks are the replicates: where rows are few enough to be loaded again, each block has processes of its
own, with a random size of environment, so that a layout that favours a setting once does not
favour it always.

**Why not the short slices of the gate?** There two processes are both open and take turns every
few milliseconds on one core. That sees more of a change in the code, but most of its slices have
no checkpoint and no sync, and what one configuration left to the disk falls into the next one's
slice. A setting's effect is often just that. So here one configuration is at work at a time, on
all cores, for long enough to pay for its own checkpoints, and its database is deleted before the
next begins. The p99 comes from the same slices.

**An effect** is the pseudo-median over blocks of the log ratio to the base in the same block,
with the interval of the signed-rank test. Two configurations that do not differ could have
changed places in a block, so their difference lies symmetrically about zero whatever the noise
looks like: the test is exact. Bonferroni's correction makes all intervals of a run hold together
with 95%. An effect counts only when the whole interval lies beyond a floor (2%): a setting can
move what shares a cache line. Otherwise there is no measurable effect, and the smallest one that
could have been seen is told.

What chose a winner cannot confirm it: base and candidates meet again in fresh blocks. What is not
confirmed there is not recommended.
"""
