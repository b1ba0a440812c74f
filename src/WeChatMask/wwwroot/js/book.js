// One press books. Slow, busy and lost answers are waited for and asked again under the same request id, which makes
// the server give the same booking; so nothing is booked twice and nobody has to press or load anything again.
// What this phone cannot do is no lost answer: then the form goes as it would without a script.
import './board.js';
import { ask, jsonOf, Lost } from './ask.js';
import { now } from './clock.js';
import { pause } from './pause.js';
import { fill, pressedIn, sendPlain } from './plain.js';
import { keep } from './receipts.js';
import { read } from './round.js';

const form = document.getElementById('book');
const wait = document.getElementById('wait');
const answer = document.getElementById('answer');
const patience = 15000;
let stopped = false;
let running = false;
const { state: early } = read();

// A button can be pressed while its window is open and its pharmacy has places; the server decides all the same.
function enable() {
  const { state } = read();
  const nobody = form.dataset.nobody === 'true';
  // Why none could be pressed when the page was made stands there for as long as that is so.
  const why = document.getElementById('why');
  if (why && !nobody) why.hidden = state !== early;
  for (const button of form.querySelectorAll('.pick')) {
    const row = button.closest('.pharmacy');
    button.disabled = running || nobody || state !== 'open' || row.querySelector('[data-left]').dataset.empty === 'true';
  }
}

async function attempt(body) {
  const order = { method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json' }, body: JSON.stringify(body) };
  try {
    const { response, body: answer } = await ask('/api/bookings', order, patience);
    return { status: response.status, seconds: Number(response.headers.get('Retry-After')) || 1, json: jsonOf(answer) };
  } catch (error) {
    if (!(error instanceof Lost)) throw error;
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
    if (status === 200 || status === 201) {
      keep(json.number, json.receipt);
      return location.assign(json.number ? `/bookings/${json.number}` : '/bookings');
    }
    if (status === 401) return location.assign('/login?returnUrl=/book');
    const early = json.code === 'not_open' && Math.abs(now() - (read().opens || 0)) < 5000;
    const later = status === 0 || status === 429 || (status >= 500 && json.code !== 'registry_unavailable') || early;
    if (!later) return refuse(json.elsewhere ? 'elsewhere' : json.code, json.title, json.bookableFrom, json.nextOpening);
    if (!early) showWait();
    await pause(early ? 300 + Math.random() * 700 : rest(seconds, tries));
  }
  return refuse('stopped', '', null);
}

let waitedSince = 0;

const isWaiting = () => wait.hasAttribute('open');

// Newer than the floor is showModal: without it the style sheet makes a dialog of it while it is open.
function openWait() {
  if (wait.showModal) return wait.showModal();
  wait.classList.add('plain');
  wait.setAttribute('role', 'dialog');
  wait.setAttribute('open', '');
  return wait.querySelector('[data-stop]').focus();
}

function closeWait() {
  if (!isWaiting()) return;
  if (wait.close) wait.close();
  else wait.removeAttribute('open');
}

function showWait() {
  if (!isWaiting() && !stopped) openWait();
  const place = wait.querySelector('[data-waited]');
  place.textContent = place.dataset.pattern.replace('{0}', Math.round((performance.now() - waitedSince) / 1000));
}

function refuse(code, title, from, opens) {
  // Behind an open dialog nothing can take the focus.
  closeWait();
  const known = document.querySelector(`[data-refusal="${CSS.escape(code || 'other')}"]`) || document.querySelector('[data-refusal="other"]');
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
  fill(answer, box);
  box.focus();
  box.scrollIntoView({ block: 'center' });
}

async function book(press, residentId) {
  running = true;
  stopped = false;
  waitedSince = performance.now();
  const label = press.textContent;
  press.textContent = form.dataset.busy;
  enable();
  const slow = setTimeout(showWait, 1200);
  const counting = setInterval(() => isWaiting() && showWait(), 1000);
  try {
    // The same id as the form without a script would use: the page's own and the person's.
    const requestId = `${form.querySelector('[name=requestId]').value}-${residentId}`;
    await settle({ residentId, pharmacyCode: press.value, requestId });
  } finally {
    clearTimeout(slow);
    clearInterval(counting);
    closeWait();
    running = false;
    press.textContent = label;
    enable();
  }
}

function submit(event) {
  const press = pressedIn(form);
  const chosen = form.querySelector('[name=residentId]:checked');
  // The server says what is missing.
  if (!running && (!press || !chosen)) return;
  event.preventDefault();
  if (!running) book(press, chosen.value).catch(() => sendPlain(form, press));
}

if (form) {
  enable();
  form.addEventListener('submit', submit);
  wait.querySelector('[data-stop]').addEventListener('click', () => { stopped = true; closeWait(); });
  wait.addEventListener('cancel', () => { stopped = true; });
  document.addEventListener('round-state', enable);
  document.addEventListener('board-shown', enable);
}
