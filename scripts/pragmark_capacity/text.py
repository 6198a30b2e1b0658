"""The result for a terminal: the answer, a small table, the caveats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pragmark_report.columns import aligned
from pragmark_report.errors import one_line

from . import words

MOST_STEPS = 14  # of a search; the rest is in the JSON


def render(document: Mapping[str, Any]) -> str:
    lines = [document["answer"]["sentence"]]
    if document["cost"]:
        lines.append(document["cost"]["text"])
    for part, table in TABLES.items():
        if document[part]:
            lines += ["", *table(document)]
    if not any(document[part] for part in TABLES):
        lines += ["", *_steps(document)]
    lines += ["", _conditions(document)]
    lines += [f"note: {caveat}" for caveat in document["caveats"]]
    return "\n".join(one_line(line) for line in lines) + "\n"


def _conditions(document: Mapping[str, Any]) -> str:
    given, context = document["parameters"], document["context"]
    mix = ",".join(f"{name}={100 * share:g}%" for name, share in given["mix"].items())
    return (f"{given['pragmas']} ({context.get('durability', 'unknown')}), {given['strategy']}, "
            f"{given['threads']} threads, {given['rows']:,} rows, payload {given['payload']}, {mix}, "
            f"keys {given['keys']}, {given['arrivals']} arrivals; "
            f"{context.get('cpu_model', 'unknown')}, {context.get('cpus', '?')} cores, "
            f"{context.get('filesystem', 'unknown')}; seed {document['seed']}")


def _ms(estimate: Mapping[str, Any] | None) -> str:
    return words.plain_ms(None if estimate is None else estimate["value"])


def _span(estimate: Mapping[str, Any]) -> str:
    if estimate["low"] is None:
        return words.number(estimate["value"])
    return f"{words.number(estimate['value'])} [{words.interval(estimate['low'], estimate['high'])}]"


def _steps(document: Mapping[str, Any]) -> list[str]:
    """The last steps: those that decided."""
    shown = [each for each in document["steps"] if each["purpose"] != "ceiling"][-MOST_STEPS:]
    rows = [["step", "offered/s", "achieved/s", "p50 ms", "p99 ms", "holds"]]
    for each in shown:
        step = each["step"]
        latency = step["latency_us"]
        rows.append([each["purpose"], f"{step['offered_per_second']:,.0f}",
                     f"{step['achieved_per_second']:,.0f}", _us(latency["p50"]),
                     _us(latency["p99"]), "" if each["holds"] is None
                     else "yes" if each["holds"] else f"no: {each['reason']}"])
    return aligned(rows, (0, 5))


def _us(value: float | None) -> str:
    return words.plain_ms(None if value is None else value / 1000)


def _claim(document: Mapping[str, Any]) -> list[str]:
    rows = [["unsaid by the claim" if any(not each["said"] for each in
             document["claim"]["unsaid"]) else "said", "measured here with", "matters because"]]
    rows += [[("" if not each["said"] else "(said) ") + each["what"], each["assumed"], each["why"]]
             for each in document["claim"]["unsaid"]]
    return aligned(rows, (0, 1, 2))


def _curve(document: Mapping[str, Any]) -> list[str]:
    rows = [["share", "offered/s", "achieved/s", "p50 ms", "p99 ms", "p99.9 ms", ""]]
    for each in document["curve"]["points"]:
        rows.append([f"{each['share']:.0%}", f"{each['offered']:,.0f}",
                     f"{each['achieved']['value']:,.0f}", _ms(each["p50_ms"]), _ms(each["p99_ms"]),
                     _ms(each["p99_9_ms"]), "saturated" if each["saturated"] else ""])
    return aligned(rows, (6,))


def _soak(document: Mapping[str, Any]) -> list[str]:
    rows = [["", "begin", "end", "unit", "change", "p", "trend"]]
    for each in document["soak"]["trends"]:
        rows.append([each["what"], f"{each['begin']:.4g}", f"{each['end']:.4g}", each["unit"],
                     words.percent(each["change_share"]), f"{each['p']:.2g}", each["verdict"]])
    stalls = document["soak"]["stalls"]
    return [*aligned(rows, (0, 3, 6)),
            f"  {stalls['count']} checkpoints, the longest took "
            f"{words.ms(stalls['longest_ms'])}; the WAL grew to "
            f"{document['soak']['wal_bytes_max'] / 1048576:.3g} MiB."]


def _antagonists(document: Mapping[str, Any]) -> list[str]:
    rows = [["", "quiet p99 ms", "with it", "worst", "adds ms", "recovers s", "failed"]]
    for each in document["antagonists"]["kinds"]:
        rows.append([each["kind"], words.plain_ms(each["quiet_p99_ms"]),
                     words.plain_ms(each["during_p99_ms"]), words.plain_ms(each["during_max_ms"]),
                     _ms(each["added_ms"]), _ms(each["recovery_s"]), f"{each['failed_share']:.1%}"])
    return aligned(rows, (0,))


def _forecast(document: Mapping[str, Any]) -> list[str]:
    found = document["forecast"]
    rows = [["shape", "predicted/s", "measured/s", "error", "limited by"]]
    for each in found["predictions"]:
        error = "-" if each["error_share"] is None else words.percent(each["error_share"])
        measured = "-" if each["measured"] is None else words.number(each["measured"]["value"])
        rows.append([each["shape"], _span(each["predicted"]), measured, error, each["binding"]])
    needs = [["a request needs", "", "", ""]]
    needs += [[each["resource"], f"{each['value']['value']:.4g}", each["unit"], each["text"]]
              for each in found["demands"]]
    return [*aligned(rows, (0, 4)), "", *aligned(needs, (0, 2, 3))]


TABLES = {"claim": _claim, "curve": _curve, "soak": _soak, "antagonists": _antagonists,
          "forecast": _forecast}


