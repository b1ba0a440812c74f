// The counter without a network. While there is one, this takes today's list along and keeps the page at hand; when it
// is gone, this judges and writes down; when it is back, this tells the server. Not inside WeChat, whose browser may
// throw away at any time what a page keeps.
import { inWeChat } from './wechat.js';
import { judge } from './offline-verdict.js';
import { allRecords, forget, keepDay, readDay, waiting, wipe, write } from './counter-store.js';
import { takePageAlong } from './offline-page.js';

const root = document.documentElement;
const kept = root.hasAttribute('data-kept');
// The kept page under its own address takes nothing along. With a network it only shows the way to the real one.
const looked = location.pathname === '/pharmacy/offline';
const face = document.querySelector('[data-face]');
const words = document.getElementById('line-words').dataset;
const main = document.getElementById('main');
const trouble = document.getElementById('trouble');
const fresh = 4 * 60 * 1000;
const batch = 50;
const bar = Object.assign(document.createElement('p'), { className: 'line-down', hidden: true });
bar.setAttribute('role', 'status');
main.before(bar);
let day = null;
let down = kept && (!looked || !navigator.onLine);
// Under its own address the page may have come from the server or from the shelf: nothing is said before that is known.
let known = down || !looked;
let outcome = '';
let telling = false;

const say = (key, n) => words[key].replace('{0}', n);
const grouped = (number) => number.replace(/^(\d{3})(\d{4})/, '$1 $2 ');

// What the kept page says of the network, and whether it offers to judge. An entry that has been begun is never taken away.
function showFace() {
  if (!face?.isConnected) return;
  const state = inWeChat() ? 'wechat' : !known ? 'checking' : down ? 'down' : 'up';
  if (face.textContent !== face.dataset[state]) face.textContent = face.dataset[state];
  face.dataset.state = state;
  document.querySelector('[data-way]').hidden = state === 'down' || state === 'checking';
  document.querySelector('[data-work]').hidden = looked && state !== 'down' && !document.getElementById('code').value;
}

async function show() {
  showFace();
  const count = (await waiting()).length;
  if (inWeChat()) bar.textContent = words.wechat;
  else if (down) bar.textContent = day ? `${words.down} ${count ? say('waiting', count) : words.none}` : words.noday;
  else bar.textContent = count ? say(outcome === 'login' ? 'login' : 'sending', count) : outcome;
  bar.classList.toggle('good', !down && !count && !inWeChat());
  bar.hidden = bar.textContent === '';
  bar.dataset.waiting = count;
  bar.dataset.line = down ? 'down' : 'up';
}

// --- taking along -----------------------------------------------------------------------------------------------------

async function takeDayAlong() {
  const asked = Date.now();
  const response = await fetch('/api/pharmacy/offline', { cache: 'no-store', signal: AbortSignal.timeout(15000) });
  if (!response.ok) return;
  const said = await response.json();
  if (!said.key) return;
  await keepDay(said, Date.parse(said.now) - (asked + Date.now()) / 2);
  day = await readDay();
  await tidy();
}

// What the server has heard of is of use only on its own day: a code shown twice.
async function tidy() {
  const old = (await allRecords()).filter((r) => r.state !== 'waiting' && r.date !== day.date);
  await forget(old.map((r) => r.requestId));
}

async function prepare() {
  day = await readDay().catch(() => null);
  try {
    if (!down && !looked && (!day || Date.now() - day.at > fresh)) await takeDayAlong();
    if (!down) await tell();
    if (!down && !looked && day) await takePageAlong();
  } catch {
    // No network, or none to speak of; what is kept serves. The next look tries again.
  }
  if (day) root.dataset.offline = 'ready';
  return show();
}

// --- judging ----------------------------------------------------------------------------------------------------------

const now = () => Date.now() + day.clock;
const isToday = () => day && new Date(now()).toISOString() < new Date(Date.parse(`${day.date}T23:59:59.999${day.now.slice(-6)}`)).toISOString();
const used = async () => new Set((await allRecords()).filter((r) => r.verdict === 'Redeemed' && r.date === day.date).map((r) => r.number));

function render({ verdict, booking }, form, units) {
  const page = document.querySelector(`template[data-offline-verdict="${verdict}"]`).content.cloneNode(true);
  if (booking) page.querySelector('[data-facts]').append(document.getElementById('offline-facts').content.cloneNode(true));
  const facts = { ...booking, unit: day.unit, number: booking && grouped(booking.number), idEnding: booking && '*'.repeat(14) + booking.idEnding };
  for (const place of page.querySelectorAll('[data-fact]')) place.textContent = facts[place.dataset.fact] ?? '';
  if (booking && page.querySelector('[data-amount]')) {
    page.querySelector('[data-amount]').textContent = ((units * booking.unitPriceFen) / 100).toFixed(2);
    page.querySelector('[data-count]').textContent = units;
  }
  const again = page.querySelector('form');
  if (again) {
    for (const name of ['Code', 'LastFour', 'RequestId']) again.elements[name].value = form.get(name) ?? '';
    Object.assign(again.elements.Units, { value: units, max: booking.units });
    page.querySelector('[data-units]').dataset.fen = booking.unitPriceFen;
  }
  main.replaceChildren(page);
  document.title = main.querySelector('.verdict-word').textContent;
  scrollTo(0, 0);
  main.querySelector('[data-focus]').focus({ preventScroll: true });
  document.dispatchEvent(new Event('counter:shown'));
}

