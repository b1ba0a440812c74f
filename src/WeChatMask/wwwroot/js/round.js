// The round on a page: its state and countdown by the server's clock.
import { now } from './clock.js';

export const face = document.querySelector('[data-round]');
// Each window's opening and end.
export const windows = ((face && face.dataset.windows) || '').split(' ').filter(Boolean).map((w) => w.split('-').map(Number));
export const zone = new Intl.DateTimeFormat('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: face ? face.dataset.zone : undefined });
const final = new Set(['closed', 'published', 'none', 'paused', 'annulled']);
let phase = face ? face.dataset.state : 'none';

// A close that the server has told of, early or late, is final.
export const isFinal = () => final.has(phase);

// How a round of the board stands: what a supervisor did comes before the phase. Why is written where the page says it.
export function stateOf(round) {
  if (face && round.reason) for (const place of face.querySelectorAll('[data-reason]')) place.textContent = round.reason;
  if (round.annulled) return 'annulled';
  return round.paused ? 'paused' : round.phase;
}

// Takes the server's word for the phase, and says whether it is another one than before.
export function hear(said) {
  const before = phase;
  const next = { announced: 'announced', open: 'open', closed: 'closed', published: 'published', handout: 'published', ended: 'published', paused: 'paused', annulled: 'annulled' }[said];
  if (next) phase = next;
  return phase !== before;
}

// What the clock says, unless the round is closed for good.
export function read() {
  if (isFinal()) return { state: phase, until: null };
  const time = now();
  for (const [index, [opens, closes]] of windows.entries()) {
    if (time < opens) return { state: index === 0 ? 'announced' : 'between', until: opens, opens };
    if (time < closes) return { state: 'open', until: closes, opens };
  }
  return { state: 'closed', until: null };
}

function clockText(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((n) => String(n).padStart(2, '0')).join(':');
}

function tick() {
  const { state, until } = read();
  if (state !== face.dataset.state) {
    face.dataset.state = state;
    for (const part of face.querySelectorAll('[data-when]')) part.hidden = part.dataset.when !== state;
    document.dispatchEvent(new CustomEvent('round-state', { detail: state }));
  }
  const line = face.querySelector('[data-count-line]');
  line.classList.toggle('running', until !== null);
  if (until === null) return;
  // What ends at midnight ends at 24:00 of its own day, as the server writes it; browsers write midnight either way.
  const text = zone.format(until).replace(/^24/, '00');
  const time = state === 'open' && text === '00:00' ? '24:00' : text;
  for (const place of face.querySelectorAll(state === 'open' ? '[data-ends]' : '[data-next]')) place.textContent = time;
  face.querySelector('[data-count-label]').textContent = state === 'open' ? line.dataset.closes : line.dataset.opens;
  face.querySelector('[data-count]').textContent = clockText(until - now());
}

if (face && windows.length > 0) {
  tick();
  setInterval(tick, 250);
}
