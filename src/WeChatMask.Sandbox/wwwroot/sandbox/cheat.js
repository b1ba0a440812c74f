// The cheating page: presses a button for the visitor and shows what the witnesses say. All sentences come from the page or the answers.
import { byId, call, fill, say } from './api.js';

const CHEATS = '/sandbox/cheats';
const result = byId('result');
const did = byId('did');
const buttons = [...document.querySelectorAll('button')];
let staged = document.body.dataset.staged === 'yes';
let busy = false;

const part = (card, selector) => card.querySelector(selector);

function item(text) {
  const one = document.createElement('li');
  one.textContent = text;
  return one;
}

function showVerdict(verdict, cheated) {
  const card = document.querySelector(`[data-witness="${verdict.witness}"]`);
  card.dataset.state = verdict.found ? 'found' : cheated ? 'blind' : 'good';
  part(card, '.verdict').textContent = say(card.dataset.state);
  part(card, '.sentence').textContent = verdict.sentence;
  fill(part(card, '.grounds'), ...verdict.grounds.map(item));
  part(card, 'details').hidden = verdict.grounds.length === 0;
  if (verdict.printed) {
    part(card, '.printed').textContent = verdict.printed;
    part(card, '.shown').textContent = verdict.shown;
    part(card, '.codes').dataset.same = String(verdict.printed === verdict.shown);
  }
  if (verdict.command) {
    part(card, '.command').hidden = false;
    part(card, 'code').textContent = verdict.command;
  }
}

function show(state) {
  staged = Boolean(state.scene);
  byId('scene').hidden = !staged;
  byId('setting').hidden = staged;
  byId('scene-text').textContent = state.scene || '';
  for (const button of document.querySelectorAll('.cheat')) button.setAttribute('aria-pressed', String(button.dataset.kind === state.kind));
  did.dataset.state = state.kind ? 'cheated' : 'clean';
  byId('undoing').hidden = !state.kind;
  byId('blind').hidden = !state.blind;
  byId('blind').textContent = state.blind || '';
  byId('did-text').textContent = state.did || say(staged ? 'nobody' : 'no-round');
  state.verdicts.forEach((verdict) => showVerdict(verdict, Boolean(state.kind)));
  byId('tally').textContent = state.kind ? say('tally', state.verdicts.filter((one) => one.found).length, state.verdicts.length) : '';
}

// Not disabled: the button that was pressed would lose the focus.
function setBusy(value, words) {
  busy = value;
  result.setAttribute('aria-busy', String(value));
  for (const button of buttons) button.setAttribute('aria-disabled', String(value));
  if (words) byId('did-text').textContent = words;
}

// Calls one after the other; what the last one says is shown, and given.
async function run(...steps) {
  let state = null;
  try {
    for (const [words, path, body] of steps) {
      setBusy(true, words);
      state = await call(path, body);
      if (!state.scene) break;
    }
    show(state);
  } catch (error) {
    byId('did-text').textContent = say('failed', error.message);
    state = null;
  }
  setBusy(false);
  return state;
}

const stage = () => [say('setting'), `${CHEATS}/stage`, {}];

async function cheat(kind) {
  const order = [say('working'), CHEATS, { kind }];
  // Where the answer comes is shown before it comes, unless it can be seen already.
  if (result.getBoundingClientRect().top > window.innerHeight / 2) result.scrollIntoView({ block: 'start' });
  const before = staged && await run(order);
  // Not prepared yet, or for an evening that is over.
  if (!staged && before !== null) await run(stage(), order);
}

async function undo() {
  await run([say('undoing'), `${CHEATS}/undo`, {}]);
  if (did.dataset.state === 'clean') byId('did-text').textContent = say('undone');
  result.focus();
}

const press = (button, act) => button.addEventListener('click', () => { if (!busy) act(); });

if (byId('stage-go')) {
  press(byId('stage-go'), () => run(stage()));
  press(byId('undo'), undo);
  for (const button of document.querySelectorAll('.cheat')) press(button, () => cheat(button.dataset.kind));
  if (staged) run([say('looking'), CHEATS]);
}
