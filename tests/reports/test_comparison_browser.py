"""The page of a comparison in a real browser, worked with real clicks and keys over its remote debugging protocol."""

import base64
import json
import os
import re
import shutil
import subprocess

import numpy as np
import pytest

import lca_ai as lca
from lca_ai.reports.comparison_plots import percent, verdict
from lca_ai.tables import data_root

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (apt-get install chromium)")

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--remote-debugging-pipe",
]  # fmt: skip
FAULTS = ("Runtime.exceptionThrown", "Log.entryAdded")
ROWS = """(box) => [...document.querySelectorAll(box + ' tbody tr')].filter((row) => !row.hidden).map((row) => [
  row.dataset.i, row.className, ...[...row.cells].map((cell) => cell.textContent.trim()),
  ...[...row.querySelectorAll('rect, line, circle')].map((one) => ['x', 'x1', 'x2', 'cx', 'width'].map((name) => one.getAttribute(name)).join(' '))])"""
POINTS = """[...document.querySelectorAll('#scatter-plot .points g')].map((one) => [one.dataset.i, one.classList.contains('on'),
  one.querySelector('title').textContent, one.querySelector('circle').getAttribute('cx'), one.querySelector('circle').getAttribute('cy'),
  one.querySelector('text')?.getAttribute('dy')])"""


