// What a verdict sounds and feels like, for a clerk who looks at the card and not at the screen. Yes rises, asking back
// is one even tone, no falls and is rough. A phone that is muted or has not been touched stays silent.
const tones = {
  Redeemed: { wave: 'sine', notes: [660, 880, 1320], shake: [60] },
  Valid: { wave: 'sine', notes: [660, 880], shake: [60] },
  None: { wave: 'square', notes: [220, 165], shake: [200, 80, 200] },
};
const length = 0.13;
let context = null;

// Newer than the floor are vibrate, AudioContext with resume, and userActivation with hasBeenActive: a phone without them
// shows the verdict as large and says nothing.
export function sound(verdict) {
  const { wave, notes, shake } = tones[verdict] || tones.None;
  if (navigator.vibrate) navigator.vibrate(shake);
  const Context = self.AudioContext || self.webkitAudioContext;
  if (!Context || (navigator.userActivation && !navigator.userActivation.hasBeenActive)) return;
  if (!context) context = new Context();
  context.resume();
  notes.forEach((note, i) => {
    const at = context.currentTime + i * length;
    const tone = context.createOscillator();
    tone.type = wave;
    tone.frequency.value = note;
    const volume = context.createGain();
    volume.gain.value = wave === 'square' ? 0.12 : 0.3;
    volume.gain.setTargetAtTime(0, at + length * 0.7, 0.02);
    tone.connect(volume);
    volume.connect(context.destination);
    tone.start(at);
    tone.stop(at + length * 1.4);
  });
}
