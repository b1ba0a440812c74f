// The phone's chat with the account: what its person does goes to the app as WeChat would send it.
import { byId, call, changed, dayOf, fill, minuteOf, say } from './api.js';
import * as browser from './browser.js';

const PAUSE = 5 * 60000;
const chat = byId('chat');
const people = byId('people');
const menu = byId('menu');
let lastAt = null;
let following = false;
let shown = 0;
let pushed = 0;

export const openId = () => people.querySelector('input:checked').value;
const personName = () => people.querySelector('input:checked').dataset.name;
const messages = () => `/sandbox/phones/${openId()}/messages`;

// --- what stands in the chat ---------------------------------------------------------------------------------------

function bubble(kind, ...content) {
  const one = document.createElement('p');
  one.className = `bubble ${kind}`;
  one.append(...content);
  chat.append(one);
  chat.scrollTop = chat.scrollHeight;
}

function stamp(iso) {
  const at = Date.parse(iso);
  if (lastAt === null || Math.abs(at - lastAt) > PAUSE) bubble('quiet', `${dayOf(iso)} ${minuteOf(iso)}`);
  lastAt = at;
}

function link(address, ...content) {
  const one = document.createElement('a');
  one.append(...content);
  if (!/^https?:\/\//.test(address || '')) return one;
  const path = browser.ownPath(address);
  one.href = path === null ? address : path;
  if (path === null) {
    one.target = '_blank';
    one.rel = 'noreferrer';
  } else {
    one.dataset.path = path;
  }
  return one;
}

// A bare address can be touched, as in WeChat.
function withAddresses(text) {
  return text.split(/(https?:\/\/[\x21-\x7e]+)/).map((part, i) => (i % 2 === 1 ? link(part, part) : part));
}

// An account's text may hold links, and nothing else that WeChat would render.
function withLinks(text) {
  const nodes = new DOMParser().parseFromString(text.replace(/\n/g, '<br>'), 'text/html').body.childNodes;
  return [].concat(...[...nodes].map((node) => {
    if (node.nodeName === 'BR') return '\n';
    return node.nodeName === 'A' ? link(node.getAttribute('href'), node.textContent) : withAddresses(node.textContent);
  }));
}

function article(one) {
  const title = document.createElement('b');
  title.textContent = one.title;
  bubble('news', link(one.url, title), `\n${one.description}`);
}

function showReply(status, reply) {
  if (status !== 200) bubble('quiet', say('chat-status', status));
  else if (reply.type === 'text') bubble('', ...withLinks(reply.content));
  else if (reply.type === 'news') reply.articles.forEach(article);
  else bubble('quiet', say('chat-silent'));
}

function menuName(key) {
  const entry = [...menu.querySelectorAll('[data-key]')].find((one) => one.dataset.key === key);
  return entry ? entry.textContent : key;
}

function showAct(act) {
  if (act.type === 'text') bubble('mine', act.content);
  else if (act.event === 'subscribe') bubble('quiet', say('chat-followed', personName()));
  else if (act.event.toUpperCase() === 'SCAN') bubble('quiet', say('chat-scanned', act.eventKey));
  else bubble('quiet', say('chat-menu', menuName(act.eventKey)));
}

export async function load() {
  const mine = ++shown;
  const lines = await call(messages());
  if (mine !== shown) return;
  pushed = lines.filter(({ act }) => act.type === 'push').length;
  fill(chat);
  lastAt = null;
  for (const { act, at, status, reply } of lines) {
    if (act.event === 'VIEW' || act.event === 'unsubscribe') continue;
    stamp(at);
    if (act.type !== 'push') showAct(act);
    showReply(status, reply);
  }
}

// Messages that the account sent by itself come without the person doing anything.
export async function sync() {
  if (chat.getAttribute('aria-busy') === 'true' || !following) return;
  const lines = await call(messages());
  const pushes = lines.filter(({ act }) => act.type === 'push').length;
  if (pushes > pushed) await load();
}

// --- what the person does ------------------------------------------------------------------------------------------

async function send(act) {
  const mine = shown;
  // As on a phone: what one did is there at once, the answer when it comes.
  showAct(act);
  chat.setAttribute('aria-busy', 'true');
  try {
    const { status, reply } = await call(messages(), act);
    if (mine === shown) showReply(status, reply);
  } catch {
    if (mine === shown) bubble('quiet', say('chat-lost'));
  }
  chat.removeAttribute('aria-busy');
  changed();
}

export async function follow() {
  if (following) return;
  setFollowing(true);
  home();
  await send({ type: 'event', event: 'subscribe' });
  chat.focus({ preventScroll: true });
}

export async function visit(path, url) {
  if (url) call(messages(), { type: 'event', event: 'VIEW', eventKey: url }).catch(() => {});
  await browser.open(path, openId());
}

export function setFollowing(value) {
  if (following === value) return;
  following = value;
  if (!browser.isOpen()) home();
}

function home() {
  byId('device').dataset.view = following ? 'chat' : 'follow';
  byId('follow').hidden = following;
  byId('chat-view').hidden = !following;
  if (following) chat.scrollTop = chat.scrollHeight;
}

// --- menu and keyboard ---------------------------------------------------------------------------------------------

function fold(except) {
  for (const button of menu.querySelectorAll('[aria-expanded="true"]')) {
    if (button === except) continue;
    button.setAttribute('aria-expanded', 'false');
    byId(button.getAttribute('aria-controls')).hidden = true;
  }
}

menu.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.hasAttribute('aria-expanded')) {
    fold(button);
    const list = byId(button.getAttribute('aria-controls'));
    list.hidden = !list.hidden;
    button.setAttribute('aria-expanded', String(!list.hidden));
    return;
  }
  // The page's way back leads to something that is still to be seen.
  button.closest('.menu-item').querySelector('.menu-button').focus();
  fold();
  if (button.dataset.path) visit(button.dataset.path, button.dataset.url);
  else send({ type: 'event', event: 'CLICK', eventKey: button.dataset.key });
});

menu.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const unfolded = menu.querySelector('[aria-expanded="true"]');
  if (unfolded) unfolded.focus();
  fold();
});
document.addEventListener('click', (event) => { if (!menu.contains(event.target)) fold(); });

chat.addEventListener('click', (event) => {
  const address = event.target.closest('a');
  const path = address && address.dataset.path;
  if (!path || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  visit(path);
});

byId('dock-switch').addEventListener('click', (event) => {
  const typing = byId('dock').dataset.mode === 'menu';
  byId('dock').dataset.mode = typing ? 'typing' : 'menu';
  event.currentTarget.setAttribute('aria-pressed', String(typing));
  if (typing) byId('words-input').focus();
});

byId('chat-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const input = byId('words-input');
  send({ type: 'text', content: input.value });
  input.value = '';
});

byId('follow-go').addEventListener('click', follow);
document.addEventListener('phone-home', home);

// --- whose phone ---------------------------------------------------------------------------------------------------

async function take() {
  browser.forget();
  document.cookie = `sandbox_openid=${openId()}; path=/; samesite=lax`;
  setFollowing((await call(`/sandbox/phones/${openId()}`)).following);
  home();
  await load();
  changed();
}

people.addEventListener('change', () => take().catch(() => bubble('quiet', say('chat-lost'))));

// A browser that came back holds the phone it held.
export async function start() {
  const held = document.cookie.split('; ').find((one) => one.startsWith('sandbox_openid='));
  const known = held && held.split('=')[1];
  const input = [...people.querySelectorAll('input')].find((one) => one.value === known);
  if (input) input.checked = true;
  await take();
}
