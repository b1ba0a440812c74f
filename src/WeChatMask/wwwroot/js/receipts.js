// The receipts that this phone keeps of its own bookings: without a tap, each as it came, the latest booked first.
const place = 'wm_receipts';
const most = 20;

// When it was booked; what cannot be read is the oldest.
function second(receipt) {
  try {
    return Number(atob(/\nextra (\S+)\n/.exec(receipt)[1]).split(' ')[5]) || 0;
  } catch (error) {
    return 0;
  }
}

// Some phones forbid a page to keep anything: then there is nothing here, and the code in the message remains.
export function kept() {
  try {
    const list = JSON.parse(localStorage.getItem(place));
    return Array.isArray(list) ? list.filter((one) => one && typeof one.receipt === 'string') : [];
  } catch (error) {
    return [];
  }
}

// When the last one came; 0 where there is none.
export const keptAt = () => Math.max(0, ...kept().map((one) => one.at || 0));

// The first one stays, whatever comes later under the same number. The page of a hotel's network is no receipt.
export function keep(number, receipt) {
  const list = kept();
  if (!/^c2sp\.org\/tlog-proof@v1\n/.test(receipt) || list.some((one) => one.number === number)) return;
  list.push({ number, receipt, at: Date.now() });
  list.sort((a, b) => second(b.receipt) - second(a.receipt));
  try {
    localStorage.setItem(place, JSON.stringify(list.slice(0, most)));
  } catch (error) {
    // Full, or forbidden.
  }
}
