// Looks through the list on the page while it is typed, by the same rules as the server does without this script. Nothing is sent.
const form = document.querySelector('form[data-sift]');
const line = document.querySelector('[data-found]');
const rows = [...document.querySelectorAll('table.names tbody tr')];
const cell = (row, name) => row.querySelector(`td.${name}`).textContent.trim();
const plain = (text) => text.normalize('NFKC').toUpperCase();
// Blanks and dots within a name, and what groups the digits of a number.
const bare = (text) => plain(text).replace(/[\s.·•・:;,'"_()-]/g, '');
const states = { Waiting: 'Booked', Done: 'Redeemed' };

const known = rows.map((row) => ({
  row,
  state: row.dataset.status,
  slot: cell(row, 'slot'),
  serial: cell(row, 'serial'),
  name: bare(cell(row, 'name')),
  numbers: ['number', 'id', 'mobile'].map((c) => plain(cell(row, c))),
}));

function speaks(one, query) {
  if (!query) return false;
  if (!/^[0-9X]+$/.test(query)) return one.name.includes(query);
  return one.serial === query || one.numbers.some((n) => n.includes(query));
}

function sift() {
  const typed = form.elements.Query.value.trim();
  const query = bare(typed);
  const state = states[form.elements.State.value];
  const slot = form.elements.Slot.value;
  let found = 0;
  for (const one of known) {
    const shown = (!typed || speaks(one, query)) && (!state || one.state === state) && (!slot || one.slot === slot);
    one.row.hidden = !shown;
    if (shown) found++;
  }

  line.textContent = !typed && !state && !slot ? '' : found ? line.dataset.found.replace('{0}', found) : line.dataset.none;
}

// A page that came sifted has not all lines: there the server looks.
if (form && line && !line.textContent) {
  form.addEventListener('input', sift);
  form.addEventListener('change', sift);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    sift();
  });
  // What the browser has kept in the fields counts too.
  sift();
}