class Browser:
    """A browser and its one page; methods of the protocol are calls, ``browser("Page.reload")``."""

    def __init__(self, profile):
        theirs, self.to = os.pipe()
        self.back, ours = os.pipe()
        command = f'exec "$@" 3<&{theirs} 4>&{ours}'
        self.process = subprocess.Popen(
            ["bash", "-c", command, "bash", CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(theirs, ours), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs)
        os.close(ours)
        self.buffer, self.count, self.events, self.session = b"", 0, [], None
        target = next(one for one in self("Target.getTargets")["targetInfos"] if one["type"] == "page")
        self.session = self("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self(f"{domain}.enable")

    def __call__(self, method, **params):
        self.count += 1
        message = {"id": self.count, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while (got := self.read()).get("id") != self.count:
            self.events.append(got)
        assert "error" not in got, got
        return got["result"]

    def read(self):
        while b"\0" not in self.buffer:
            more = os.read(self.back, 1 << 16)
            assert more, "the browser is gone"
            self.buffer += more
        one, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(one)

    def open(self, page, width=1280, *, script=True):
        self("Emulation.setScriptExecutionDisabled", value=not script)
        self("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.events.clear()
        self("Page.navigate", url=page.as_uri())
        while not any(one.get("method") == "Page.loadEventFired" for one in self.events):
            self.events.append(self.read())
        return self

    def js(self, text):
        found = self("Runtime.evaluate", expression=text, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def rows(self, box):
        return self.js(f"({ROWS})({json.dumps(box)})")

    def click(self, what, number=0):
        at = self.js(f"""(() => {{ const one = document.querySelectorAll({json.dumps(what)})[{number}];
            one.scrollIntoView({{block: 'center'}}); const box = one.getBoundingClientRect();
            return [box.left + box.width / 2, box.top + box.height / 2]; }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            self("Input.dispatchMouseEvent", type=kind, x=at[0], y=at[1], button="left", clickCount=1)

    def press(self, key, times=1, on=None):
        code = {"ArrowRight": 39, "ArrowLeft": 37, "ArrowDown": 40, "ArrowUp": 38, "Home": 36, "End": 35}[key]
        if on is not None:
            self.js(f"document.querySelector({json.dumps(on)}).focus()")
        for _ in range(times):
            for kind in ("rawKeyDown", "keyUp"):
                self("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def faults(self):
        return [one for one in self.events if one.get("method") in FAULTS]

    def close(self):
        self.process.terminate()
        self.process.wait(30)
        os.close(self.to)
        os.close(self.back)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    found = Browser(tmp_path_factory.mktemp("profile"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def cases():
    study = lca.read_study(data_root() / "datasets" / "studies" / "resnet50-france.yaml")
    return lca.cases(study, location=["FR", "DE", "US-MISO", "IN"], hardware=["dgx-h100", "dgx-a100"])


@pytest.fixture(scope="module")
def compared(cases):
    return lca.compare(cases, samples=512, seed=7)


@pytest.fixture(scope="module")
def page(compared, tmp_path_factory):
    return lca.report(compared, weighting=True).write(tmp_path_factory.mktemp("comparison") / "choice.html")


@pytest.fixture(scope="module")
def world():
    study = lca.read_study(data_root() / "datasets" / "studies" / "resnet50-france.yaml")
    return lca.compare(lca.cases(study, location=lca.zones("all")), samples=64, seed=7)


@pytest.fixture(scope="module")
def zones_page(world, tmp_path_factory):
    return lca.report(world).write(tmp_path_factory.mktemp("zones") / "zones.html")


def shown(browser):
    """Case and category -> amount that the table holds, to the last bit."""
    found = browser.js("""[...document.querySelectorAll('#table tbody tr')].map((row) =>
        [row.dataset.i, row.dataset.c, row.querySelector('td.num').dataset.v])""")
    return {(int(case), int(category)): float(value) for case, category, value in found}


def expected(comparison):
    amounts = comparison["amount"].to_numpy().reshape(len(comparison.keys), -1)
    return {(case, category): value for (case, category), value in np.ndenumerate(amounts) if np.isfinite(value)}


def assert_same(found, wanted):
    assert set(wanted) <= set(found)
    for key, value in wanted.items():
        assert found[key] == pytest.approx(value, rel=1e-9, abs=1e-300)


def test_the_page_runs_without_a_fault_and_asks_for_nothing(browser, page):
    browser.open(page)
    assert browser.faults() == []
    assert browser.js("performance.getEntriesByType('resource').length") == 0
    asked = [
        one["params"]["request"]["url"] for one in browser.events if one.get("method") == "Network.requestWillBeSent"
    ]
    assert asked == [page.as_uri()]


@pytest.mark.parametrize("which", ["page", "zones_page"])
def test_the_script_draws_what_the_page_held_without_it(browser, which, request):
    """What Python drew and what the script draws at first are the same, row by row and to the third digit of a percent."""
    file = request.getfixturevalue(which)
    boxes = ["#intervals", "#differences", "#heat", "#tornado-plot", "#front", "#table"]
    boxes += ["#places-plot"] if which == "page" else []
    browser.open(file, script=False)
    before = {box: browser.rows(box) for box in boxes} | {"points": browser.js(POINTS)}
    assert browser.js("document.documentElement.className") == ""
    browser.open(file)
    after = {box: browser.rows(box) for box in boxes} | {"points": browser.js(POINTS)}
    for box, rows in before.items():
        assert len(rows) > 1
        for one, other in zip(after[box], rows, strict=True):
            assert [text for text in one if not drawn(text)] == [text for text in other if not drawn(text)], box
            for place, wanted in zip(filter(drawn, one), filter(drawn, other), strict=True):
                assert percents(place) == pytest.approx(percents(wanted), abs=0.002), box


def drawn(cell):
    """Whether a cell is positions of something that is drawn."""
    return isinstance(cell, str) and "%" in cell and re.fullmatch(r"[\d.% -]*", cell) is not None and cell[-2] != " "


def percents(cell):
    return [float(one) for one in re.findall(r"-?[\d.]+", cell)]


def test_without_its_script_the_page_reads(browser, page):
    browser.open(page, script=False)
    assert browser.js("getComputedStyle(document.getElementById('controls')).display") == "none"
    assert browser.js("document.querySelectorAll('#table tbody tr').length") == 8 * 19
    assert browser.js("document.querySelector('#intervals .iv').getBoundingClientRect().width") > 5
    assert "climate change" in browser.js("document.querySelector('#interval-section h2').textContent")


@pytest.mark.parametrize(
    ("slider", "key", "times", "inputs"),
    [
        ("#pue", "ArrowRight", 37, {"pue": 1.37}),
        ("#service_life", "ArrowRight", 5, {"service_life": 6.5}),
        ("#utilisation", "ArrowLeft", 42, {"utilisation": 0.58}),
    ],
)
def test_a_slider_recomputes_what_the_comparison_computes(browser, page, cases, compared, slider, key, times, inputs):
    browser.open(page)
    assert_same(shown(browser), expected(compared))
    browser.press(key, times, on=slider)
    assert browser.js(f"+document.querySelector('{slider}').value") == next(iter(inputs.values()))
    assert_same(shown(browser), expected(lca.compare(cases, samples=64, seed=1, inputs=inputs)))
    assert shown(browser) != expected(compared)
    assert "in all cases" in browser.js(f"document.querySelector('#is-{slider[1:]}').textContent")


def test_sliders_together_and_back(browser, page, cases, compared):
    browser.open(page)
    browser.press("ArrowRight", 20, on="#pue")
    browser.press("ArrowLeft", 2, on="#service_life")
    browser.press("ArrowLeft", 30, on="#utilisation")
    inputs = {"pue": 1.2, "service_life": 3.0, "utilisation": 0.7}
    moved = lca.compare(cases, samples=64, seed=1, inputs=inputs)
    assert_same(shown(browser), expected(moved))
    assert browser.js("getComputedStyle(document.querySelector('#intervals .iv')).display") == "none"
    assert browser.js("document.querySelector('.moved-note').checkVisibility()") is True
    assert {row[6] for row in browser.rows("#intervals")} == {"central only"}
    ranks = [int(row[0]) for row in browser.rows("#intervals")]
    climate = moved.query("category == 'climate change'")["amount"].to_numpy()
    assert ranks == list(np.argsort(climate, kind="stable"))
    browser.click("#reset")
    assert_same(shown(browser), expected(compared))
    assert browser.js("document.querySelector('.moved-note').checkVisibility()") is False
    assert browser.js("document.getElementById('reset').disabled")
    assert " to " in browser.rows("#intervals")[0][6]


def chosen(browser, select, value):
    """Choose an option of a select with the keys."""
    browser.press("Home", on=select)
    for _ in range(40):
        if browser.js(f"document.querySelector('{select}').value") == str(value):
            return
        browser.press("ArrowDown")
    raise AssertionError(f"{select} has no option {value}")


def test_another_category_is_shown_everywhere(browser, page, compared):
    browser.open(page)
    place = compared.categories.index("particulate matter")
    chosen(browser, "#category", place)
    amounts = compared.query("category == 'particulate matter'")["amount"].to_numpy()
    order = [int(one) for one in np.argsort(amounts, kind="stable")]
    assert [int(row[0]) for row in browser.rows("#intervals")] == order
    assert [int(row[0]) for row in browser.rows("#heat")] == order
    names = browser.js("[...document.querySelectorAll('.category-name')].map((one) => one.textContent)")
    assert set(names) == {"particulate matter"}
    assert float(browser.rows("#intervals")[0][5]) == pytest.approx(amounts.min(), rel=5e-3)
    top = browser.rows("#tornado-plot")[0]
    from lca_ai.interpretation.tornado import tornado

    assert top[2] == tornado(compared.found, 0, categories=["particulate matter"])["input"].iloc[0]


def test_a_category_that_is_not_ranked_is_grey_without_an_order_or_a_difference(browser, page, compared):
    browser.open(page)
    name = "resource use, fossils"
    assert name in compared.not_ranked
    chosen(browser, "#category", compared.categories.index(name))
    rows = browser.rows("#intervals")
    assert [int(row[0]) for row in rows] == list(range(8))
    assert {row[1] for row in rows} == {"unranked"}
    assert all(" to " in row[6] for row in rows)  # the interval stands, without an order
    assert compared.not_ranked[name] in browser.js("document.querySelector('#interval-section .reason').innerText")
    for box in ("#differences", "#tornado-plot"):
        assert browser.js(f"document.querySelector('{box}').getBoundingClientRect().height") == 0
    heat = browser.js(f"document.querySelectorAll('#heat td[data-c=\"{compared.categories.index(name)}\"]').length")
    assert heat == 0
    grey = browser.js("getComputedStyle(document.querySelector('#intervals .iv')).fill")
    assert grey == "rgb(148, 163, 156)"


def test_another_reference_tells_the_differences_to_it(browser, page, compared):
    browser.open(page)
    chosen(browser, "#reference", 3)
    rows = {row[2]: row for row in browser.rows("#differences")}
    assert len(rows) == 7
    assert "dgx-h100 IN" not in rows
    for key in (("dgx-h100", "FR"), ("dgx-a100", "IN"), ("dgx-a100", "US-MISO")):
        told = compared.discernible(key, ("dgx-h100", "IN"), ["climate change"]).table.iloc[0]
        row = rows[" ".join(key)]
        assert row[7:9] == [percent(told["lower"]), verdict(told["lower"])]
        assert float(row[5]) == pytest.approx(told["difference"] * 1000.0, rel=6e-3)
    assert browser.js("document.getElementById('tornado-case').textContent") == "dgx-h100 IN"


def numbers_shown(browser):
    return browser.js("""[...document.querySelectorAll('#table tbody tr')].filter((row) => !row.hidden && !row.classList.contains('grey'))
        .map((row) => +row.querySelector('td.num').dataset.v)""")


def test_the_table_sorts_by_a_click_and_again_the_other_way(browser, page):
    browser.open(page)
    browser.click("#table th.num button")
    assert browser.js("document.querySelector('#table th.num').getAttribute('aria-sort')") == "ascending"
    up = numbers_shown(browser)
    assert up == sorted(up)
    browser.click("#table th.num button")
    assert browser.js("document.querySelector('#table th.num').getAttribute('aria-sort')") == "descending"
    assert numbers_shown(browser) == sorted(up, reverse=True)
    browser.click("#table th button", 1)
    assert browser.js("document.querySelectorAll('#table th[aria-sort=ascending]').length") == 1
    places = browser.js("[...document.querySelectorAll('#table tbody tr')].map((row) => row.cells[1].textContent)")
    assert places == sorted(places)


def test_amounts_that_are_not_ranked_are_not_sorted(browser, page):
    browser.open(page)
    given = "[...document.querySelectorAll('#table tbody tr.grey')].map((row) => row.dataset.n)"
    before = browser.js(given)
    browser.click("#table th.num button")
    assert browser.js(given) == before
    assert browser.js("document.querySelector('#table tbody tr:last-child').className") == "grey"


def test_the_table_is_filtered_by_words_and_category(browser, page, compared):
    browser.open(page)
    browser.click("#filter")
    browser("Input.insertText", text="us-miso climate")
    rows = browser.rows("#table")
    assert [row[2:5] for row in rows] == [
        ["dgx-h100", "US-MISO", "climate change"],
        ["dgx-a100", "US-MISO", "climate change"],
    ]
    assert browser.js("document.getElementById('count').textContent") == "2 rows"
    browser.js("document.getElementById('filter').select()")
    browser("Input.insertText", text="h100")
    chosen(browser, "#table-category", compared.categories.index("primary energy"))
    assert [row[4] for row in browser.rows("#table")] == ["primary energy"] * 4


def test_the_front_of_two_other_categories(browser, page, compared):
    browser.open(page)
    names = ["acidification", "particulate matter"]
    chosen(browser, "#across", compared.categories.index(names[0]))
    chosen(browser, "#up", compared.categories.index(names[1]))
    front = lca.pareto(compared, names)
    points = browser.js(POINTS)
    assert [one[1] for one in points] == front["on_front"].tolist()
    rows = browser.rows("#front")
    on_front = front[front["on_front"]].sort_values(names[0])
    assert [row[2] for row in rows] == [
        f"{a} {b}" for a, b in zip(on_front["hardware"], on_front["location"], strict=True)
    ]
    assert [row[5] for row in rows] == [percent(share) for share in on_front["share_of_draws"]]
    assert "acidification" in browser.js("document.getElementById('across-name').textContent")


@pytest.mark.parametrize("which", ["page", "zones_page"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_runs_over_the_edge(browser, which, width, request):
    browser.open(request.getfixturevalue(which), width)
    wide = browser.js("""[...document.querySelectorAll('body *')].filter((one) => !one.closest('.scroll') && !one.closest('svg')
        && one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.tagName + ' ' + one.textContent.slice(0, 40))""")
    assert wide == []
    assert browser.js("document.documentElement.scrollWidth") <= width


def test_many_places_are_folded_and_open_by_a_click(browser, zones_page, world):
    browser.open(zones_page)
    count = len(world.keys)
    assert browser.js("document.querySelector('#intervals > table tbody').rows.length") == 20
    assert browser.js("document.querySelector('#intervals details summary').textContent") == f"{count - 20} more"
    seen = "document.querySelector('#intervals details tbody tr').checkVisibility()"
    assert browser.js(seen) is False
    browser.click("#intervals details summary")
    assert browser.js(seen) is True
    amounts = world.query("category == 'climate change'")["amount"].to_numpy()
    assert [int(row[0]) for row in browser.rows("#intervals")] == list(np.argsort(amounts, kind="stable"))


@pytest.mark.parametrize("which", ["page", "zones_page"])
def test_it_prints(browser, which, request):
    browser.open(request.getfixturevalue(which))
    content = base64.b64decode(browser("Page.printToPDF", printBackground=False, preferCSSPageSize=True)["data"])
    assert content.startswith(b"%PDF")
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 20
    browser("Emulation.setEmulatedMedia", media="print")
    assert browser.js("document.getElementById('controls').getBoundingClientRect().height") == 0
    browser("Emulation.setEmulatedMedia", media="")


def test_names_of_a_user_never_run(browser, tmp_path):
    study = lca.read_study(data_root() / "datasets" / "studies" / "resnet50-france.yaml")
    names = [
        "</script><script>window.hacked = 1</script>",
        '"><img src=x onerror="window.hacked = 2">',
        "<svg/onload=window.hacked=3>",
        "{{ 7 * 7 }} & <!--<script>",
    ]
    found = lca.compare(lca.cases(dict.fromkeys(names, study)), samples=64)
    browser.open(lca.report(found).write(tmp_path / "hostile.html"))
    assert browser.faults() == []
    assert browser.js("window.hacked") is None
    assert browser.js("document.querySelectorAll('img, iframe, object').length") == 0
    assert browser.js("document.querySelectorAll('script').length") == 2
    assert sorted(row[2] for row in browser.rows("#intervals")) == sorted(names)
    chosen(browser, "#reference", 1)
    assert browser.js("window.hacked") is None
    assert len(browser.rows("#differences")) == 3
