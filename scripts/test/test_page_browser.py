"""Every page in a real browser: on a desk, on a phone, in the dark and on paper.

What a browser can tell as a fact is asserted; no picture is compared with another.
"""

import base64
import json
from pathlib import Path

import pytest
from browser import Browser
from capacity_documents import capacity_document
from conftest import WRITE_ONLY, bench_document
from page_documents import crash_document, env_document, hostile
from pragmark_report import compute, pages, render, render_page
from pragmark_report.load import load_all

SAMPLES = Path(__file__).resolve().parent / "samples"
DESK, PHONE, PAPER = (1280, 800), (360, 740), (688, 1000)  # paper: A4 at 96 dpi without margins
MIN_CONTRAST = 4.5  # WCAG 2.1, 1.4.3, of normal text
TARGET = 60_000.0

SIDEWAYS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
TOPS = """Object.fromEntries([...document.querySelectorAll('.lead, .first svg, #caveats h2')]
  .map(e => [e.className.baseVal ?? e.className ?? e.tagName, e.getBoundingClientRect()])
  .map(([name, box]) => [name || 'caveats', [box.top, box.bottom, box.width]]))"""
# Text whose colour is too close to what lies behind it: each with its contrast.
CONTRAST = """(() => {
  const parse = text => (text.match(/[0-9.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let each = element; each; each = each.parentElement) {
      const found = parse(getComputedStyle(each).backgroundColor);
      if (found.length === 3 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const own = element => [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  return [...document.body.querySelectorAll('*')].filter(own)
    .filter(e => e.getClientRects().length).map(e => {
      const style = getComputedStyle(e);
      const front = parse(e.closest('svg') ? style.fill : style.color);
      const [a, b] = [light(front), light(behind(e))].sort((x, y) => y - x);
      return [(a + 0.05) / (b + 0.05), e.textContent.trim().slice(0, 40)];
    }).filter(([ratio]) => !(ratio >= MIN_CONTRAST));
})()""".replace("MIN_CONTRAST", str(MIN_CONTRAST))
SVG_COLOURS = """[...new Set([...document.querySelectorAll('svg.plot text, svg.plot path')]
  .map(e => getComputedStyle(e).fill + ' ' + getComputedStyle(e).stroke))].length"""


def _documents():
    slower = capacity_document("claim", seed=1, edge=5_000.0)
    slower["context"].update(cpu_model="another CPU", host_name="vps-2", environment_grade="D")
    return {
        "tune": [json.loads((SAMPLES / "tune.json").read_text())],
        "tune-levers": [json.loads((SAMPLES / "tune_levers.json").read_text())],
        "capacity-slo": [capacity_document("slo")],
        "capacity-claim": [capacity_document("claim"), slower],
        "capacity-curve": [capacity_document("curve")],
        "capacity-soak": [capacity_document("soak")],
        "capacity-antagonists": [capacity_document("antagonists")],
        "capacity-forecast": [hostile(capacity_document("forecast"))],
        "environment": [env_document()],
        "crash": [crash_document()],
        "report": [bench_document(workloads=WRITE_ONLY, repetitions=6)],
    }


@pytest.fixture(name="site", scope="module")
def site_fixture(tmp_path_factory):
    """A folder with all pages."""
    folder = tmp_path_factory.mktemp("site")
    paths = []
    for name, documents in _documents().items():
        for place, document in enumerate(documents):
            paths.append(folder / f"{name}-{place}.json")
            paths[-1].write_text(json.dumps(document))
    loaded = load_all(list(map(str, paths)))
    files = render_page.page_files(pages.pages_of(loaded.results, TARGET), "0.1.0")
    files.update(render.report_files(compute.summarise(loaded.inputs, TARGET)))
    for name, data in files.items():
        if name.endswith(".html"):  # alone: what a page needs besides itself must not be there
            (folder / name).write_bytes(data)
    return folder


@pytest.fixture(name="browser", scope="module")
def browser_fixture(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("browser"))
    yield browser
    browser.close()


@pytest.fixture(name="page", params=list(_documents()))
def page_fixture(request, site):
    return (site / f"{request.param}.html").as_uri()


def _quiet(browser):
    assert browser.seen.requests == []
    assert browser.seen.complaints == []


def test_a_page_inside_the_page_is_a_request(browser, tmp_path):
    """The negative control of _quiet()."""
    (tmp_path / "inner.html").write_text("<p>inner")
    (tmp_path / "outer.html").write_text('<iframe src="inner.html"></iframe>')
    browser.open((tmp_path / "outer.html").as_uri(), *DESK)
    assert [url.rsplit("/")[-1] for url in browser.seen.requests] == ["inner.html"]


def test_on_a_desk(browser, page):
    browser.open(page, *DESK)
    across, room = browser.ask(SIDEWAYS)
    assert across <= room
    places = browser.ask(TOPS)
    assert places["lead"][1] <= DESK[1]
    if not page.endswith("report.html"):
        assert places["caveats"][0] < DESK[1] and places["plot narrow"][0] < DESK[1]
    assert browser.ask(CONTRAST) == []
    _quiet(browser)


def test_on_a_phone(browser, page):
    browser.open(page, *PHONE)
    across, room = browser.ask(SIDEWAYS)
    assert across <= room == PHONE[0]
    places = browser.ask(TOPS)
    assert places["lead"][0] >= 0 and places["lead"][1] <= PHONE[1]
    if "plot narrow" in places:
        assert places["plot narrow"][2] <= PHONE[0]  # a figure is read without moving it
    _quiet(browser)


def test_in_the_dark(browser, page):
    browser.open(page, *DESK)
    light = browser.ask("getComputedStyle(document.body).backgroundColor")
    browser.open(page, *DESK, dark=True)
    assert browser.ask("getComputedStyle(document.body).backgroundColor") != light
    assert browser.ask(CONTRAST) == []
    assert browser.ask(SVG_COLOURS) > 2
    _quiet(browser)


def test_on_paper(browser, page):
    browser.open(page, *PAPER, media="print", dark=True)
    across, room = browser.ask(SIDEWAYS)
    assert across <= room
    assert browser.ask("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.ask(CONTRAST) == []
    browser.call("Emulation.setEmulatedMedia", media="", features=[])
    pdf = base64.b64decode(browser.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69,
                                        preferCSSPageSize=True)["data"])
    assert pdf.startswith(b"%PDF-") and b"%%EOF" in pdf[-64:]
    _quiet(browser)
