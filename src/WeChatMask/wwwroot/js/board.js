// Keeps the pharmacies' figures on a page as new as the board's events.
import { ask, jsonOf } from './ask.js';
import { now } from './clock.js';
import { face, hear, stateOf, isFinal, read, windows, zone } from './round.js';

const list = document.querySelector('[data-pharmacies]');
const patience = 15000;
// The server says something every 15 seconds, whether anything changed or not. A line that is silent for longer is broken.
const silence = 40000;

function words(pharmacy) {
  const { full, none, later, fullLater, booked, paused, withdrawn } = list.dataset;
  if (pharmacy.status !== 'open') return pharmacy.status === 'paused' ? paused : withdrawn;
  if (isFinal()) return booked.replace('{0}', pharmacy.booked);
  if (pharmacy.left > 0) return some(pharmacy.left);
  const next = windows[pharmacy.nextWindow - 1];
  if (next) return (pharmacy.places === 0 ? later : fullLater).replace('{0}', zone.format(next[0]));
  return pharmacy.places === 0 ? none : full;
}

// A figure says of which window it is.
const some = (places) => (read().state === 'open' ? list.dataset.some : list.dataset.someNext).replace('{0}', places);

// The page came with the figures of a version; only what is newer has to be fetched.
const rows = list ? [...list.querySelectorAll('[data-places-left]')] : [];
const left = new Map(rows.map((row) => [row.dataset.code, Number(row.dataset.placesLeft)]));
const nextWindows = new Map();
let shown = list ? Number(list.dataset.version) : 0;

function show(pharmacies) {
  for (const pharmacy of pharmacies) {
    left.set(pharmacy.code, pharmacy.status === 'open' ? pharmacy.left : 0);
    nextWindows.set(pharmacy.code, pharmacy.status === 'open' ? pharmacy.nextWindow : null);
    const text = words(pharmacy);
    const gone = pharmacy.status !== 'open' || pharmacy.left === 0 || isFinal();
    // In the list, and for the pharmacy booked at last also above it.
    for (const place of document.querySelectorAll(`[data-code="${CSS.escape(pharmacy.code)}"] [data-left]`)) {
      if (place.textContent !== text) place.textContent = text;
      place.dataset.empty = gone;
      const row = place.closest('[data-places-left]');
      if (row) row.dataset.placesLeft = left.get(pharmacy.code);
    }
  }
  document.dispatchEvent(new CustomEvent('board-shown'));
}

// When the figures last changed, and how long ago they were known to be the newest: they grow old while nothing is heard.
const age = document.querySelector('[data-age]');
let known = face ? Number(face.dataset.now) : now();
let changed = age ? Number(age.dataset.changed) : 0;
const calendar = new Intl.DateTimeFormat('zh-CN', {
  month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false, timeZone: age ? age.dataset.zone : undefined,
});

function parts(instant) {
  const part = {};
  for (const { type, value } of calendar.formatToParts(instant)) part[type] = value;
  return part;
}

// The time of day where it was today, else the day alone. Some browsers call the first hour of the day the 24th.
function changeWords() {
  if (!changed) return '';
  const [then, present] = [parts(changed), parts(now())];
  const today = then.month === present.month && then.day === present.day;
  const hour = then.hour === '24' ? '00' : then.hour;
  const text = today ? `${hour}:${then.minute}:${then.second}` : age.dataset.date.replace('{0}', parseInt(then.month, 10)).replace('{1}', parseInt(then.day, 10));
  return age.dataset.change.replace('{0}', text);
}

function showAge() {
  if (!age) return;
  const seconds = Math.max(0, Math.round((now() - known) / 1000));
  const words = seconds < 60 ? age.dataset.seconds.replace('{0}', seconds) : age.dataset.minutes.replace('{0}', Math.floor(seconds / 60));
  age.querySelector('span').textContent = changeWords() + age.dataset.pattern.replace('{0}', words);
}

function note(version, asOf, changedAt) {
  shown = version;
  known = asOf;
  if (changedAt) changed = Date.parse(changedAt);
  showAge();
}

