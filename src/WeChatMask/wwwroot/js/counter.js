// Sends the counter's forms without leaving the page and puts the answer in place. The answer is the server's own page,
// so verdicts have one wording. A lost connection is tried again with the very same form: its request ids make the
// server give the same answer, and nothing is handed over twice. Without this script the forms are posted as they are.
import { pause } from './pause.js';
import { count } from './units.js';

const patience = 15000;
// Where the page can judge by itself, nobody has to wait that long.
const impatience = 5000;
const tries = 3;
const trouble = document.getElementById('trouble');
let again = null;

function newRequestId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

function say(sentence, canAgain) {
  trouble.querySelector('p').textContent = sentence;
  trouble.querySelector('[data-again]').hidden = !canAgain;
  trouble.hidden = sentence === '';
  if (sentence) trouble.scrollIntoView({ block: 'nearest' });
}

function focus() {
  const place = document.querySelector('#main [data-focus]') ?? document.querySelector('#main [autofocus]') ?? document.getElementById('main');
  place.focus({ preventScroll: true });
}

function show(page) {
  const main = page.getElementById('main');
  if (!main) return false;
  document.title = page.title;
  document.getElementById('main').replaceChildren(...main.childNodes);
  scrollTo(0, 0);
  focus();
  document.dispatchEvent(new Event('counter:shown'));
  return true;
}

// A page that can judge without a network may take a form over: before it is sent, or when it got no answer.
const taken = (address, body, failed) => !document.dispatchEvent(new CustomEvent('counter:send', { cancelable: true, detail: { address, body, failed } }));

async function fetchPage(address, body) {
  const response = await fetch(address, {
    method: 'POST', body, headers: { Accept: 'text/html' }, signal: AbortSignal.timeout(document.documentElement.dataset.offline ? impatience : patience),
  });
  if (response.status === 429 || response.status >= 500) throw new Error('busy');
  return response;
}

// Slow and lost answers are asked for again by themselves; after that by the button, for as long as it takes.
async function send(address, body) {
  say('', false);
  if (taken(address, body, false)) return undefined;
  for (let i = 1; ; i++) {
    try {
      const response = await fetchPage(address, body);
      if (new URL(response.url).pathname === '/staff/login') return location.assign(`/staff/login?returnUrl=${encodeURIComponent(location.pathname)}`);
      say('', false);
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      if (!show(page)) say(trouble.dataset.broken, false);
      return undefined;
    } catch (error) {
      if (error.message !== 'busy' && taken(address, body, true)) return say('', false);
      if (i === tries) return say(trouble.dataset.network, true);
      say(trouble.dataset.trying, false);
      await pause(i * 800 + Math.random() * 800);
    }
  }
}

document.addEventListener('submit', async (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!form.matches('form[data-counter]')) return;
  event.preventDefault();
  if (button?.dataset.step) return count(button.closest('[data-units]'), Number(button.dataset.step));
  if (form.hasAttribute('aria-busy')) return;
  const body = new URLSearchParams(new FormData(form, button));
  const address = button?.hasAttribute('formaction') ? button.formAction : form.action;
  again = async () => {
    form.setAttribute('aria-busy', 'true');
    await send(address, body);
    form.removeAttribute('aria-busy');
  };
  await again();
});

trouble.querySelector('[data-again]').addEventListener('click', () => again?.());

document.addEventListener('input', (event) => {
  const box = event.target.closest('[data-units]');
  if (box) return count(box, 0);
  const form = event.target.closest('form[data-counter]');
  if (!form) return;
  // What is typed anew is a new attempt; only the same one may be repeated under its id.
  say('', false);
  for (const id of form.querySelectorAll('input[name$="RequestId"]')) id.value = newRequestId();
});
