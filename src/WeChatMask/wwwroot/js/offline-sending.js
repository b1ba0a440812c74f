// Tells the server of hand-overs that were made without a network.
import { ask, jsonOf } from './ask.js';
import { waiting, write } from './offline-store.js';

const batch = 50;
let sending = false;

const bodyOf = (r) => ({
  requestId: r.requestId, units: r.units, handedOverAt: r.handedOverAt, ...(r.voucher ? { voucher: r.voucher } : { number: r.typed, idNumberLast4: r.lastFour }),
});

async function sendBatch(records) {
  const { response, body } = await ask('/api/pharmacy/redemptions/settle', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ handOvers: records.map(bodyOf) }),
  }, 20000);
  if (response.status === 401 || response.status === 403) return { login: true };
  const { handOvers } = jsonOf(body);
  if (!response.ok || !handOvers) return null;
  for (const answer of handOvers) await write({ ...records.find((r) => r.requestId === answer.requestId), state: answer.outcome });
  return { handOvers };
}

async function sendAll(pharmacy) {
  const answers = [];
  const mine = (await waiting()).filter((r) => r.pharmacy === pharmacy).sort((a, b) => a.handedOverAt.localeCompare(b.handedOverAt));
  for (let i = 0; i < mine.length; i += batch) {
    const sent = await sendBatch(mine.slice(i, i + batch));
    if (!sent || !sent.handOvers) return sent;
    answers.push(...sent.handOvers);
  }
  if (!answers.length) return null;
  const flagged = answers.filter((a) => a.outcome === 'flagged').length;
  return { settled: answers.length - flagged, flagged };
}

// Sends this pharmacy's, since another's are not ours to tell. Resolves with how many count and how many are flagged, with
// `login` where the log-in is over, or with null when nothing was sent.
export async function send(pharmacy) {
  if (sending) return null;
  sending = true;
  try {
    return await sendAll(pharmacy);
  } finally {
    sending = false;
  }
}
