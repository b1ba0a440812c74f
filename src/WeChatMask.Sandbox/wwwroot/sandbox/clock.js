// The city's clock: shown as it runs, moved by buttons for what happens next.
import { byId, call, changed, copy, count, dayOf, fill, minuteOf, offsetOf, say, shortDayOf, timeOf } from './api.js';
import { fillUp } from './crowd.js';
import * as browser from './browser.js';

const card = byId('clock-card');
const list = byId('moments');
let ahead = 0;
let offset = '+08:00';
let story = null;
let busy = false;

export const moments = () => (story ? story.moments : []);
export const find = (key) => moments().find((one) => one.key === key);
const now = () => Date.now() + ahead;
const isPast = (one) => one.done || (one.at && one.key !== 'full' && Date.parse(one.at) <= now());

// The city's wall time as an ISO text with the offset it came with.
function wall(milliseconds) {
  const shift = offset === 'Z' ? 0 : (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6))) * (offset[0] === '-' ? -60000 : 60000);
  return new Date(milliseconds + shift).toISOString().slice(0, 19) + offset;
}

export function sync(iso) {
  if (busy) return;
  offset = offsetOf(iso);
  ahead = Date.parse(iso) - Date.now();
  show();
}

export function show() {
  const iso = wall(now());
  byId('clock').textContent = timeOf(iso);
  byId('clock-day').textContent = dayOf(iso);
  byId('device-time').textContent = minuteOf(iso);
  const form = byId('clock-form');
  if (!form.contains(document.activeElement)) byId('clock-to').value = iso.slice(0, 19);
  mark();
}

// --- moving --------------------------------------------------------------------------------------------------------

function setBusy(value) {
  busy = value;
  card.setAttribute('aria-busy', String(value));
  // Not disabled: the button that was pressed would lose the focus.
  for (const button of card.querySelectorAll('button')) button.setAttribute('aria-disabled', String(value || button.dataset.past === 'true'));
}

export async function move(order) {
  if (busy) return false;
  const status = byId('clock-status');
  setBusy(true);
  status.textContent = say('clock-busy');
  try {
    const answer = await call('/sandbox/clock', order);
    busy = false;
    sync(answer.now);
    status.textContent = say('clock-done', `${shortDayOf(answer.now)} ${timeOf(answer.now)}`);
  } catch (error) {
    status.textContent = error.message;
    return false;
  } finally {
    setBusy(false);
    await refresh().catch(() => {});
    changed();
  }
  browser.refresh();
  return true;
}

async function full() {
  const opens = find('opens');
  if (opens && !isPast(opens) && !await move({ now: opens.at })) return;
  await fillUp();
  await refresh();
}

// --- the moments ---------------------------------------------------------------------------------------------------

export async function refresh() {
  const [{ round }, board] = await Promise.all([call('/sandbox/moments'), call('/api/board')]);
  const left = board.pharmacies.reduce((sum, one) => sum + one.left, 0);
  byId('phase').textContent = round ? say('phase', shortDayOf(round.date), say(`phase-${round.phase}`, count(left))) : say('phase-none');
  byId('moments-empty').hidden = Boolean(round);
  const before = JSON.stringify(story);
  story = round || null;
  if (JSON.stringify(story) !== before) draw();
  mark();
}

function draw() {
  const held = list.contains(document.activeElement) ? document.activeElement.dataset.moment : null;
  fill(list, ...moments().map((one) => {
    const item = copy('t-moment');
    const button = item.firstElementChild;
    button.dataset.moment = `${one.key}${one.window || ''}`;
    button.querySelector('.moment-time').textContent = one.at ? minuteOf(one.at) : say('moment-now');
    button.querySelector('.moment-name').textContent = say(one.window ? `moment-${one.key}-window` : `moment-${one.key}`, one.window);
    return item;
  }));
  const again = held && list.querySelector(`[data-moment="${held}"]`);
  if (again) again.focus();
}

// What lies behind is said to be past; the first that does not is the one to press.
function mark() {
  let next = true;
  const buttons = list.querySelectorAll('button');
  moments().forEach((one, place) => {
    const past = isPast(one);
    const button = buttons[place];
    if (!button) return;
    button.dataset.past = String(Boolean(past));
    button.setAttribute('aria-disabled', String(busy || Boolean(past)));
    button.querySelector('.moment-state').textContent = past ? say('moment-done') : '';
    const isNext = next && !past && one.key !== 'full';
    button.classList.toggle('is-next', isNext);
    if (isNext) next = false;
  });
}

list.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button || button.getAttribute('aria-disabled') === 'true') return;
  const one = moments()[[...list.querySelectorAll('button')].indexOf(button)];
  if (one.key === 'full') full();
  else move({ now: one.at });
});
byId('clock-form').addEventListener('submit', (event) => {
  event.preventDefault();
  move({ now: byId('clock-to').value.padEnd(19, ':00').slice(0, 19) + offset });
});
for (const button of card.querySelectorAll('[data-advance]')) {
  button.addEventListener('click', () => move({ advance: button.dataset.advance }));
}
