// The neighbours: they book at once, and the page tells what became of them.
import { byId, call, changed, count, fill, say } from './api.js';

const go = byId('crowd-go');
const result = byId('crowd-result');
let busy = false;

function line(kind, text) {
  const one = document.createElement('p');
  one.className = kind;
  one.textContent = text;
  return one;
}

function figure(kind, number, name) {
  const one = document.createElement('p');
  one.className = `figure ${kind}`;
  const big = document.createElement('b');
  big.textContent = count(number);
  one.append(big, name);
  return one;
}

function show(answer) {
  const figures = document.createElement('div');
  figures.className = 'figures';
  figures.append(figure('good', answer.accepted, say('crowd-accepted')), figure('bad', answer.asked - answer.accepted, say('crowd-refused')));
  const bar = document.createElement('progress');
  bar.max = answer.asked;
  bar.value = answer.accepted;
  bar.setAttribute('aria-hidden', 'true');
  const sound = answer.broken.length === 0;
  fill(
    result,
    figures,
    bar,
    ...answer.refused.map((one) => line('reason', say('crowd-reason', one.reason, count(one.count)))),
    ...(answer.places > 0 ? [line('note', say('crowd-left', count(answer.places), count(answer.left)))] : []),
    line('note', say('crowd-took', count(answer.asked), count(answer.bookedMilliseconds), count(Math.round(answer.asked * 1000 / Math.max(1, answer.bookedMilliseconds))))),
    ...(answer.registered > 0 ? [line('note', say('crowd-registered', count(answer.registered), (answer.registeredMilliseconds / 1000).toFixed(1)))] : []),
    line(sound ? 'sound' : 'broken', sound ? say('crowd-sound', answer.checked) : say('crowd-broken', answer.broken.join('; '))),
  );
}

async function send(neighbours) {
  if (busy) return;
  busy = true;
  go.setAttribute('aria-disabled', 'true');
  fill(result, line('note busy', say('crowd-busy', count(neighbours))));
  try {
    show(await call('/sandbox/neighbours', { count: neighbours }));
  } catch (error) {
    fill(result, line('broken', error.message));
  }
  busy = false;
  go.removeAttribute('aria-disabled');
  changed();
}

// As many as there are places that can be had now.
export async function fillUp() {
  const { round, pharmacies } = await call('/api/board');
  const left = pharmacies.filter((one) => one.status === 'open').reduce((sum, one) => sum + one.left, 0);
  if (!round || round.phase !== 'open' || left === 0) {
    fill(result, line('note', say('crowd-none')));
    return;
  }
  for (let rest = left; rest > 0; rest -= 5000) await send(Math.min(rest, 5000));
}

go.addEventListener('click', () => send(Number(go.dataset.count)));
