"""What pages are made of: the same bytes twice, nothing fetched, nothing of an input as markup."""

import html.parser
import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from capacity_documents import QUESTIONS, capacity_document
from page_documents import HOSTILE, crash_document, env_document, hostile
from pragmark_report import load_result, markup, page, pages, render_page, svg
from pragmark_report.errors import InputError
from pragmark_report.words import Name

SAMPLES = Path(__file__).resolve().parent / "samples"
TARGET = 60_000.0
TUNE = {name: json.loads((SAMPLES / f"{name}.json").read_text()) for name in ("tune",
                                                                              "tune_levers")}
SCHEMA_OF = {"tune": "pragmark.tune/1", "tune_levers": "pragmark.tune/1",
             "env": "pragmark.env/1", "crash": "pragmark.crash/1"}


def documents():
    return {**{name: capacity_document(name) for name in QUESTIONS}, **TUNE,
            "env": env_document(), "crash": crash_document()}


def loaded(document, letter="A", source="result.json"):
    return load_result.result(source, letter, "digest-" + letter, json.loads(json.dumps(document)))


def files_of(*given):
    results = [loaded(each, letter) for each, letter in zip(given, "ABC")]
    return render_page.page_files(pages.pages_of(results, TARGET), "0.1.0")


class Parsed(html.parser.HTMLParser):
    """The tags, attributes and words of a page; its elements must nest."""

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


@pytest.mark.parametrize("name", sorted(documents()))
def test_the_first_screen_answers_and_nothing_is_fetched(name):
    files = files_of(documents()[name])
    found = next(data for file, data in files.items() if file.endswith(".html")).decode()
    parsed = Parsed(found)
    order = [found.index(each) for each in ('class="lead"', "<figure", 'id="caveats"',
                                            'id="environment"', 'id="repeat"')]
    assert order == sorted(order)
    for key, value in parsed.attributes:
        if key in ("href", "src", "xlink:href", "action", "srcset"):
            assert re.fullmatch(r"#[\w.-]+|[\w.-]+\.(svg|png)", value), value
    assert not re.search(r"url\((?!#)|@import|<link|<script|<iframe", found)
    linked = {value for key, value in parsed.attributes if key == "href" and value[0] != "#"}
    assert linked <= set(files)
    markdown = files[next(file for file in files if file.endswith(".md"))].decode()
    assert set(re.findall(r"\]\(([^)]+\.png)\)", markdown)) <= set(files)


@pytest.mark.parametrize("name", ["slo", "forecast", "tune_levers", "env", "crash"])
def test_the_same_input_gives_the_same_bytes(name):
    document = documents()[name]
    assert files_of(document) == files_of(document)


@pytest.mark.parametrize("name", sorted(documents()))
def test_nothing_of_an_input_is_markup(name):
    files = files_of(hostile(documents()[name]))
    for file, data in files.items():
        text = data.decode(errors="replace")
        if file.endswith(".html"):
            parsed = Parsed(text)
            assert not {"script", "img"} & set(parsed.tags)
            assert not [value for key, value in parsed.attributes if key == "href" and ":" in value]
            assert not [key for key, _ in parsed.attributes if key.startswith("on")]
            assert HOSTILE in "".join(parsed.words)
        elif file.endswith(".md"):
            prose = re.sub(r"(`{3,})(?:sh|sql)\n.*?\n\1\n", "", text, flags=re.DOTALL)
            assert "<script" not in prose and "-->" not in prose
            assert not re.search(r"(?<!\\)`b|(?<!\\)\[y|://z|\$x", prose)
            for table in re.findall(r"(?:^\|.*\n)+", prose, re.M):
                assert len({len(re.findall(r"(?<!\\)\|", line))
                            for line in table.splitlines()}) == 1, table
        elif file.endswith(".svg"):
            assert not list(ElementTree.fromstring(text).iter(f"{{{svg.SVG}}}script"))


@pytest.mark.parametrize("name", sorted(documents()))
def test_every_figure_says_its_configuration_and_how_often(name):
    files = files_of(documents()[name])
    figures = [data for file, data in files.items() if file.endswith(".svg")]
    assert figures
    for data in figures:
        texts = ["".join(each.itertext()) for each
                 in ElementTree.fromstring(data).iter(f"{{{svg.SVG}}}text")]
        told = " ".join(texts)
        assert "n=" in told, told[:300]
        assert "ext4" in told and "AMD EPYC" in re.sub(r"\s+", " ", told)
        assert re.search(r"requests/s|commits/s|ms|us|factor|seconds|threads", told)


def test_a_page_shows_what_it_was_given_and_leaves_out_what_is_empty():
    table = page.table(("Name", "Rate (requests/s)"), (("a|b", "1,234"), ("missed", "2")), (1,),
                       ("Noise ", Name("n"), "."))
    made = page.Page("p", "A </title> question", "conditions", ("Missed by ", Name("x"), "."), None,
                     (), (page.Section("Part", code="select 1;", language="sql"),
                          page.Section("Rates", tables=(table,))),
                     page.table(("Key", "Value"), ()), ("r.json",))
    files = render_page.page_files([made], "0.1.0")
    text = files["p.html"].decode()
    assert "<figure" not in text and "None was found by the rules" in text
    assert '<span class="badge missed">missed</span>' in text
    assert "A &lt;/title&gt; question" in text and "Missed by <code>x</code>." in text
    assert "does not hold its command line" in text
    markdown = files["p.md"].decode()
    assert "| a\\|b | 1,234 |" in markdown and "| --- | ---: |" in markdown
    assert "```sql\nselect 1;\n```" in markdown and "Noise **n**." in markdown


def test_the_columns_of_a_table_have_kinds():
    table = page.table(("Short", "Figure", "Long"), (("a", "9", "x" * 41), ("b", "8", "y")), (1,))
    assert table.kinds == ("word", "n", "long")


def test_a_missing_template_is_told_by_its_name():
    with pytest.raises(InputError, match="gone.html.j2: template not found; install pragmark"):
        markup.render("gone.html.j2", {}, {})


def test_a_composed_name_may_be_broken_and_stays_whole_for_a_reader():
    assert markup.html(("is ", Name("a+b=1"), " <")) == "is <code>a<wbr>+b=1</code> &lt;"


def test_statements_to_paste_keep_their_lines():
    files = files_of(TUNE["tune"])
    sql = TUNE["tune"]["answer"]["recommended_sql"].strip()
    assert "\n" in sql and f"```sql\n{sql}\n```" in files["tune.md"].decode()
