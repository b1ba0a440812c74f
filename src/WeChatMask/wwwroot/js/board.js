// Keeps the pharmacies' figures on a page as new as the board's events.
import { now } from './clock.js';
import { face, hear, isFinal, read, windows, zone } from './round.js';

const list = document.querySelector('[data-pharmacies]');

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
const left = new Map([...list?.querySelectorAll('[data-places-left]') ?? []].map((row) => [row.dataset.code, Number(row.dataset.placesLeft)]));
const nextWindows = new Map();
let shown = Number(list?.dataset.version ?? 0);

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
    }
  }
  document.dispatchEvent(new CustomEvent('board-shown'));
}

// The snapshot's number and age. It grows old while nothing changes, and while nothing can be heard of a change.
const age = document.querySelector('[data-age]');

function showAge() {
  if (!age) return;
  const seconds = Math.max(0, Math.round((now() - Number(age.dataset.age)) / 1000));
  const words = seconds < 60 ? age.dataset.seconds.replace('{0}', seconds) : age.dataset.minutes.replace('{0}', Math.floor(seconds / 60));
  age.querySelector('span').textContent = age.dataset.pattern.replace('{0}', shown).replace('{1}', words);
}

function note(version, asOf) {
  shown = version;
  if (!age) return;
  age.dataset.age = Date.parse(asOf);
  showAge();
}

function total() {
  const place = face?.querySelector('[data-total-left]');
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
  const response = await fetch('/api/board', { headers: tag ? { 'If-None-Match': tag } : {}, cache: 'no-store' });
  if (!response.ok) return;
  tag = response.headers.get('ETag') ?? '';
  const board = await response.json();
  if (board.round) hear(board.round.phase);
  show(board.pharmacies);
  total();
  note(board.version, board.asOf);
}

// One connection while the page is looked at; after a break everybody comes back at a time of their own.
function listen() {
  let events = null;
  let timer = 0;
  let polls = 0;
  const close = () => { clearTimeout(timer); events?.close(); events = null; };
  const open = () => {
    close();
    events = new EventSource('/api/board/events?view=figures');
    events.addEventListener('board', (event) => {
      const change = JSON.parse(event.data);
      const turned = change.round && hear(change.round.phase);
      // The whole board when something was missed, or when a new phase gives every figure another word.
      const missed = change.changed.length === 0 && change.version > shown;
      if (left.size === 0 || missed || turned) { whole().catch(() => {}); return; }
      if (change.changed.length === 0) return;
      note(change.version, change.asOf);
      show(change.changed);
      total();
    });
    events.onopen = () => { polls = 0; };
    // Where there is no room, and for as long as nothing answers: the board is asked for every few seconds, and every tenth
    // time whether there is room by now.
    events.onerror = () => { close(); timer = setTimeout(polls === 0 ? open : poll, 2000 + Math.random() * 6000); polls += 1; };
  };
  const poll = async () => {
    await whole().catch(() => {});
    if (document.hidden) return;
    polls += 1;
    timer = setTimeout(polls % 10 === 0 ? open : poll, 5000 + Math.random() * 5000);
  };
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  addEventListener('pagehide', close);
  addEventListener('pageshow', (event) => event.persisted && open());
  open();
}

if (list) {
  listen();
  document.addEventListener('round-state', rename);
}
if (age) {
  showAge();
  setInterval(showAge, 1000);
}
