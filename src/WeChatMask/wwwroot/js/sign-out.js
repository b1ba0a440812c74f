// The end of a log-in on this phone: its key and the list under it go. Hand-overs that the server has not heard of stay.
import { waiting, wipe } from './offline-store.js';

const form = document.querySelector('form[action="/staff/logout"]');

async function leave(event) {
  event.preventDefault();
  const left = await waiting().catch(() => []);
  if (left.length && !confirm(form.dataset.leave.replace('{0}', left.length))) return;
  await wipe().catch(() => undefined);
  HTMLFormElement.prototype.submit.call(form);
}

if (form) form.addEventListener('submit', leave);
// However the log-in ended, whoever sees its page has none.
if (location.pathname === '/staff/login') wipe().catch(() => undefined);
