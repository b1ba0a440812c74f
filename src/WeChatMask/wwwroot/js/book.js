// One press books. Slow, busy and lost answers are waited for and asked again under the same request id, which makes
// the server give the same booking; so nothing is booked twice and nobody has to press or load anything again.
import './board.js';
import { now } from './clock.js';
import { pause } from './pause.js';
import { read } from './round.js';

const form = document.getElementById('book');
const wait = document.getElementById('wait');
const answer = document.getElementById('answer');
const patience = 15000;
let stopped = false;
let running = false;

// A button can be pressed while its window is open and its pharmacy has places; the server decides all the same.
function enable() {
  const { state } = read();
  const nobody = form.dataset.nobody === 'true';
  // Why none can be pressed stands there until the hour is all that it was and has come.
  const why = document.getElementById('why');
  if (why && !nobody) why.hidden = state === 'open';
  for (const button of form.querySelectorAll('.pick')) {
    const row = button.closest('.pharmacy');
    button.disabled = running || nobody || state !== 'open' || row.querySelector('[data-left]').dataset.empty === 'true';
  }
}

async function attempt(body) {
  try {
    const response = await fetch('/api/bookings', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(patience),
    });
    const seconds = Number(response.headers.get('Retry-After')) || 1;
    return { status: response.status, seconds, json: await response.json().catch(() => ({})) };
  } catch {
    return { status: 0, seconds: 1, json: {} };
  }
}

// Longer with every try, and never in step with the others who were turned away.
function rest(seconds, tries) {
  return seconds * 1000 + Math.random() * Math.min(8000, 1000 * 1.5 ** tries);
}

async function settle(body) {
  for (let tries = 1; !stopped; tries++) {
    const { status, seconds, json } = await attempt(body);
    if (status === 200 || status === 201) return location.assign(`/bookings/${json.number}`);
    if (status === 401) return location.assign('/login?returnUrl=/book');
    const early = json.code === 'not_open' && Math.abs(now() - (read().opens ?? 0)) < 5000;
    const later = status === 0 || status === 429 || (status >= 500 && json.code !== 'registry_unavailable') || early;
    if (!later) return refuse(json.code, json.title, json.bookableFrom, json.nextOpening);
    if (!early) showWait();
    await pause(early ? 300 + Math.random() * 700 : rest(seconds, tries));
  }
  return refuse('stopped', '', null);
}

let waitedSince = 0;

function showWait() {
  if (!wait.open && !stopped) wait.showModal();
  const place = wait.querySelector('[data-waited]');
  place.textContent = place.dataset.pattern.replace('{0}', Math.round((performance.now() - waitedSince) / 1000));
}

function refuse(code, title, from, opens) {
  // Behind an open dialog nothing can take the focus.
  if (wait.open) wait.close();
  const known = document.querySelector(`[data-refusal="${CSS.escape(code ?? 'other')}"]`) ?? document.querySelector('[data-refusal="other"]');
  const box = document.createElement('div');
  box.className = 'refused';
  box.tabIndex = -1;
  box.setAttribute('role', 'alert');
  const what = document.createElement('p');
  what.className = 'refused-what';
  what.textContent = title || wait.dataset.stopped;
  box.append(what, ...[...known.cloneNode(true).childNodes]);
  if (from) {
    const [, month, day] = from.split('-').map(Number);
    const line = document.createElement('p');
    line.textContent = form.dataset.from.replace('{0}', form.dataset.date.replace('{0}', month).replace('{1}', day));
    what.after(line);
  }
  if (opens) {
    const [, month, day] = opens.slice(0, 10).split('-').map(Number);
    const line = document.createElement('p');
    line.textContent = form.dataset.opens.replace('{0}', `${form.dataset.date.replace('{0}', month).replace('{1}', day)} ${opens.slice(11, 16)}`);
    what.after(line);
  }
  answer.replaceChildren(box);
  box.focus();
  box.scrollIntoView({ block: 'center' });
}

form?.addEventListener('submit', async (event) => {
  const press = event.submitter;
  event.preventDefault();
  if (running) return;
  const residentId = form.querySelector('[name=residentId]:checked')?.value;
  const pharmacyCode = press?.value;
  if (!pharmacyCode || !residentId) return;
  running = true;
  stopped = false;
  waitedSince = performance.now();
  const label = press.textContent;
  press.textContent = form.dataset.busy;
  enable();
  const slow = setTimeout(showWait, 1200);
  const counting = setInterval(() => wait.open && showWait(), 1000);
  try {
    // The same id as the form without a script would use: the page's own and the person's.
    const requestId = `${form.querySelector('[name=requestId]').value}-${residentId}`;
    await settle({ residentId, pharmacyCode, requestId });
  } finally {
    clearTimeout(slow);
    clearInterval(counting);
    if (wait.open) wait.close();
    running = false;
    press.textContent = label;
    enable();
  }
});

wait?.querySelector('[data-stop]').addEventListener('click', () => { stopped = true; wait.close(); });
wait?.addEventListener('cancel', () => { stopped = true; });
if (form) {
  enable();
  document.addEventListener('round-state', enable);
  document.addEventListener('board-shown', enable);
}