function total() {
  const place = face && face.querySelector('[data-total-left]');
  // A list that shows only some cannot add all up.
  if (list.dataset.part) return;
  if (!place || left.size === 0) return;
  const sum = [...left.values()].reduce((a, b) => a + b, 0);
  place.textContent = sum;
  face.querySelector('[data-some-left]').hidden = sum === 0;
  face.querySelector('[data-none-left]').hidden = sum > 0;
  const line = face.querySelector('[data-next-opening]');
  if (!line || sum > 0 || nextWindows.size === 0) return;
  const next = windows[Math.min(...[...nextWindows.values()].filter(Boolean)) - 1];
  line.textContent = next ? line.dataset.today.replace('{0}', zone.format(next[0])) : line.dataset.later;
}

// The same places are the next window's until it opens.
function rename() {
  for (const [code, places] of left) {
    if (places === 0 || isFinal()) continue;
    for (const place of document.querySelectorAll(`[data-code="${CSS.escape(code)}"] [data-left]`)) place.textContent = some(places);
  }
}

let tag = '';

async function whole() {
  const { response, body } = await ask('/api/board', { headers: tag ? { 'If-None-Match': tag } : {}, cache: 'no-store' }, patience);
  const asOf = now() - Number(response.headers.get('Age')) * 1000;
  if (response.status === 304) note(shown, asOf);
  const board = response.ok ? jsonOf(body) : {};
  if (!board.pharmacies) return;
  tag = response.headers.get('ETag') || '';
  if (board.round) hear(stateOf(board.round));
  show(board.pharmacies);
  total();
  note(board.version, asOf, board.changedAt);
}

// One connection while the page is looked at; after a break everybody comes back at a time of their own.
function listen() {
  let events = null;
  let timer = 0;
  let polls = 0;
  let heard = 0;
  let turn = 0;
  const close = () => {
    turn += 1;
    clearTimeout(timer);
    if (events) events.close();
    events = null;
  };
  const change = (event) => {
    const told = jsonOf(event.data);
    const turned = told.round && hear(stateOf(told.round));
    // The whole board when something was missed, or when a new phase gives every figure another word.
    const missed = told.changed.length === 0 && told.version > shown;
    if (left.size === 0 || missed || turned) { whole().catch(() => {}); return; }
    if (told.changed.length === 0) return;
    note(told.version, Date.parse(told.asOf), told.changedAt);
    show(told.changed);
    total();
  };
  const beat = (event) => {
    const told = jsonOf(event.data);
    if (told.version > shown) whole().catch(() => {});
    else if (told.asOf) note(shown, Date.parse(told.asOf));
  };
  const open = () => {
    close();
    heard = performance.now();
    events = new EventSource('/api/board/events?view=figures');
    for (const [name, act] of [['board', change], ['heartbeat', beat]]) {
      events.addEventListener(name, (event) => {
        heard = performance.now();
        act(event);
      });
    }
    events.onopen = () => { polls = 0; heard = performance.now(); };
    events.onerror = again;
  };
  // Where there is no room, and for as long as nothing answers: the board is asked for every few seconds, and every tenth
  // time whether there is room by now.
  const poll = async () => {
    const mine = turn;
    await whole().catch(() => {});
    if (mine !== turn) return;
    polls += 1;
    timer = setTimeout(polls % 10 === 0 ? begin : poll, 5000 + Math.random() * 5000);
  };
  // What was missed meanwhile comes with the whole board; then the line is opened anew.
  const afresh = async () => {
    const mine = turn;
    await whole().catch(() => {});
    if (mine === turn) open();
  };
  function again() {
    close();
    timer = setTimeout(polls === 0 ? afresh : poll, 2000 + Math.random() * 6000);
    polls += 1;
  }
  setInterval(() => { if (events && performance.now() - heard > silence) again(); }, 5000);
  const begin = () => {
    close();
    if (self.EventSource) open();
    else poll();
  };
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : begin()));
  addEventListener('pagehide', close);
  addEventListener('pageshow', (event) => event.persisted && begin());
  begin();
}

if (list) {
  listen();
  document.addEventListener('round-state', rename);
}
if (age) {
  showAge();
  setInterval(showAge, 1000);
}
