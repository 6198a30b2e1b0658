"""What is written: escapes in every output, the same bytes twice, pages without a network."""

import html.parser
import json
import re
import xml.etree.ElementTree as ElementTree

import pytest
from conftest import WRITE_ONLY, bench_document, error_row, rows_of, verify_document
from pragmark_report import draw, markdown, render, svg, text, view

HOSTILE = "<script>alert(1)</script>&amp;$x$|`b`\"'*_[y](http://z)"
HOSTILE_NAME = HOSTILE.replace("/", "")  # a slash would end a part of a benchmark's name


class Page(html.parser.HTMLParser):
    """Collects the tags, the attributes and the text of a page, and checks its nesting."""

    VOID = {"meta", "br", "wbr", "path", "use", "rect"}

    def __init__(self, source):
        super().__init__()
        self.tags, self.attributes, self.words, self.open = [], [], [], []
        self.feed(source)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(name="hostile")
def hostile_fixture(small):
    """A result whose every word is an attack."""
    for row in small["benchmarks"]:
        name = row["name"]
        for old in ("production", "per-thread", "small"):
            name = name.replace(old, old + HOSTILE_NAME)
        row["name"] = row["run_name"] = name.replace("sequential_write", HOSTILE_NAME)
        row["label"] = HOSTILE
    broken = rows_of(small, "production")[0]
    small["benchmarks"][small["benchmarks"].index(broken)] = error_row(broken, HOSTILE)
    context = small["context"]
    for key, value in context.items():
        if isinstance(value, str) and key != "pragmark_build_type":
            context[key] = value + HOSTILE
    context[f"pragma_set:production{HOSTILE_NAME}"] = HOSTILE
    context[HOSTILE] = HOSTILE
    return small


@pytest.fixture(name="hostile_proof")
def hostile_proof_fixture():
    """The same for a verify result."""
    proof = verify_document("fail")
    proof["pragma_set"]["name"] = HOSTILE
    for key in set(proof["checks"][0]) - {"verdict"}:
        proof["checks"][0][key] = HOSTILE
    return proof


def test_the_page_is_no_other_for_hostile_text(summarise, small, hostile, hostile_proof):
    files = render.report_files(summarise(hostile, hostile_proof))
    page = Page(files["report.html"].decode())
    assert "script" not in page.tags
    assert HOSTILE in "".join(page.words)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    for name, value in page.attributes:
        if name in ("href", "src", "xlink:href"):
            assert re.fullmatch(r"#[\w.-]+|[\w.-]+\.(svg|png)", value), value


def test_markdown_holds_no_markup_of_the_input(summarise, hostile, hostile_proof):
    report = render.report_files(summarise(hostile, hostile_proof))["report.md"].decode()
    before, _, rest = report.partition("```sh\n")
    prose = before + rest.partition("\n```\n")[2]
    assert "<script" not in prose and "&amp;amp;" in prose
    assert not re.search(r"(?<!\\)`b", prose)
    assert not re.search(r"(?<!\\)\[y|://z|\$x", prose)
    tables = re.findall(r"(?:^\|.*\n)+", prose, re.M)
    assert len(tables) == 5
    for table in tables:
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1, table


@pytest.mark.parametrize("text_, fence", [("pragmark bench", "```"), ("a ```` b", "`````")])
def test_a_command_cannot_leave_its_block(text_, fence):
    block = markdown.markdown_block(text_).split("\n")
    assert block == [f"{fence}sh", text_, fence]


@pytest.mark.parametrize(
    "text_, escaped",
    [("a|b", r"a\|b"), ("`x`", r"\`x\`"), ("<b>", "&lt;b&gt;"), ("&lt;", "&amp;lt;"),
     ("[1.5, 20]", "[1.5, 20]"), ("[1](x)", r"\[1\](x)"), ("sequential_read", "sequential_read"),
     ("_x_", r"\_x\_"), ("a\\|", r"a\\\|"), ("$x$", "&#36;x&#36;")],
)
def test_markdown_escapes(text_, escaped):
    assert markdown.markdown(text_) == escaped


def test_figures_hold_names_as_they_are(summarise, hostile):
    summary = summarise(hostile)
    figures = draw.throughput(summary.runs[0], 60_000.0, HOSTILE) + draw.latency(
        summary.runs[0], HOSTILE)
    for place, figure in enumerate(figures):
        root = ElementTree.fromstring(svg.svg_bytes(figure, f"f{place}"))
        labels = ["".join(element.itertext()) for element in root.iter(f"{{{svg.SVG}}}text")]
        assert HOSTILE in labels
        assert not list(root.iter(f"{{{svg.SVG}}}script"))


def test_the_same_input_gives_the_same_bytes(summarise, document):
    first = render.report_files(summarise(document, verify_document()))
    second = render.report_files(summarise(document, verify_document()))
    assert first == second
    assert set(first) == {"throughput.svg", "throughput.png", "latency.svg", "latency.png",
                          "levers.svg", "levers.png", "report.md", "report.html"}
    assert list(first)[-1] == "report.html"


def test_a_users_matplotlib_settings_change_nothing(summarise, small):
    import matplotlib

    summary = summarise(small)
    expected = render.report_files(summary)
    with matplotlib.rc_context({"font.size": 20, "text.parse_math": True, "savefig.dpi": 30,
                                "savefig.transparent": True, "axes.grid": True}):
        assert render.report_files(summary) == expected


