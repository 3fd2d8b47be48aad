(() => {
'use strict';
const D = JSON.parse(document.getElementById('data').textContent), M = D.model;
const $ = (id) => document.getElementById(id), all = (what, root = document) => [...root.querySelectorAll(what)];
const SVG = 'http://www.w3.org/2000/svg', SHOWN = 20, DASH = '\u2013';
const own = {pue: null, service_life: null, utilisation: null};
const ranked = D.categories.map((one, c) => one.reason ? -1 : c).filter((c) => c >= 0);
let category = D.start, reference = 0, amounts = compute();
const before = amounts;
const moved = () => Object.values(own).some((one) => one !== null);

/* the linear model: what LinearModel.amounts takes, times the impacts of each product */
function compute() {
  return M.cases.map((terms, i) => D.categories.map((kind, c) => kind.unknown.includes(i) ? null : terms.reduce((sum, [a, p, energy, weight]) => {
    if (p >= 0) {
      const place = M.places[p];
      sum += energy * (place.pue === null ? 1 : own.pue ?? place.pue) * place.grid[c];
      if (place.water) sum += energy * place.wue * place.water[c];
    }
    const machine = M.activities[a];
    if (!machine.made) return sum;
    const used = own.utilisation ?? machine.utilisation;
    return sum + weight * machine.years / ((own.service_life ?? machine.life) * (used + (1 - used) * machine.rule)) * machine.made[c];
  }, 0)));
}

/* as units.significant writes it */
function significant(x, digits = 3) {
  if (x === null || !isFinite(x)) return DASH;
  const size = Math.abs(x), text = x.toPrecision(digits);
  if (x === 0) return '0';
  if (size >= 1e-3 && size < 1e6) return text.includes('e') ? String(+text) : text;
  if (size >= 1e-4 && size < 1) return String(+text);
  const [number, power] = x.toExponential(digits - 1).split('e');
  return +number + 'e' + power[0] + power.slice(1).padStart(2, '0');
}
const between = (low, high) => low === null ? DASH : significant(low) + ' to ' + significant(high);
function percent(share) {
  const tenths = 100 * share;
  if (share === 0 || share === 1) return tenths.toFixed(0) + ' %';
  return tenths > 99.9 ? '>99.9 %' : tenths < 0.1 ? '<0.1 %' : tenths.toFixed(1) + ' %';
}
const verdict = (lower) => lower >= D.told ? 'lower' : lower <= 1 - D.told ? 'higher' : 'not told apart';

function stepOf(span) {
  const raw = span / 5, size = 10 ** Math.floor(Math.log10(raw)), base = [1, 2, 2.5, 5, 10].find((one) => one * size >= raw * (1 - 1e-9));
  const step = base * size;
  return [step, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) + (base === 2.5 && step < 10 ? 1 : 0)];
}
const axis = (low, high, step, digits) => ({low, high, step, digits, at: (x) => 100 * (x - low) / (high - low)});
function axisOf(values) {
  const known = values.filter((x) => x !== null && isFinite(x)), low = Math.min(0, ...known), high = Math.max(0, ...known);
  if (low === high) return axis(0, 1, 0.5, 1);
  const [step, digits] = stepOf(high - low);
  return axis(Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step, step, digits);
}
function spanAxis(values) {
  const least = Math.min(...values), most = Math.max(...values);
  if (least === most) return axisOf(values);
  const [step, digits] = stepOf(most - least), start = Math.floor(least / step + 1e-9) * step;
  return axis(start, start + Math.max(1, Math.ceil((most - start) / step - 1e-9)) * step, step, digits);
}
function ticks(a) {
  const found = [];
  for (let k = Math.round(a.low / a.step); k <= Math.round(a.high / a.step); k += 1) found.push([a.at(k * a.step), (k * a.step).toFixed(a.digits)]);
  return found;
}
const pct = (x) => x.toFixed(3) + '%';
function set(node, attributes) { for (const name in attributes) node.setAttribute(name, attributes[name]); return node; }
function svg(name, attributes, text) { const node = set(document.createElementNS(SVG, name), attributes); if (text !== undefined) node.textContent = text; return node; }
function drawAxis(box, a) {
  box.style.setProperty('--grid', pct(100 * a.step / (a.high - a.low)));
  all('.ticks', box).forEach((one) => one.replaceChildren(...ticks(a).map(([x, label]) => svg('text', {x: pct(x), y: 14}, label))));
}
function bar(row, a, low, middle, high, centre) {
  const known = centre !== null;
  set(row.querySelector('.iv'), {x: pct(known ? a.at(low) : 0), width: pct(known ? a.at(high) - a.at(low) : 0)});
  set(row.querySelector('.md'), {x1: pct(known ? a.at(middle) : 0), x2: pct(known ? a.at(middle) : 0)});
  const dot = row.querySelector('.ct');
  if (dot) dot.setAttribute('cx', pct(known ? a.at(centre) : 0));
}
const write = (row, texts) => all('td.said-here', row).forEach((cell, k) => { cell.textContent = texts[k]; });
function inOrder(box, rows, order) {
  const place = new Map(order.map((i, k) => [i, k]));
  rows.sort((one, other) => place.get(+one.dataset.i) - place.get(+other.dataset.i));
  const bodies = all('tbody', box), seen = rows.filter((row) => !row.hidden);
  bodies[0].append(...rows.filter((row) => row.hidden), ...seen.slice(0, bodies[1] ? SHOWN : seen.length));
  if (bodies[1]) bodies[1].append(...seen.slice(SHOWN));
}
const isRanked = (c) => !D.categories[c].reason;
const scaled = (c, x) => x === null || x === undefined ? null : x * D.categories[c].factor;
const byAmount = (c) => {
  const order = D.cases.map((_, i) => i);
  return isRanked(c) ? order.sort((i, j) => amounts[i][c] - amounts[j][c] || i - j) : order;
};

function intervals() {
  const kind = D.categories[category], c = category, box = $('intervals'), draw = (x) => scaled(c, x);
  const now = amounts.map((row) => draw(row[c]));
  const a = axisOf([...kind.low.map(draw), ...kind.high.map(draw), ...now]);
  drawAxis(box, a);
  const rows = all('tr[data-i]', box);
  for (const row of rows) {
    const i = +row.dataset.i;
    row.className = [kind.reason ? 'unranked' : '', now[i] === null ? 'unknown' : ''].join(' ').trim();
    bar(row, a, draw(kind.low[i]), draw(kind.median[i]), draw(kind.high[i]), now[i]);
    write(row, [significant(now[i]), now[i] === null ? 'no figure' : moved() ? 'central only' : between(draw(kind.low[i]), draw(kind.high[i]))]);
  }
  inOrder(box, rows, byAmount(c));
}

function places() {
  const box = $('places-plot');
  if (!box) return;
  const a = axisOf(amounts.map((row) => scaled(category, row[category])));
  drawAxis(box, a);
  const rows = all('tr[data-i]', box), least = new Map();
  for (const row of rows) {
    const own = all('.ct', row).map((dot) => {
      const x = scaled(category, amounts[+dot.dataset.case][category]);
      dot.setAttribute('cx', pct(x === null ? 0 : a.at(x)));
      dot.style.display = x === null ? 'none' : '';
      return x;
    });
    row.className = isRanked(category) ? '' : 'unranked';
    write(row, [own.map((x) => significant(x)).join(', ')]);
    least.set(+row.dataset.i, Math.min(...own));
  }
  const order = [...least.keys()].sort((i, j) => i - j);
  inOrder(box, rows, isRanked(category) ? order.sort((i, j) => least.get(i) - least.get(j) || i - j) : order);
}

function differences() {
  const box = $('differences'), found = D.differences[category];
  if (!box) return;
  box.hidden = !found;
  if (!found) return;
  const rows = found[reference].map((row) => row.map((x, k) => k < 3 ? scaled(category, x) : x));
  const a = axisOf(rows.flatMap((row) => row.slice(0, 3)));
  drawAxis(box, a);
  const shown = all('tr[data-i]', box);
  for (const row of shown) {
    const i = +row.dataset.i, [low, middle, high, lower] = rows[i];
    row.hidden = i === reference;
    row.className = verdict(lower).replaceAll(' ', '-');
    bar(row, a, low, middle, high, middle);
    set(row.querySelector('.zero'), {x1: pct(a.at(0)), x2: pct(a.at(0))});
    write(row, [significant(middle), between(low, high), percent(lower), verdict(lower)]);
  }
  inOrder(box, shown, rows.map((_, i) => i).sort((i, j) => rows[i][1] - rows[j][1] || i - j));
}

function tornado() {
  const box = $('tornado-plot');
  if (!box) return;
  const found = (D.tornado[reference] ?? {})[category] ?? [];
  $('tornado-case').textContent = D.cases[reference];
  box.hidden = !found.length;
  if (!found.length) return;
  const draw = (x) => scaled(category, x), a = spanAxis(found.flatMap((row) => row.slice(2).map(draw))), centre = a.at(draw(found[0][4]));
  drawAxis(box, a);
  all('tr[data-i]', box).forEach((row, k) => {
    row.hidden = k >= found.length;
    if (row.hidden) return;
    const [name, told, ...ends] = found[k];
    row.querySelector('th').textContent = name;
    ['.swing-low', '.swing-high'].forEach((end, e) => {
      const x = a.at(draw(ends[e]));
      set(row.querySelector(end), {x: pct(Math.min(x, centre)), width: pct(Math.abs(x - centre))});
    });
    set(row.querySelector('.zero'), {x1: pct(centre), x2: pct(centre)});
    write(row, [told, between(draw(ends[0]), draw(ends[1]))]);
  });
}

function heat() {
  for (const c of ranked) {
    const column = amounts.map((row) => row[c]), least = Math.min(...column), most = Math.max(...column) / least;
    all('#heat td[data-c="' + c + '"]').forEach((cell) => {
      const ratio = column[+cell.parentNode.dataset.i] / least;
      const shade = least > 0 && most > 1 ? 0.03 + 0.57 * Math.log(ratio) / Math.log(most) : 0.03;
      cell.textContent = least > 0 ? significant(ratio) : DASH;
      cell.style.setProperty('--shade', shade.toFixed(3));
    });
  }
  all('#heat th.turned').forEach((head) => head.classList.toggle('here', +head.dataset.c === category));
  const box = $('heat');
  inOrder(box, all('tr[data-i]', box), byAmount(category));
}

function scatter() {
  const box = $('scatter-plot');
  if (!box) return;
  const [one, other] = [+$('across').value, +$('up').value];
  const values = amounts.map((row) => [scaled(one, row[one]), scaled(other, row[other])]);
  const a = axisOf(values.map((row) => row[0])), b = axisOf(values.map((row) => row[1]));
  box.querySelector('.across').replaceChildren(...ticks(a).flatMap(([x, label]) => [svg('line', {x1: pct(x), x2: pct(x), y1: '0', y2: '100%'}), svg('text', {x: pct(x), y: '100%', dy: 16}, label)]));
  box.querySelector('.up').replaceChildren(...ticks(b).flatMap(([y, label]) => [svg('line', {x1: '0', x2: '100%', y1: pct(100 - y), y2: pct(100 - y)}), svg('text', {x: '0', y: pct(100 - y), dx: -8, dy: 4}, label)]));
  const front = values.map((own) => one === other || !values.some((row) => row[0] <= own[0] && row[1] <= own[1] && (row[0] < own[0] || row[1] < own[1])));
  const shares = D.fronts[Math.min(one, other) + ',' + Math.max(one, other)];
  const told = (i) => moved() ? 'central values only' : shares && shares[i] !== null ? percent(shares[i]) : 'not computed';
  const turns = values.map((_, i) => i).sort((i, j) => values[i][0] - values[j][0] || i - j), turn = new Map(turns.map((i, k) => [i, k]));
  all('.points g', box).forEach((group) => {
    const i = +group.dataset.i, x = a.at(values[i][0]), text = group.querySelector('text');
    group.classList.toggle('on', front[i]);
    set(group.querySelector('circle'), {cx: pct(x), cy: pct(100 - b.at(values[i][1]))});
    group.querySelector('title').textContent = D.cases[i] + ': ' + significant(values[i][0]) + ' and ' + significant(values[i][1]) + '; on the front in ' + told(i) + ' of draws';
    if (text) set(text, {x: pct(x), y: pct(100 - b.at(values[i][1])), dy: turn.get(i) % 2 ? 19 : -11, 'text-anchor': x < 8 ? 'start' : x > 92 ? 'end' : 'middle'});
  });
  const title = (c) => D.categories[c].name + ' [' + D.categories[c].unit + ']';
  $('across-name').textContent = title(one);
  $('up-name').textContent = title(other);
  const rows = all('#front tr[data-i]');
  for (const row of rows) {
    const i = +row.dataset.i;
    row.hidden = !front[i];
    write(row, [significant(values[i][0]), significant(values[i][1]), told(i)]);
  }
  all('#front .head-across').forEach((head) => { head.textContent = title(one); });
  all('#front .head-up').forEach((head) => { head.textContent = title(other); });
  inOrder($('front'), rows, turns);
}

function figures() {
  for (const row of all('#table tbody tr')) {
    const [amount, low, high] = all('td.num', row), i = +row.dataset.i, c = +row.dataset.c, x = amounts[i][c];
    amount.dataset.v = x === null ? '' : x;
    amount.textContent = significant(x, 4);
    for (const [cell, values] of [[low, D.categories[c].low], [high, D.categories[c].high]]) cell.textContent = moved() ? DASH : significant(values[i], 4);
  }
}

function sort(head) {
  const at = head.cellIndex, down = head.getAttribute('aria-sort') === 'ascending', body = document.querySelector('#table tbody');
  all('#table th[aria-sort]').forEach((one) => one.setAttribute('aria-sort', 'none'));
  head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  const number = head.classList.contains('num'), sign = down ? -1 : 1;
  const value = (row) => { const cell = row.cells[at]; return number ? parseFloat(cell.dataset.v ?? cell.textContent) : cell.textContent; };
  /* amounts of categories that are not ranked keep the order they were given in, at the end */
  const loose = (row) => number && row.classList.contains('grey') ? 1 : 0, given = (row) => +row.dataset.n;
  const order = (x, y) => loose(x) - loose(y) || (loose(x) ? 0 : sign * (number ? value(x) - value(y) : value(x).localeCompare(value(y)))) || given(x) - given(y);
  body.append(...all('tr', body).sort(order));
}
function filter() {
  const words = $('filter').value.toLowerCase().split(/\s+/).filter(Boolean), c = $('table-category').value;
  let count = 0;
  for (const row of all('#table tbody tr')) {
    const text = row.textContent.toLowerCase();
    row.hidden = (c !== '' && row.dataset.c !== c) || !words.every((word) => text.includes(word));
    count += row.hidden ? 0 : 1;
  }
  $('count').textContent = count + ' rows';
}

function names() {
  const kind = D.categories[category];
  all('.category-name').forEach((one) => { one.textContent = kind.name; });
  all('.category-unit').forEach((one) => { one.textContent = kind.unit; });
  all('.reason').forEach((one) => { one.textContent = kind.reason ? 'Not ranked, so in no order: ' + kind.reason + '.' : ''; one.hidden = !kind.reason; });
  document.body.classList.toggle('moved', moved());
  $('reset').disabled = !moved();
}
function choose() { names(); intervals(); places(); differences(); tornado(); heat(); }
function recompute() { amounts = moved() ? compute() : before; choose(); scatter(); figures(); }

document.documentElement.classList.add('js');
$('category').addEventListener('change', (event) => { category = +event.target.value; choose(); });
$('reference')?.addEventListener('change', (event) => { reference = +event.target.value; differences(); tornado(); });
for (const name of ['across', 'up']) $(name)?.addEventListener('change', scatter);
all('#controls input[type=range]').forEach((slider) => {
  const told = $('is-' + slider.id), start = slider.value, asIs = told.textContent;
  slider.addEventListener('input', () => { own[slider.id] = +slider.value; told.textContent = slider.value + ' in all cases'; recompute(); });
  $('reset').addEventListener('click', () => { own[slider.id] = null; slider.value = start; told.textContent = asIs; });
});
$('reset').addEventListener('click', recompute);
all('#table th button').forEach((button) => button.addEventListener('click', () => sort(button.parentNode)));
$('filter').addEventListener('input', filter);
$('table-category').addEventListener('change', filter);
filter();
choose();
if ($('scatter-plot')) scatter();
figures();
})();
