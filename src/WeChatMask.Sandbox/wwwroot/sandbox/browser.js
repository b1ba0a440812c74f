// The pages inside the phone: opened in a frame as WeChat's own browser would, logged in as the phone's person.
import { byId, say } from './api.js';

const device = byId('device');
const site = new URL(document.body.dataset.site);
const trail = [];
let frame = null;
let opener = null;
let loggedInAs = null;
let turn = 0;

export const isOpen = () => frame !== null;

// The path of one of our own addresses, or none for a foreign one.
export function ownPath(address) {
  const url = new URL(address, location.href);
  return url.origin === location.origin || url.origin === site.origin ? url.pathname + url.search + url.hash : null;
}

// Whoever held the browser before is logged out by logging this phone in.
async function logIn(openId) {
  document.cookie = `sandbox_openid=${openId}; path=/; samesite=lax`;
  if (loggedInAs === openId) return;
  const answer = await fetch('/login?returnUrl=%2Fhealth%2Flive', { cache: 'no-store' });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  loggedInAs = openId;
}

export async function open(path, openId) {
  const mine = ++turn;
  if (!frame) opener = document.activeElement;
  byId('chat-view').hidden = true;
  byId('follow').hidden = true;
  byId('web-view').hidden = false;
  device.dataset.view = 'web';
  byId('fill-bar').hidden = true;
  byId('web-title').textContent = say('web-opening');
  byId('web-close').focus();
  drop();
  try {
    await logIn(openId);
  } catch {
    if (mine === turn) byId('web-title').textContent = say('web-failed');
    return;
  }
  // Closed, or another page asked for, while the log-in was on its way.
  if (mine !== turn) return;
  frame = document.createElement('iframe');
  frame.title = say('web-frame');
  frame.addEventListener('load', arrived);
  frame.src = path;
  byId('web-place').append(frame);
}

export function close() {
  turn++;
  drop();
  byId('web-view').hidden = true;
  document.dispatchEvent(new Event('phone-home'));
  (opener && opener.isConnected && opener.offsetParent ? opener : byId('chat')).focus();
}

// Another phone is taken up: its first page logs in anew.
export function forget() {
  loggedInAs = null;
  if (isOpen() || !byId('web-view').hidden) close();
}

// After a jump of the clock a page shows old times. What somebody is typing is left alone.
export function refresh() {
  const inside = frame && frame.contentDocument;
  if (!inside || [...inside.querySelectorAll('input:not([type=hidden]), textarea')].some((one) => one.type === 'checkbox' ? one.checked : one.value)) return;
  frame.contentWindow.location.reload();
}

function drop() {
  if (frame) frame.remove();
  frame = null;
  trail.length = 0;
}

function arrived() {
  const inside = frame.contentDocument;
  if (!inside) {
    byId('web-title').textContent = say('web-failed');
    return;
  }
  const here = inside.location.pathname + inside.location.search;
  if (here === 'blank') return;
  byId('web-title').textContent = inside.title.split(' · ')[0];
  byId('web-out').href = here;
  if (trail[trail.length - 1] !== here) trail.push(here);
  byId('fill-bar').hidden = !fields(inside);
  document.dispatchEvent(new Event('world-changed'));
}

function back() {
  trail.pop();
  const before = trail.pop();
  if (before && frame) frame.contentWindow.location.replace(before);
  else close();
}

function fields(inside) {
  const found = ['name', 'idNumber', 'mobile'].map((name) => inside.querySelector(`form input[name="${name}"]`));
  return found.every(Boolean) ? found : null;
}

// A newcomer has no well-formed identity number at hand. The consent is left to the person.
function fill() {
  const person = document.querySelector('input[name="phone"]:checked').dataset;
  const values = [person.name, person.idNumber, person.mobile];
  const inputs = fields(frame.contentDocument) || [];
  inputs.forEach((input, place) => {
    input.value = values[place] || '';
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
  byId('fill-bar').hidden = true;
  const consent = frame.contentDocument.querySelector('input[name="consent"]');
  if (!consent) return;
  consent.scrollIntoView({ block: 'center' });
  consent.focus({ preventScroll: true });
}

byId('web-close').addEventListener('click', close);
byId('web-back').addEventListener('click', back);
byId('fill').addEventListener('click', fill);
byId('web-view').addEventListener('keydown', (event) => { if (event.key === 'Escape') close(); });
