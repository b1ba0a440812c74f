// What the counter's page shows without a network: the state of the line in a bar, and verdicts in the server's own words.
import { fill } from './plain.js';
import { inWeChat } from './wechat.js';

export const root = document.documentElement;
// The page that the phone keeps, in place of the real one.
export const kept = root.hasAttribute('data-kept');
// The kept page under its own address takes nothing along. With a network it only shows the way to the real one.
export const looked = location.pathname === '/pharmacy/offline';
export const words = document.getElementById('line-words').dataset;
const face = document.querySelector('[data-face]');
const main = document.getElementById('main');
const trouble = document.getElementById('trouble');
const lastWords = 'counter-outcome';
const bar = Object.assign(document.createElement('p'), { className: 'line-down', hidden: true });
bar.setAttribute('role', 'status');
main.before(bar);
let outcome = '';

const say = (key, n) => words[key].replace('{0}', n);
const grouped = (number) => number.replace(/^(\d{3})(\d{4})/, '$1 $2 ');

// What the kept page says of the network, and whether it offers to judge. An entry that has been begun is never taken away.
export function showFace({ known, down }) {
  if (!face || !face.isConnected) return;
  const state = inWeChat() ? 'wechat' : !known ? 'checking' : down ? 'down' : 'up';
  if (face.textContent !== face.dataset[state]) face.textContent = face.dataset[state];
  face.dataset.state = state;
  document.querySelector('[data-way]').hidden = state === 'down' || state === 'checking';
  document.querySelector('[data-work]').hidden = looked && state !== 'down' && !document.getElementById('code').value;
}

// The bar, with how many hand-overs the server has not heard of.
export function showLine({ down, day }, count) {
  if (inWeChat()) bar.textContent = words.wechat;
  else if (down) bar.textContent = day ? `${words.down} ${count ? say('waiting', count) : words.none}` : words.noday;
  else bar.textContent = count ? say(outcome === 'login' ? 'login' : 'sending', count) : outcome;
  bar.classList.toggle('good', !down && !count && !inWeChat());
  bar.hidden = bar.textContent === '';
  bar.dataset.waiting = count;
  bar.dataset.line = down ? 'down' : 'up';
}

export const shownWaiting = () => Number(bar.dataset.waiting || 0);

export function askForLogin() {
  outcome = 'login';
}

// The page that is shown without a network is left once everything is sent; the real one says what came of it.
export function announce(settled, flagged) {
  outcome = say('settled', settled) + (flagged ? say('flagged', flagged) : '');
  Object.assign(bar.dataset, { settled, flagged });
  if (kept) sessionStorage.setItem(lastWords, JSON.stringify([settled, flagged]));
}

export function repeatLastWords() {
  const said = sessionStorage.getItem(lastWords);
  if (!said || kept) return;
  sessionStorage.removeItem(lastWords);
  announce(...JSON.parse(said));
}

export function showVerdict({ verdict, fault, booking }, day, form, units) {
  const page = document.querySelector(`template[data-offline-verdict="${fault || verdict}"]`).content.cloneNode(true);
  if (booking) page.querySelector('[data-facts]').append(document.getElementById('offline-facts').content.cloneNode(true));
  const facts = { ...booking, unit: day.unit, number: booking && grouped(booking.number), idEnding: booking && '*'.repeat(14) + booking.idEnding };
  for (const place of page.querySelectorAll('[data-fact]')) {
    const fact = facts[place.dataset.fact];
    place.textContent = fact === undefined || fact === null ? '' : fact;
  }
  if (booking && page.querySelector('[data-amount]')) {
    page.querySelector('[data-amount]').textContent = ((units * booking.unitPriceFen) / 100).toFixed(2);
    page.querySelector('[data-count]').textContent = units;
  }
  const again = page.querySelector('form');
  if (again) {
    for (const name of ['Code', 'LastFour', 'RequestId']) again.elements[name].value = form.get(name) || '';
    Object.assign(again.elements.Units, { value: units, max: booking.units });
    page.querySelector('[data-units]').dataset.fen = booking.unitPriceFen;
  }
  fill(main, page);
  document.title = main.querySelector('.verdict-word').textContent;
  scrollTo(0, 0);
  main.querySelector('[data-focus]').focus({ preventScroll: true });
  document.dispatchEvent(new Event('counter:shown'));
}

export function refuse(sentence) {
  trouble.querySelector('p').textContent = sentence;
  trouble.querySelector('[data-again]').hidden = true;
  trouble.hidden = false;
}

export const isServing = () => Boolean(main.querySelector('.verdict') || (document.getElementById('code') || {}).value);
