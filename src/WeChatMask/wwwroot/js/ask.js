// Requests that end in time, and numbers of their own for them, also on phones that cannot break a request off.

// No answer came from the server. Every other error says that this phone cannot do what the page wants of it.
export class Lost extends Error {}

const lost = (error) => { throw new Lost(String(error)); };

// The answer with its body, which `read` takes from it, as text unless said otherwise. `Lost` when there is none in
// `patience` milliseconds. Newer than the floor are AbortController, its signal and abort: without them the request runs on,
// and nobody waits for its answer any more.
export function ask(address, options, patience, read = (response) => response.text()) {
  const control = self.AbortController ? new AbortController() : null;
  const asked = fetch(address, control ? { ...options, signal: control.signal } : options);
  const answered = asked.catch(lost).then((response) => read(response).catch(lost).then((body) => ({ response, body })));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Lost('late'));
      if (control) control.abort();
    }, patience);
    const done = (settle) => (value) => { clearTimeout(timer); settle(value); };
    answered.then(done(resolve), done(reject));
  });
}

// What a body says as JSON, or nothing when it is none.
export function jsonOf(body) {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}

export function newRequestId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}
