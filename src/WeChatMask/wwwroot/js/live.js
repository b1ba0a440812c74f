// Follows an opening by the server's events: figures, tables and curves are those of the newest one.
import { ask, jsonOf } from './ask.js';
import { fill } from './plain.js';

const patience = 15000;
// The server says something every 15 seconds at least. A line that is silent for longer is broken.
const silence = 40000;
const rest = 10000;

const figure = (name) => document.querySelector(`[data-live="${name}"]`);
const rowsOf = (name) => document.querySelector(`[data-rows="${name}"]`);
const lost = document.querySelector('[data-live-lost]');
const asOf = figure('asOf');
let known = '';
let newest = null;

// Instants come in the city's time, so that its digits are those of the clock on the wall. Seconds since 1970 of that clock.
const local = (instant) => Date.parse(`${instant.slice(0, 19)}Z`) / 1000;
const clock = (seconds, length) => new Date(seconds * 1000).toISOString().slice(11, 11 + length);

function say(name, value) {
  const place = figure(name);
  if (place.textContent !== String(value)) place.textContent = value;
}

function element(tag, text, name) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (name) made.className = name;
  return made;
}

function row(head, ...cells) {
  const made = document.createElement('tr');
  head.scope = 'row';
  for (const cell of [head, ...cells]) made.appendChild(cell.nodeType ? cell : element('td', cell));
  return made;
}

function show(name, rows) {
  const place = rowsOf(name);
  if (place) fill(place, ...rows);
}

function pharmacy(one, words) {
  const head = element('th', one.name);
  const mark = one.status === 'open' ? (one.places > 0 && one.left <= 0 ? words.full : '') : words[one.status];
  if (mark) head.appendChild(element('b', mark, 'tag grey'));
  const bar = document.createElement('progress');
  bar.max = Math.max(1, one.places);
  bar.value = Math.max(0, one.left);
  bar.setAttribute('aria-hidden', 'true');
  head.appendChild(bar);
  const made = row(head, element('td', `${one.left}/${one.places}`, 'digits'));
  made.dataset.code = one.code;
  return made;
}

// The curves. Where they cannot be drawn the tables say the same.
const curves = [];

function draw(place) {
  const size = () => ({ width: Math.max(200, place.clientWidth - 32), height: place.clientHeight });
  const step = Number(place.dataset.step);
  const letters = getComputedStyle(place);
  const letter = Math.round(parseFloat(letters.fontSize) * 0.8);
  const font = `${letter}px ${letters.fontFamily}`;
  const axis = { font, stroke: '#55605a', grid: { stroke: '#d9dfdb', width: 1 } };
  const plot = new self.uPlot({
    ...size(),
    padding: [letter / 2, letter * 2, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: (u, low, high) => [0, Math.max(4, high)] } },
    axes: [
      { ...axis, space: letter * 7, size: letter * 2.5, incrs: [10, 15, 30, 60, 300, 600, 900, 1800, 3600], values: (u, ticks) => ticks.map((t) => clock(t, step < 60 ? 8 : 5)) },
      { ...axis, space: letter * 2.5, size: letter * 4, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000] },
    ],
    series: [
      {},
      { stroke: '#067a3e', width: 3, fill: 'rgba(6,122,62,.15)', points: { show: false } },
      { stroke: '#55605a', width: 2, dash: [8, 6], points: { show: false } },
    ],
  }, [[], [], []], place);
  curves.push({ name: place.dataset.curve, step, plot });
  // A style sheet may come after the script: then its place is another than it was drawn for.
  for (const event of ['load', 'resize']) addEventListener(event, () => plot.setSize(size()));
}

function curve(name, step, { ends, booked, refused }) {
  const end = local(ends);
  const at = booked.map((_, i) => end - (booked.length - 1 - i) * step);
  for (const one of curves) if (one.name === name) one.plot.setData([at, booked, refused]);
  const rows = [];
  for (let i = at.length - 1; i >= 0; i -= 1) {
    if (booked[i] > 0 || refused[i] > 0) rows.push(row(element('th', clock(at[i], step < 60 ? 8 : 5), 'digits'), booked[i], refused[i]));
  }
  show(name, rows);
  const table = rowsOf(name).closest('details');
  table.querySelector('[data-curve-some]').hidden = rows.length === 0;
  table.querySelector('[data-curve-none]').hidden = rows.length > 0;
}

