// The microphone -> a WAV file: mono, 16 bit, at the rate of the sound card.

const HEADER_BYTES = 44;
// What a browser does for telephone calls would change how a voice sounds.
const UNCHANGED = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

export class Recorder {
  // `onLevel` is called with the level of each piece, in [0, 1], and the length so far, in seconds.
  static async start(onLevel) {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: UNCHANGED });
    const context = new AudioContext();
    await context.audioWorklet.addModule("capture.js");
    return new Recorder(stream, context, onLevel);
  }

  constructor(stream, context, onLevel) {
    this.stream = stream;
    this.context = context;
    this.pieces = [];
    this.length = 0;
    const capture = new AudioWorkletNode(context, "capture", { channelCount: 1, channelCountMode: "explicit" });
    capture.port.onmessage = ({ data }) => {
      this.pieces.push(data);
      this.length += data.length;
      onLevel(level(data), this.length / context.sampleRate);
    };
    context.createMediaStreamSource(stream).connect(capture).connect(context.destination);
  }

  async stop() {
    this.stream.getTracks().forEach((track) => track.stop());
    await this.context.close();
    return wav(this.pieces, this.length, this.context.sampleRate);
  }
}

function level(samples) {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const decibels = 10 * Math.log10(power + 1e-12);
  return Math.min(1, Math.max(0, 1 + decibels / 60));
}

function wav(pieces, length, rate) {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + 2 * length));
  const text = (at, word) => [...word].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, HEADER_BYTES - 8 + 2 * length, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // linear PCM
  view.setUint16(22, 1, true); // channels
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true); // bytes per second
  view.setUint16(32, 2, true); // bytes per sample
  view.setUint16(34, 16, true); // bits per sample
  text(36, "data");
  view.setUint32(40, 2 * length, true);
  let at = HEADER_BYTES;
  for (const piece of pieces) {
    for (const sample of piece) {
      view.setInt16(at, Math.round(32767 * Math.min(1, Math.max(-1, sample))), true);
      at += 2;
    }
  }
  return new Blob([view], { type: "audio/wav" });
}
