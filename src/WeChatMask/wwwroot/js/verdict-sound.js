// What a verdict sounds and feels like, for a clerk who looks at the card and not at the screen. Yes rises, asking back
// is one even tone, no falls and is rough. A phone that is muted or has not been touched stays silent.
const tones = {
  Redeemed: { wave: 'sine', notes: [660, 880, 1320], shake: [60] },
  Valid: { wave: 'sine', notes: [660, 880], shake: [60] },
  None: { wave: 'square', notes: [220, 165], shake: [200, 80, 200] },
};
const length = 0.13;
let context = null;

export function sound(verdict) {
  const { wave, notes, shake } = tones[verdict] ?? tones.None;
  navigator.vibrate?.(shake);
  const Context = globalThis.AudioContext;
  if (!Context || navigator.userActivation?.hasBeenActive === false) return;
  context ??= new Context();
  context.resume();
  notes.forEach((note, i) => {
    const at = context.currentTime + i * length;
    const tone = new OscillatorNode(context, { type: wave, frequency: note });
    const volume = new GainNode(context, { gain: wave === 'square' ? 0.12 : 0.3 });
    volume.gain.setTargetAtTime(0, at + length * 0.7, 0.02);
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + length * 1.4);
  });
}
