"""Results of `pragmark env` as a page: one machine, or several beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import draw_env, page, page_parts, words
from .load_result import Result
from .page import Page, Section, Table
from .plot import plots
from .words import NOTHING, Sentence


def env_page(results: Sequence[Result], name: str) -> Page:
    """REQUIRES: results of `pragmark env`."""
    several = len(results) > 1
    title = "How long a sync takes"
    series = [(f"{each.letter}: {place(each.document)}" if several else "",
               each.document["sync"]) for each in results]
    figure = draw_env.syncs(series, title, _question(results))
    return Page(
        name=name,
        title="Can these machines be trusted?" if several else "Can this machine be trusted?",
        question=_question(results),
        answer=_answer(results),
        figure=plots([figure], f"{name}-syncs", title, narrow=True)[0],
        caveats=_reasons(results),
        sections=(Section("What the grades mean", (
            ("A: nothing was found that spoils figures. B: they hold, with a reservation. C: they "
             "compare only within one interleaved run. D: figures of durable writes mean nothing "
             "here. F: no figure can be trusted.",),
            ("The grade is the worst that any reason allows. It speaks of the minutes in which it "
             "was measured: steal and drift come and go.",))),),
        environment=facts(results),
        sources=page_parts.listed_sources(results),
        command="pragmark env --json --out env.json",
    )


def place(document: Mapping) -> str:
    """`AMD EPYC 7763, 2 CPUs, ext4`."""
    cpu = document["cpu"]
    return (f"{cpu['model']}, {words.plural(cpu['online'], 'CPU')}, "
            f"{document['storage']['filesystem']}")


def _question(results: Sequence[Result]) -> str:
    if len(results) > 1:
        return f"{len(results)} machines, each measured by itself"
    document = results[0].document
    return f"{place(document)}, measured for {words.significant(document['seconds'])} s"


def _answer(results: Sequence[Result]) -> Sentence:
    if len(results) == 1:
        document = results[0].document
        return (f"Grade {document['grade']}: {document['meaning'].rstrip('.')}.",)
    grades = [f"{each.letter} has grade {each.document['grade']}" for each in results]
    return (f"{words.listed(grades)}.",)


def _reasons(results: Sequence[Result]) -> tuple[Sentence, ...]:
    several = len(results) > 1
    return (*page_parts.same_bytes(results), *(
        (f"{each.letter}: " if several else "", f"{reason['cap']} at most: {reason['sentence']}.")
        for each in results for reason in each.document["reasons"]))


def facts(results: Sequence[Result]) -> Table:
    """All that was found out, a column a machine. The directory is left out: pages are published,
    and it is a path of somebody's machine."""
    columns = [_facts(each.document) for each in results]
    rows = []
    for key in columns[0]:
        values = [column[key] for column in columns]
        differs = len(set(values)) > 1
        rows.append((f"{key} (differs)" if differs else key, *values))
    headings = [f"Machine {each.letter}" for each in results] if len(results) > 1 else ["Value"]
    return page.table(("Fact", *headings), rows)


def _facts(document: Mapping) -> dict[str, str]:
    cpu, storage, drift = document["cpu"], document["storage"], document["drift"]
    queue, clock = storage["queue"], document["clock"]
    return {
        "grade": document["grade"],
        "kernel": document["kernel"],
        "virtualization": document["virtualization"],
        "CPU": cpu["model"],
        "CPUs": f"{cpu['online']} of {cpu['count']} online",
        "CPU quota": _limit(cpu["quota"]),
        "governor": cpu["governor"],
        "load of the minute before": _number(cpu["load_average"]),
        "steal": words.percent(document["steal_percent"]),
        "memory": words.bytes_text(document["memory"]["bytes"]),
        "memory limit": _bytes(document["memory"]["limit_bytes"]),
        "file system": storage["filesystem"],
        "mount options": storage["mount_options"] or NOTHING,
        "block device": storage["block_device"] or NOTHING,
        "queue": (f"scheduler {queue['scheduler']}, {queue['nr_requests']} requests, write cache "
                  f"{queue['write_cache']}, rotational {queue['rotational']}"),
        "fdatasync of 4 KiB": _sync(document["sync"]),
        "clock": f"{clock['source']}, {_number(clock['read_ns'])} ns a look",
        "drift of CPU work": _drift(drift["cpu"]),
        "drift of syncs": _drift(drift["sync"]),
    }


def _sync(found: Mapping) -> str:
    told = [f"{name} {words.duration(found[key])}" for name, key in draw_env.PERCENTILES]
    return f"{', '.join(told)}, n={found['n']}"


def _drift(found: Mapping | None) -> str:
    if found is None:
        return "unknown: the clock is too coarse"
    return (f"last third over the first {words.significant(found['last_to_first'])}, spread "
            f"{words.percent(found['robust_cv_percent'])}, n={found['n']}")


def _number(value: float | None) -> str:
    return NOTHING if value is None else words.significant(value)


def _limit(value: str | float) -> str:
    return value if isinstance(value, str) else f"{words.significant(value)} CPUs"


def _bytes(value: str | float) -> str:
    return value if isinstance(value, str) else words.bytes_text(value)
