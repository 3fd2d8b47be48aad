"""The report in a real browser: it fits a phone and a desktop, prints, and asks the network for nothing."""

import re
import shutil
import subprocess

import pytest

import lca_ai as lca
from lca_ai.tables import data_root

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (apt-get install chromium)")

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--virtual-time-budget=4000",
]  # fmt: skip
PROBE = """<script>
const wide = [...document.querySelectorAll('body *')].filter(
  (one) => !one.closest('.scroll') && one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.tagName + '.' + one.className + ' ' + one.textContent.slice(0, 40));
const dark = [...document.querySelectorAll('td.cell')].map((one) => getComputedStyle(one).backgroundColor);
document.title = JSON.stringify({inner: innerWidth, scroll: document.documentElement.scrollWidth, wide,
  gaps: document.querySelector('#gaps table').scrollWidth,
  tallest: Math.max(...[...document.querySelectorAll('#gaps tbody tr')].map((one) => one.getBoundingClientRect().height)),
  shades: new Set(dark).size, svg: document.querySelectorAll('figure svg path').length,
  loaded: performance.getEntriesByType('resource').length, open: document.querySelectorAll('details[open]').length});
</script>"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    result = lca.assess(lca.read_study(data_root() / "datasets" / "studies" / "resnet50-france.yaml"))
    return lca.report(result).write(folder / "report.html")


def run(*arguments, profile):
    return subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", *arguments], capture_output=True, check=True, timeout=120
    )


def probed(page, width, tmp_path):
    import json

    text = page.read_text(encoding="utf-8")
    text = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", text).replace("</body>", PROBE + "</body>")
    # headless windows have a least width: a frame of the wanted width behaves like a narrow screen
    inner = tmp_path / "inner.html"
    inner.write_text(text, encoding="utf-8")
    outer = tmp_path / "outer.html"
    outer.write_text(
        f"<body style='margin:0'><iframe id='f' width='{width}' height='900' style='border:0' src='inner.html'></iframe>"
        "<script>document.getElementById('f').onload = (e) => { document.title = e.target.contentDocument.title; };</script>",
        encoding="utf-8",
    )
    dump = run(
        "--allow-file-access-from-files", "--dump-dom", outer.as_uri(), profile=tmp_path / "profile"
    ).stdout.decode()
    return json.loads(re.search(r"<title>(.*?)</title>", dump, re.DOTALL)[1].replace("&amp;", "&"))


@pytest.mark.parametrize("width", [360, 500, 768, 1280])
def test_nothing_runs_over_the_edge(page, width, tmp_path):
    seen = probed(page, width, tmp_path)
    assert seen["inner"] == width
    assert seen["wide"] == []
    assert seen["scroll"] <= width


def test_reasons_are_read_without_scrolling_on_a_phone(page, tmp_path):
    """The table of gaps is a list of rows there: no cell is wider than the screen, nor taller than it."""
    seen = probed(page, 500, tmp_path)
    assert seen["gaps"] <= 500
    assert seen["tallest"] <= 450


def test_no_row_of_the_gaps_is_a_wall(page, tmp_path):
    assert probed(page, 1280, tmp_path)["tallest"] <= 450


def test_the_heat_map_has_shades_and_the_curve_is_drawn(page, tmp_path):
    seen = probed(page, 1280, tmp_path)
    assert seen["shades"] > 10
    assert seen["svg"] > 5


def test_nothing_is_loaded_besides_the_page(page, tmp_path):
    assert probed(page, 1280, tmp_path)["loaded"] == 0


def test_it_prints(page, tmp_path):
    pdf = tmp_path / "report.pdf"
    run(f"--print-to-pdf={pdf}", "--no-pdf-header-footer", page.as_uri(), profile=tmp_path / "profile")
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) >= 3


def test_a_screenshot_is_not_blank(page, tmp_path):
    picture = tmp_path / "report.png"
    run(f"--screenshot={picture}", "--window-size=1280,2000", page.as_uri(), profile=tmp_path / "profile")
    from matplotlib.image import imread

    pixels = imread(picture)
    assert pixels.shape[:2] == (2000, 1280)
    assert pixels[..., :3].std() > 0.05
