// What is heard and felt: two short tones up for yes, a long low one for no, made here, without files; and vibration.
// Silent when somebody asked for it; the choice is kept in this browser.

let audio = null;

export const muted = () => localStorage.getItem("scan-sounds") === "off";
export const mute = (off) => localStorage.setItem("scan-sounds", off ? "off" : "on");

const TONES = {
  good: [[880, 0, 0.07], [1320, 0.08, 0.09]],
  done: [[660, 0, 0.08], [880, 0.09, 0.08], [1320, 0.18, 0.16]],
  warn: [[440, 0, 0.12], [440, 0.16, 0.12]],
  bad: [[180, 0, 0.45]],
};
const SHAKES = { good: [40], done: [40, 40, 80], warn: [90, 60, 90], bad: [300] };

/** Give a signal: good, done, warn or bad. */
export function signal(kind) {
  navigator.vibrate?.(SHAKES[kind]);
  if (muted()) return;
  try {
    audio ??= new AudioContext();
    if (audio.state === "suspended") audio.resume(); // browsers let no page sound before the first key or touch
    for (const [hertz, after, seconds] of TONES[kind]) tone(hertz, audio.currentTime + after, seconds, kind === "bad");
  } catch {
    // no sound here: colour and words say the same
  }
}

function tone(hertz, start, seconds, harsh) {
  const source = audio.createOscillator();
  const volume = audio.createGain();
  source.type = harsh ? "square" : "sine";
  source.frequency.value = hertz;
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(harsh ? 0.12 : 0.25, start + 0.01);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + seconds);
  source.connect(volume).connect(audio.destination);
  source.start(start);
  source.stop(start + seconds + 0.02);
}
