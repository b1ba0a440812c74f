// Sends the counter's forms without leaving the page and puts the answer in place. The answer is the server's own page,
// so verdicts have one wording. A lost connection is tried again with the very same form: its request ids make the
// server give the same answer, and nothing is handed over twice. Without this script the forms are posted as they are.
import { ask, Lost, newRequestId } from './ask.js';
import { pause } from './pause.js';
import { fill, pressedIn, sendPlain } from './plain.js';
import { count } from './units.js';

const patience = 15000;
// Where the page can judge by itself, nobody has to wait that long.
const impatience = 5000;
const tries = 3;
const trouble = document.getElementById('trouble');
let again = null;

function say(sentence, canAgain) {
  trouble.querySelector('p').textContent = sentence;
  trouble.querySelector('[data-again]').hidden = !canAgain;
  trouble.hidden = sentence === '';
  if (sentence) trouble.scrollIntoView({ block: 'nearest' });
}

function focus() {
  const place = document.querySelector('#main [data-focus]') || document.querySelector('#main [autofocus]') || document.getElementById('main');
  place.focus({ preventScroll: true });
}

function show(page) {
  const main = page.getElementById('main');
  if (!main) return false;
  document.title = page.title;
  fill(document.getElementById('main'), ...main.childNodes);
  scrollTo(0, 0);
  focus();
  document.dispatchEvent(new Event('counter:shown'));
  return true;
}

// A page that can judge without a network may take a form over: before it is sent, or when it got no answer.
const taken = (address, body, failed) => !document.dispatchEvent(new CustomEvent('counter:send', { cancelable: true, detail: { address, body, failed } }));

// The answer, `busy`, or nothing when it was lost. What this phone cannot do is neither.
async function fetchPage(address, order) {
  try {
    const answer = await ask(address, order, document.documentElement.dataset.offline ? impatience : patience);
    return answer.response.status === 429 || answer.response.status >= 500 ? 'busy' : answer;
  } catch (error) {
    if (error instanceof Lost) return null;
    throw error;
  }
}

function put({ response, body }) {
  if (new URL(response.url).pathname === '/staff/login') return location.assign(`/staff/login?returnUrl=${encodeURIComponent(location.pathname)}`);
  say('', false);
  const page = new DOMParser().parseFromString(body, 'text/html');
  if (!show(page)) say(trouble.dataset.broken, false);
  return undefined;
}

// Slow and lost answers are asked for again by themselves; after that by the button, for as long as it takes.
async function send(address, body) {
  say('', false);
  if (taken(address, body, false)) return undefined;
  const order = { method: 'POST', body, headers: { Accept: 'text/html' } };
  for (let i = 1; ; i++) {
    const answer = await fetchPage(address, order);
    if (answer && answer !== 'busy') return put(answer);
    if (!answer && taken(address, body, true)) return say('', false);
    if (i === tries) return say(trouble.dataset.network, true);
    say(trouble.dataset.trying, false);
    await pause(i * 800 + Math.random() * 800);
  }
}

// What the form would send, with the pressed button's own value.
function content(form, button) {
  const body = new URLSearchParams(new FormData(form));
  if (button.name) body.append(button.name, button.value);
  return body;
}

async function post(form, button) {
  if (button.dataset.step) return count(button.closest('[data-units]'), Number(button.dataset.step));
  if (form.hasAttribute('aria-busy')) return undefined;
  const body = content(form, button);
  const address = button.hasAttribute('formaction') ? button.formAction : form.action;
  again = async () => {
    form.setAttribute('aria-busy', 'true');
    try {
      await send(address, body);
    } finally {
      form.removeAttribute('aria-busy');
    }
  };
  return again();
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  const button = pressedIn(form);
  // Without a button the browser knows best what is being sent.
  if (!button || !form.matches('form[data-counter]')) return;
  event.preventDefault();
  post(form, button).catch(() => sendPlain(form, button));
});

trouble.querySelector('[data-again]').addEventListener('click', () => again && again());

document.addEventListener('input', (event) => {
  const box = event.target.closest('[data-units]');
  if (box) return count(box, 0);
  const form = event.target.closest('form[data-counter]');
  if (!form) return;
  // What is typed anew is a new attempt; only the same one may be repeated under its id.
  say('', false);
  for (const id of form.querySelectorAll('input[name$="RequestId"]:not([data-kept])')) id.value = newRequestId();
});
