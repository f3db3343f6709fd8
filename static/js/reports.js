// Draws the report's table: what is answered and missed as bars, the service
// level as a line. It reads the table's own numbers, so it cannot differ.

import uPlot from './uplot/uPlot.esm.js';

const chart = document.getElementById('chart');
const table = document.getElementById('report');
const HEIGHT = 260, NARROW = 560, PAPER = 680; // what an upright A4 sheet has room for

const rows = table ? [...table.tBodies[0].rows] : [];
const names = rows.map((row) => row.cells[0].textContent.trim());
const short = rows.map((row, i) => row.cells[0].dataset.short || names[i]);
const column = (measure) => rows.map((row) => {
  const value = row.querySelector(`[data-measure="${measure}"]`).dataset.value;
  return value === '' ? null : Number(value);
});
const said = (measure, at) => rows[at].querySelector(`[data-measure="${measure}"]`).firstChild.textContent.trim();
const heading = (measure) => table.tHead.rows[0].cells[rows[0].querySelector(`[data-measure="${measure}"]`).cellIndex].textContent.trim();

// A canvas does not know light-dark(): the browser resolves it as a colour.
const probe = document.createElement('i');
function colour(name) {
  chart.append(probe);
  probe.style.color = `var(${name})`;
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved;
}

function bars(label, name, at) {
  return { label, fill: colour(name), stroke: colour(name), width: 0, points: { show: false },
    paths: uPlot.paths.bars({ size: [0.36, 28], align: at, gap: 1 }), value: pointed((v) => v ?? '–') };
}

// The legend says what is under the pointer; where nothing is, it only says
// which colour is what.
function pointed(text) { return (u, v, series, at) => (at == null ? '' : text(v, at)); }

function options(width) {
  const ink = colour('--ink-3'), line = { stroke: colour('--line'), width: 1 };
  const axis = { stroke: ink, grid: line, ticks: { show: false }, font: `12px ${getComputedStyle(chart).fontFamily}` };
  const labels = apart(names, width, axis.font) > 1 ? short : names, every = apart(labels, width, axis.font);
  return {
    width, height: HEIGHT, padding: [12, 8, 0, 0],
    cursor: { drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { time: false, range: [-0.6, rows.length - 0.4] }, y: { range: (u, min, max) => [0, Math.max(1, max * 1.05)] }, share: { range: [0, 1] } },
    axes: [
      { ...axis, size: 32, grid: { show: false }, splits: () => [...rows.keys()].filter((i) => i % every === 0), values: (u, at) => at.map((i) => labels[i]) },
      { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000, 100000], size: 48 },
      { ...axis, show: width >= NARROW, scale: 'share', side: 1, grid: { show: false }, size: 48, values: (u, at) => at.map((v) => `${Math.round(v * 100)} %`) },
    ],
    series: [
      { label: document.querySelector('#report thead th').textContent.trim(), value: pointed((v) => names[v]) },
      bars(heading('answered'), '--accent', -1),
      bars(heading('missed'), '--breach-edge', 1),
      { label: heading('service_level'), scale: 'share', stroke: colour('--good'), width: 2, spanGaps: false, value: pointed((v, at) => said('service_level', at)) },
    ],
  };
}

// Of how many there is room for one.
function apart(list, width, font) {
  const pen = document.createElement('canvas').getContext('2d');
  pen.font = font;
  const widest = Math.max(...list.map((name) => pen.measureText(name).width));
  return Math.ceil(rows.length * (widest + 12) / (width - 100));
}

let plot, printing = false;
function draw() {
  plot?.destroy();
  plot = new uPlot(options(printing ? PAPER : chart.clientWidth), [rows.map((_, i) => i), column('answered'), column('missed'), column('service_level')], chart);
}

// A canvas is as wide and as dark as it was drawn, whatever it is printed on.
function onPaper(on) {
  printing = on;
  chart.style.colorScheme = on ? 'light' : '';
  draw();
}

if (rows.length > 1) {
  chart.hidden = false;
  chart.setAttribute('aria-hidden', 'true'); // the table says it all
  draw();
  new ResizeObserver(() => !printing && chart.clientWidth !== plot.width && draw()).observe(chart);
  addEventListener('beforeprint', () => onPaper(true));
  addEventListener('afterprint', () => onPaper(false));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
}
