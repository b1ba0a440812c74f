// The counter's form over the API: the answer appears in place, and a lost connection may be tried again safely,
// because the same request id never hands over twice. Without this script the form is posted as it is.
const form = document.querySelector("form[data-counter]");
const result = document.getElementById("result");

const field = (name) => form.elements.namedItem(name);
const text = (name) => field(name).value.trim();

function newRequestId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

function body() {
  const code = text("Code");
  const request = { requestId: text("RequestId") };
  if (code.toUpperCase().startsWith("WM1.")) request.voucher = code;
  else request.number = code;
  if (text("LastFour")) request.idNumberLast4 = text("LastFour");
  if (text("ProxyName") || text("ProxyIdNumber")) request.proxy = { name: text("ProxyName"), idNumber: text("ProxyIdNumber") };
  if (text("Units")) request.units = Number(text("Units"));
  return request;
}

const hour = (instant) => instant.slice(11, 16);

function show(sentence, good, answer) {
  result.dataset.good = good;
  result.querySelector("p[data-verdict]").textContent = sentence;
  result.querySelector("[data-outside]").hidden = !answer?.outsideSlot;
  const booking = answer?.booking;
  const list = result.querySelector("[data-booking]");
  list.hidden = !booking;
  if (!booking) return;
  const slot = booking.slot ? `${hour(booking.slot.startsAt)}-${hour(booking.slot.endsAt)}` : "";
  const shown = { ...booking, slot, amount: booking.amount.toFixed(2) };
  for (const place of list.querySelectorAll("[data-field]")) place.textContent = shown[place.dataset.field] ?? "";
}

function sentenceOf(verdict) {
  const known = result.querySelector("template[data-verdicts]").content.querySelector(`[data-verdict="${verdict}"]`);
  return known ? known.textContent : verdict;
}

async function send(act) {
  const response = await fetch(`/api/pharmacy/redemptions${act === "check" ? "/check" : ""}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body()),
  });
  const answer = await response.json();
  if (response.status === 401) {
    location.assign(`/staff/login?returnUrl=${encodeURIComponent(location.pathname)}`);
  } else if (!response.ok) {
    show(answer.title, false);
  } else {
    show(sentenceOf(answer.verdict), answer.verdict === "redeemed" || answer.verdict === "valid", answer);
    if (answer.verdict === "redeemed") {
      form.reset();
      field("RequestId").value = newRequestId();
      field("Code").focus();
    }
  }
}

if (form && result) {
  // What is typed anew is a new attempt; only the same one may be repeated under its id.
  form.addEventListener("input", () => { field("RequestId").value = newRequestId(); });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const buttons = form.querySelectorAll("button");
    for (const button of buttons) button.disabled = true;
    try {
      // Enter, which a hand scanner sends too, only looks.
      await send(event.submitter?.dataset.act ?? "check");
    } catch {
      show(form.dataset.network, false);
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  });
}