function time(view) {
  known = clock(local(view.asOf), 8);
  asOf.textContent = asOf.dataset.pattern.replace('{0}', known);
}

function live(view) {
  newest = view;
  time(view);
  say('state', view.state);
  for (const name of ['perSecond', 'left', 'booked', 'queue']) say(name, view[name]);
  say('waiting', view.notices.sms + view.notices.weChat);
  curve('Seconds', 1, view.seconds);
  curve('Minutes', 60, view.minutes);
  const list = rowsOf('pharmacies');
  if (list) show('pharmacies', view.pharmacies.map((one) => pharmacy(one, list.dataset)));
  const more = document.querySelector('[data-live-more]');
  if (more) {
    more.hidden = view.more === 0;
    more.textContent = more.dataset.pattern.replace('{0}', view.more);
  }
  show('refusals', view.refusals.map((one) => row(element('th', one.text), one.minute, one.all)));
  document.querySelector('[data-live-refusals]').hidden = view.refusals.length === 0;
  document.querySelector('[data-live-refusals-none]').hidden = view.refusals.length > 0;
  const hours = (one) => `${one.opensAt.slice(11, 16)}-${one.closesAt.slice(11, 16).replace('00:00', '24:00')}`;
  const present = view.round && view.round.window ? view.round.window.index : 0;
  show('windows', view.windows.map((one) => {
    const made = row(element('th', hours(one), 'digits'), one.places, one.booked, one.left);
    if (one.index === present) made.className = 'now';
    return made;
  }));
  view.health.forEach((one, i) => {
    const tag = rowsOf('health').rows[i].querySelector('.tag');
    tag.textContent = one.text;
    tag.className = one.good ? 'tag' : 'tag warn';
  });
  show('nodes', view.nodes.map((one) => row(element('th', one.name), one.booked, one.refused, one.queue)));
}

function tell(words) {
  lost.hidden = !words;
  if (!words) return;
  lost.querySelector('span').textContent = words.replace('{0}', known);
  lost.querySelector('a').hidden = words !== lost.dataset.ended;
}

// One line while the page is looked at. A browser comes back by itself after a break; where it was refused it asks why.
let events = null;
let timer = 0;
let heard = 0;

function close() {
  clearTimeout(timer);
  if (events) events.close();
  events = null;
}

function open() {
  close();
  heard = performance.now();
  events = new EventSource('/api/supervisor/live/events');
  const hear = (act) => (event) => {
    heard = performance.now();
    tell('');
    act(jsonOf(event.data));
  };
  events.addEventListener('live', hear(live));
  events.addEventListener('heartbeat', hear(time));
  events.onerror = () => {
    tell(lost.dataset.lost);
    if (events.readyState === EventSource.CLOSED) timer = setTimeout(again, rest);
  };
}

async function again() {
  close();
  try {
    const { response, body } = await ask('/api/supervisor/live', { cache: 'no-store' }, patience);
    if (response.status === 401 || response.status === 403) {
      tell(lost.dataset.ended);
      return;
    }
    if (response.ok) live(jsonOf(body));
  } catch {
    // Still not there.
  }
  if (!document.hidden) open();
}

// Loaded beside the page, which does without it: where it does not come or is not understood there are no curves.
const plotter = document.createElement('script');
plotter.src = '/lib/uplot.js';
plotter.onload = () => {
  if (!self.uPlot) return;
  for (const place of document.querySelectorAll('[data-curve]')) draw(place);
  if (newest) live(newest);
};
document.head.appendChild(plotter);
if (self.EventSource) {
  known = asOf.textContent.slice(0, 8);
  setInterval(() => { if (events && performance.now() - heard > silence) { tell(lost.dataset.lost); open(); } }, 5000);
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  addEventListener('pagehide', close);
  addEventListener('pageshow', (event) => event.persisted && open());
  open();
}
