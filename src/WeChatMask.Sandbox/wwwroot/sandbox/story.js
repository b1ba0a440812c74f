// The four steps of the story: each can be pressed, and each is ticked off when it has really happened.
import { byId, call, say } from './api.js';
import * as clock from './clock.js';
import * as phone from './phone.js';

const steps = byId('story');
const counter = byId('story-collect').textContent;
let state = null;

export async function sync() {
  const openId = phone.openId();
  const answer = await call(`/sandbox/phones/${openId}`);
  if (openId !== phone.openId()) return;
  state = answer;
  clock.sync(answer.now);
  phone.setFollowing(answer.following);
  const booking = answer.booking;
  byId('story-counter').action = `/sandbox/counter?phone=${openId}`;
  show({
    follow: answer.following,
    book: Boolean(booking),
    tomorrow: Boolean(booking) && Date.parse(booking.pickupOpensAt) <= Date.parse(answer.now),
    collect: Boolean(booking) && booking.status === 'redeemed',
  });
  tellCounter(booking);
}

function show(done) {
  let next = true;
  for (const item of steps.children) {
    const isDone = done[item.dataset.step];
    item.classList.toggle('is-done', isDone);
    item.querySelector('[data-done]').hidden = !isDone;
    const isNext = next && !isDone;
    const step = item.querySelector('.step');
    if (isNext) step.setAttribute('aria-current', 'step');
    else step.removeAttribute('aria-current');
    if (isNext) next = false;
  }
}

function tellCounter(booking) {
  document.querySelector('[data-booking]').hidden = !booking;
  document.querySelector('[data-no-booking]').hidden = Boolean(booking);
  byId('story-collect').textContent = booking ? say('story-collect', booking.number, booking.lastFour) : counter;
  if (!booking) return;
  byId('staff-pharmacy').textContent = booking.pharmacyName;
  byId('staff-number').textContent = booking.number;
  byId('staff-four').textContent = booking.lastFour;
  byId('staff-clerk').textContent = booking.clerk;
}

const look = () => byId('device').scrollIntoView({ block: 'nearest', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });

const acts = {
  async follow() {
    look();
    await phone.follow();
  },
  async book() {
    look();
    const opens = clock.find('opens');
    if (opens && !opens.done) await clock.move({ now: opens.at });
    await phone.visit('/book');
  },
  async tomorrow() {
    look();
    const pickup = clock.find('pickup');
    const at = state && state.booking && state.booking.status === 'booked' ? state.booking.pickupOpensAt : pickup && pickup.at;
    if (at && Date.parse(at) > Date.parse(state.now)) await clock.move({ now: at });
  },
};

steps.addEventListener('click', (event) => {
  const item = event.target.closest('li');
  const act = item && acts[item.dataset.step];
  if (act) act();
});
