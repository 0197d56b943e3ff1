// Hands the samples of the microphone from the sound thread to the page.
class Capture extends AudioWorkletProcessor {
  process([channels]) {
    if (channels.length > 0) this.port.postMessage(channels[0].slice());
    return true;
  }
}

registerProcessor("capture", Capture);
