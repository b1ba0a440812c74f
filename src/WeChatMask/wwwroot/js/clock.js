// The server's time on this page: the phone's own clock may be minutes off, and stops while the phone sleeps.
import { ask, jsonOf } from './ask.js';

const start = document.querySelector('[data-now]');
// A page without a clock of its own still knows when it was made.
const made = start ? start.dataset.now : (document.querySelector('[data-made]') || { dataset: {} }).dataset.made;
let offset = made ? Number(made) - Date.now() : 0;
let uncertainty = Infinity;

export const now = () => Date.now() + offset;

// Asks the server; the answer was true about half way between asking and hearing. Of several, the quickest is the best.
export async function sync() {
  const asked = performance.now();
  try {
    const { response, body } = await ask('/api/clock', { cache: 'no-store' }, 5000);
    if (!response.ok) return;
    const trip = performance.now() - asked;
    const said = Date.parse(jsonOf(body).now);
    if (trip > uncertainty || Number.isNaN(said)) return;
    uncertainty = trip;
    offset = said + trip / 2 - Date.now();
  } catch {
    // No answer: what the page was made with still serves, and the next round asks again.
  }
}

function again() {
  uncertainty = Infinity;
  return sync();
}

if (start) {
  sync();
  setInterval(() => document.hidden || again(), 60000 + Math.random() * 5000);
}
if (made) {
  document.addEventListener('visibilitychange', () => document.hidden || again());
  addEventListener('pageshow', (event) => event.persisted && again());
}