def test_no_file_holds_a_date_of_its_own_or_a_path_of_the_machine(summarise, small, tmp_path):
    for name, data in render.report_files(summarise(small)).items():
        assert str(tmp_path).encode() not in data
        assert b"dc:date" not in data and b"pragmark-bench" not in data, name


def test_two_runs_stand_side_by_side(summarise, small):
    other = bench_document(workloads=WRITE_ONLY, seed=5)
    other["context"]["filesystem"] = "xfs"
    other["context"]["host_name"] = "vps-2"
    files = render.report_files(summarise(small, other))
    assert {"throughput-a.svg", "throughput-b.svg", "latency-a.png", "latency-b.png"} <= set(files)
    page = files["report.html"].decode()
    for word in ("Run A", "Run B", "filesystem (differs)", "host_name (differs)", "vps-2"):
        assert word in page and word.replace("_", "\\_") or word in files["report.md"].decode()
    ids = [value for name, value in Page(page).attributes if name == "id"]
    assert len(ids) == len(set(ids))


def test_a_hosts_name_is_not_published_without_need(summarise, small):
    page = render.report_files(summarise(small))["report.html"].decode()
    assert "vps-1" not in page


def test_the_grade_stands_before_what_has_no_order_and_is_no_difference(summarise, small):
    other = bench_document(workloads=WRITE_ONLY, seed=5)
    reasons = "the load was 1.20 on 2 processors before it began"
    other["context"].update(environment_grade="C", environment_reasons=reasons)
    rows = view.environment(summarise(small, other))
    keys = [key for key, _, _ in rows]
    grade = keys.index("environment_grade")
    assert keys[grade - 1:grade + 3] == ["steal_percent", "environment_grade",
                                         "environment_reasons", "seed"]
    assert rows[grade][1:] == (["", "C"], False)
    assert reasons in render.report_files(summarise(small, other))["report.html"].decode()


def test_the_error_stands_in_place_of_a_figure(summarise, small):
    for row in rows_of(small, "production/per-thread"):
        place = small["benchmarks"].index(row)
        small["benchmarks"][place] = error_row(row, "integrity_check failed")
    summary = summarise(small)
    files = render.report_files(summary)
    said = "integrity_check failed (9 of 9 repetitions erred)"
    for output in (files["report.html"].decode(), files["report.md"].decode(),
                   text.summary_text(summary, False), text.summary_json(summary)):
        assert said in output or said.replace("_", r"\_") in output
    assert files["report.html"].decode().count(said) == 2  # in both tables
    assert "error: integrity_check fail" in files["throughput.svg"].decode()


def test_every_axis_has_a_unit_and_every_row_its_n(summarise, document):
    (run,) = summarise(document).runs
    for figure, unit in ((draw.throughput(run, 60_000.0, "s")[0], "requests/s"),
                         (draw.latency(run, "s")[0], "us, ms or s")):
        assert len(figure.axes) == 4
        for axis in figure.axes:
            assert unit in axis.get_xlabel()
            assert sum("n=9" in label.get_text() for label in axis.texts) == 6


def test_the_target_lies_within_the_axis(summarise, small):
    (run,) = summarise(small).runs
    (figure,) = draw.throughput(run, 5e6, "s")
    low, high = figure.axes[0].get_xlim()
    assert low < 5e6 < high


def test_many_configurations_go_over_several_figures(summarise):
    document = bench_document(repetitions=6, strategies=("open-per-op",))
    rows = [row for row in document["benchmarks"] if row["name"].startswith("mixed/default")]
    document["benchmarks"] = [
        {**row, "name": name, "run_name": name}
        for threads in range(1, 101) for row in rows
        for name in [row["name"].replace("threads:10", f"threads:{threads}")]
    ]
    (run,) = summarise(document).runs
    figures = draw.throughput(run, 60_000.0, "s")
    assert [len(figure.axes[0].get_yticks()) for figure in figures] == [40, 40, 20]
    assert len(draw.latency(run, "s")) == 3


def test_a_result_without_counters_has_no_latency_figure(summarise, small):
    for row in small["benchmarks"]:
        for key in [key for key in row if key.startswith("latency") or key == "operations"]:
            del row[key]
    files = render.report_files(summarise(small))
    assert "latency.svg" not in files and "throughput.svg" in files


def test_every_colour_of_a_figure_follows_the_theme(summarise, small):
    page = render.report_files(summarise(small))["report.html"].decode()
    figures = "".join(re.findall(r"<svg.*?</svg>", page, re.S))
    assert figures.count("<svg") == 3
    assert not re.search(r"style=\"[^\"]*#[0-9a-f]{6}", figures)


def test_the_json_summary_is_strict_and_complete(summarise, document):
    summary = json.loads(text.summary_json(summarise(document, verify_document())))
    assert summary["schema"] == "pragmark.report/2"
    answers = summary["runs"][0]["answers"]
    assert [len(answer["configurations"]) for answer in answers] == [6, 6, 6, 6]
    best = answers[1]["configurations"][4]
    assert best["throughput"]["interval"]["coverage"] == pytest.approx(0.9609375)
    assert answers[1]["best"] == {
        "pragma_set": "production", "strategy": "per-thread", "schema": "standard",
        "memory_statistics": "as-built", "threads": 1, "processes": 1, "in_flight": 1}
    assert summary["verifications"][0]["verdict"] == "pass"


def test_the_text_summary_is_coloured_only_when_asked(summarise, small):
    summary = summarise(small)
    assert "\x1b" not in text.summary_text(summary, False)
    assert "\x1b[31mmissed\x1b[0m" in text.summary_text(summary, True)