// Written down before it is shown: what the clerk has seen is not lost with the page.
async function serve(form, handOver) {
  const typed = { code: form.get('Code') ?? '', lastFour: form.get('LastFour') ?? '' };
  const found = await judge(typed, day, await used(), now());
  const { booking } = found;
  const units = Math.min(booking?.units ?? 0, Math.max(1, Number(form.get('Units')) || booking?.units || 0));
  const good = handOver && found.verdict === 'Valid';
  const verdict = good ? 'Redeemed' : found.verdict;
  if (verdict !== 'Valid') {
    const voucher = /[a-z]/i.test(typed.code);
    await write({
      requestId: good ? form.get('RequestId') : crypto.randomUUID(), pharmacy: day.pharmacyCode, date: day.date, number: booking?.number ?? '', verdict,
      units, handedOverAt: new Date(now()).toISOString(), state: good ? 'waiting' : 'shown',
      ...(good && (voucher ? { voucher: typed.code.trim() } : { typed: booking.number, lastFour: typed.lastFour.trim() })),
    });
  }
  render({ ...found, verdict }, form, units);
  await show();
}

function refuse(sentence) {
  trouble.querySelector('p').textContent = sentence;
  trouble.querySelector('[data-again]').hidden = true;
  trouble.hidden = false;
}

document.addEventListener('counter:send', (event) => {
  const { address, body, failed } = event.detail;
  if (inWeChat() || (!down && !failed)) return;
  if (!isToday()) {
    if (!kept) return;
    event.preventDefault();
    refuse(words.noday);
    return;
  }
  event.preventDefault();
  down = true;
  if (body.get('ProxyName') || body.get('ProxyIdNumber')) refuse(words.proxy);
  else serve(body, /handler=Redeem/i.test(address));
});

// --- telling ----------------------------------------------------------------------------------------------------------

const bodyOf = (r) => ({
  requestId: r.requestId, units: r.units, handedOverAt: r.handedOverAt, ...(r.voucher ? { voucher: r.voucher } : { number: r.typed, idNumberLast4: r.lastFour }),
});

async function tellBatch(records) {
  const response = await fetch('/api/pharmacy/redemptions/settle', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ handOvers: records.map(bodyOf) }), signal: AbortSignal.timeout(20000),
  });
  if (response.status === 401 || response.status === 403) outcome = 'login';
  if (!response.ok) return null;
  const { handOvers } = await response.json();
  for (const answer of handOvers) await write({ ...records.find((r) => r.requestId === answer.requestId), state: answer.outcome });
  return handOvers;
}

// The page that is shown without a network is left once everything is told; the real one says what came of it.
const lastWords = 'counter-outcome';

function announce(settled, flagged) {
  outcome = say('settled', settled) + (flagged ? say('flagged', flagged) : '');
  Object.assign(bar.dataset, { settled, flagged });
  if (kept) sessionStorage.setItem(lastWords, JSON.stringify([settled, flagged]));
}

function repeatLastWords() {
  const said = sessionStorage.getItem(lastWords);
  if (!said || kept) return;
  sessionStorage.removeItem(lastWords);
  announce(...JSON.parse(said));
}

async function tell() {
  // Without the day it is not known whose counter this is now, and another pharmacy's hand-overs are not ours to tell.
  if (telling || !day) return;
  telling = true;
  try {
    const answers = [];
    const mine = (await waiting()).filter((r) => r.pharmacy === day.pharmacyCode).sort((a, b) => a.handedOverAt.localeCompare(b.handedOverAt));
    for (let i = 0; i < mine.length; i += batch) {
      const heard = await tellBatch(mine.slice(i, i + batch));
      if (!heard) return;
      answers.push(...heard);
    }
    if (!answers.length) return;
    const flagged = answers.filter((a) => a.outcome === 'flagged').length;
    announce(answers.length - flagged, flagged);
  } finally {
    telling = false;
  }
}

// --- the line ---------------------------------------------------------------------------------------------------------

// Asks whether the server is there, and does what was waiting for it.
async function look() {
  if (inWeChat() || document.hidden) return;
  const was = down;
  try {
    const response = await fetch('/api/clock', { cache: 'no-store', signal: AbortSignal.timeout(5000) });
    // A server that answers and does not serve is no network to speak of for who has nothing else.
    if (!response.ok && looked) throw new Error(response.statusText);
    if (!response.ok) return;
    down = false;
    if (was || (await waiting()).length) await tell();
    if (was && !kept) await takeDayAlong();
  } catch {
    down = kept || was || !navigator.onLine;
  }
  known = true;
  await show();
  if (down || !kept || looked) return;
  // The real page again, after the person at the counter has been served.
  if ((await waiting()).length) return;
  root.dataset.leave = '1';
  if (!main.querySelector('.verdict') && !document.getElementById('code')?.value) setTimeout(() => location.replace('/pharmacy/scan'), 2500);
}

addEventListener('online', look);
addEventListener('offline', () => {
  down = !inWeChat();
  known = true;
  show();
});
setInterval(() => (down || looked || bar.dataset.waiting > 0) && look(), 4000 + Math.random() * 2000);
setInterval(() => !down && !document.hidden && prepare(), fresh + Math.random() * 30000);
addEventListener('counter:camera', () => day && takePageAlong(true));

repeatLastWords();
showFace();
if (looked) look();
if (inWeChat()) show();
else (globalThis.requestIdleCallback ?? setTimeout)(prepare);
